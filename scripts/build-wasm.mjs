// Compiles the C++ kernels (src/engine/kernels/native, src/engine/kernels/wasm) to src/engine/kernels/wasm/unroll.wasm, which is in the
// repository, so that only those who change the kernels need the compiler: npm run build:wasm.
//
//   --check   builds it elsewhere and fails unless the result is the file in the repository, byte for byte
//
// Another version of Clang gives other bytes, so the version is fixed: Debian 12's and Ubuntu 24.04's clang-16.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { inRoot, isMain, run, say } from './tools.mjs';

const folder = 'src/engine/kernels';
const target = inRoot(folder, 'wasm', 'unroll.wasm');
const compiler = process.env.UNROLL_WASM_CXX || 'clang++-16';
const libraryHeaders = '/usr/lib/llvm-16/include/wasm32-wasi/c++/v1';

const packages =
  'sudo apt-get install clang-16 lld-16 wasi-libc libclang-rt-16-dev-wasm32 libc++-16-dev-wasm32 libc++abi-16-dev-wasm32';

const sources = [
  'wasm/module.cpp',
  'wasm/napi.cpp',
  'wasm/runtime.cpp',
  'wasm/team.cpp',
  'native/arguments.cpp',
  'native/bind_layers.cpp',
  'native/bind_recurrent.cpp',
  'native/bind_sequence.cpp',
  'native/scratch.cpp',
  'native/kernels_baseline.cpp',
];

const options = [
  '--target=wasm32-wasi',
  ...['-O3', '-std=c++17', '-fvisibility=hidden', '-Wall', '-Wextra'],
  ...['-msimd128', '-mrelaxed-simd', '-matomics', '-mbulk-memory'],
  // No -ffast-math: NaN must come out as NaN.
  ...['-ffp-contract=fast', '-fno-math-errno'],
  // Memory that runs out throws in JavaScript; the catch blocks for the native addon are left out.
  ...['-fignore-exceptions', '-D_LIBCPP_NO_EXCEPTIONS'],
  ...['-nostdinc++', '-isystem', libraryHeaders, '-Iwasm/include', '-Inative'],
];

const linking = [
  ...['-nostartfiles', '-mexec-model=reactor'],
  // The C library was compiled without atomics: only the first thread calls it, but for memcpy and pure functions.
  '-Wl,--no-entry,--strip-all,--import-memory,--shared-memory,--no-check-features,--max-memory=4294967296',
  // An overflowing stack then traps instead of overwriting data.
  '-Wl,--stack-first,-z,stack-size=262144',
  '-Wl,--export=__stack_pointer,--export=__heap_base,--export=__wasm_call_ctors',
];

/** Is the compiler with WebAssembly's libraries installed? */
export async function haveWasmCompiler() {
  if (!existsSync(libraryHeaders)) return false;
  return (await run(compiler, ['--version'], { output: 'capture' })).code === 0;
}

/** Compiles to `output`. Null when it worked, otherwise what is wrong and what helps. */
async function compile(/** @type {string} */ output) {
  if (!(await haveWasmCompiler()))
    return `It takes ${compiler} with WebAssembly's libraries. On Debian and Ubuntu: ${packages}`;
  const result = await run(compiler, [...options, ...sources, ...linking, '-o', output], {
    output: 'capture',
    cwd: inRoot(folder),
  });
  return result.code === 0 ? null : result.text;
}

/** Builds the module anew and compares it with the repository's. Null when they are the same bytes, otherwise what is wrong. */
export async function checkWasm() {
  mkdirSync(inRoot('build', 'wasm'), { recursive: true });
  const built = inRoot('build', 'wasm', `check.${process.pid}.wasm`);
  try {
    const problem = await compile(built);
    if (problem) return problem;
    if (existsSync(target) && readFileSync(built).equals(readFileSync(target))) return null;
    return 'src/engine/kernels/wasm/unroll.wasm is not what its sources give: run npm run build:wasm and commit the result.';
  } finally {
    rmSync(built, { force: true });
  }
}

async function build() {
  const temporary = `${target}.${process.pid}.tmp`;
  const problem = await compile(temporary);
  if (problem) {
    rmSync(temporary, { force: true });
    return problem;
  }
  renameSync(temporary, target);
  say(`src/engine/kernels/wasm/unroll.wasm: ${Math.round(statSync(target).size / 1024)} KB`);
  return null;
}

if (isMain(import.meta.url)) {
  const problem = await (process.argv.includes('--check') ? checkWasm() : build());
  if (problem) say(problem);
  process.exitCode = problem ? 1 : 0;
}
