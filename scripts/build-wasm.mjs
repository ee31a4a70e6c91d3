// Compiles the C++ that runs as WebAssembly. The results are in the repository, so that only those who change the C++ need the compiler:
//
//     npm run build:wasm
//
// They are the kernels (src/engine/kernels/wasm/unroll.wasm) and the passes over text (src/engine/corpus/wasm/module.ts: base64 in
// TypeScript, since it is needed wherever the engine runs, also where there are no files).
//
//   --check   builds them elsewhere and fails unless the results are the files in the repository, byte for byte
//
// Another version of Clang gives other bytes, so the version is fixed: Debian 12's and Ubuntu 24.04's clang-16.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { inRoot, isMain, run, say } from './tools.mjs';

const compiler = process.env.UNROLL_WASM_CXX || 'clang++-16';
const libraryHeaders = '/usr/lib/llvm-16/include/wasm32-wasi/c++/v1';

const packages =
  'sudo apt-get install clang-16 lld-16 wasi-libc libclang-rt-16-dev-wasm32 libc++-16-dev-wasm32 libc++abi-16-dev-wasm32';

const options = [
  '--target=wasm32-wasi',
  ...['-O3', '-std=c++17', '-fvisibility=hidden', '-Wall', '-Wextra', '-msimd128', '-mbulk-memory'],
  // Memory that runs out throws in JavaScript; the catch blocks for the native addon are left out.
  ...['-fignore-exceptions', '-D_LIBCPP_NO_EXCEPTIONS'],
  ...['-nostdinc++', '-isystem', libraryHeaders],
];

const linking = [
  ...['-nostartfiles', '-mexec-model=reactor'],
  // With the stack first, an overflowing one traps instead of overwriting data.
  '-Wl,--no-entry,--strip-all,--stack-first,--export=__wasm_call_ctors',
];

/**
 * @typedef {{ folder: string, output: string, sources: string[], options: string[] }} Module paths of `output` and `sources` are
 *   relative to `folder`
 */

/** @type {Module} */
const kernels = {
  folder: 'src/engine/kernels',
  output: 'wasm/unroll.wasm',
  sources: [
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
  ],
  options: [
    ...['-mrelaxed-simd', '-matomics', '-Iwasm/include', '-Inative'],
    // No -ffast-math: NaN must come out as NaN.
    ...['-ffp-contract=fast', '-fno-math-errno'],
    // The C library was compiled without atomics: only the first thread calls it, but for memcpy and pure functions.
    '-Wl,--import-memory,--shared-memory,--no-check-features,--max-memory=4294967296',
    '-Wl,-z,stack-size=262144,--export=__stack_pointer,--export=__heap_base',
  ],
};

/** @type {Module} */
const text = {
  folder: 'src/engine/corpus/wasm',
  output: 'module.ts',
  sources: ['memory.cpp', 'characters.cpp', 'words.cpp', 'word-table.cpp', 'tokens.cpp'],
  options: ['-fno-rtti', '-Wl,-z,stack-size=65536'],
};

const modules = [kernels, text];

/** Is the compiler with WebAssembly's libraries installed? */
export async function haveWasmCompiler() {
  if (!existsSync(libraryHeaders)) return false;
  return (await run(compiler, ['--version'], { output: 'capture' })).code === 0;
}

/**
 * The content of a module's file.
 * @param {Module} module
 * @returns {Promise<Buffer>}
 * @throws {Error} what is wrong and what helps
 */
async function compile({ folder, output, sources, options: own }) {
  if (!(await haveWasmCompiler()))
    throw new Error(`It takes ${compiler} with WebAssembly's libraries. On Debian and Ubuntu: ${packages}`);
  mkdirSync(inRoot('build', 'wasm'), { recursive: true });
  const built = inRoot('build', 'wasm', `built.${process.pid}.wasm`);
  try {
    const all = [...options, ...own, ...sources, ...linking, '-o', built];
    const result = await run(compiler, all, { output: 'capture', cwd: inRoot(folder) });
    if (result.code !== 0) throw new Error(result.text);
    const bytes = readFileSync(built);
    return output.endsWith('.ts') ? Buffer.from(typeScript(bytes)) : bytes;
  } finally {
    rmSync(built, { force: true });
  }
}

/** @param {Buffer} bytes */
function typeScript(bytes) {
  return `/** The WebAssembly module of the C++ beside this file, in base64. Written by npm run build:wasm. */
export const moduleBase64 =
  '${bytes.toString('base64')}';
`;
}

/** Builds the modules anew and compares them with the repository's. Null when they are the same bytes, otherwise what is wrong. */
export async function checkWasm() {
  for (const module of modules) {
    const target = inRoot(module.folder, module.output);
    try {
      const built = await compile(module);
      if (!existsSync(target) || !readFileSync(target).equals(built)) {
        return `${module.folder}/${module.output} is not what its sources give: run npm run build:wasm and commit the result.`;
      }
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return null;
}

async function build() {
  for (const module of modules) {
    const target = inRoot(module.folder, module.output);
    try {
      const built = await compile(module);
      // Unchanged, its time stays, too.
      if (!existsSync(target) || !readFileSync(target).equals(built)) writeFileSync(target, built);
      say(`${module.folder}/${module.output}: ${Math.round(statSync(target).size / 1024)} KB`);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return null;
}

if (isMain(import.meta.url)) {
  const problem = await (process.argv.includes('--check') ? checkWasm() : build());
  if (problem) say(problem);
  process.exitCode = problem ? 1 : 0;
}
