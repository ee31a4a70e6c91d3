// Compiles the native kernels (src/engine/kernels/native) into build/native/unroll_native.node.
//
// Runs as the root package's install script and, when its sources have changed, before a build; by hand: npm run build:native.
// It never fails an install: without a compiler it says what is missing, and Unroll runs on its slower kernels.
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  hashFiles,
  inRoot,
  isMain,
  listFiles,
  nodeHeaders,
  readJson,
  run,
  runNode,
  say,
  withLock,
  childEnv,
} from './tools.mjs';

const sourceFolder = 'src/engine/kernels/native';
const target = inRoot('build', 'native', 'unroll_native.node');
const stampFile = inRoot('build', 'native', 'stamp.json');

/**
 * Compiles if the sources changed since the last attempt, or always when `force`.
 * A failed attempt is not repeated by itself until the sources change.
 */
export async function buildNative({ force = false } = {}) {
  const sources = listFiles([sourceFolder], (file) => /\.(cpp|cc|c|h|hpp|gyp|gypi)$/.test(file));
  if (!sources.some((file) => file.endsWith('.gyp')) || !existsSync(inRoot('node_modules', 'node-gyp'))) return;
  const hash = hashFiles(sources, process.platform, process.arch);
  const upToDate = () => {
    const stamp = readJson(stampFile);
    return stamp?.hash === hash && (existsSync(target) || !stamp.built);
  };
  if (!force && upToDate()) return;

  await withLock('native build', async () => {
    if (!force && upToDate()) return;
    say('Compiling the native kernels (once; under a minute).');
    const problem = await compile();
    if (problem) {
      // An older build must not meet newer code.
      rmSync(target, { force: true });
      say(`The native kernels were not built, so Unroll will run on slower ones. ${problem}`);
    }
    mkdirSync(inRoot('build', 'native'), { recursive: true });
    writeFileSync(stampFile, JSON.stringify({ hash, built: !problem }));
  });
}

/** Null when it worked, otherwise what is wrong and what helps. */
async function compile() {
  const nodeGyp = inRoot('node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  // A nodedir from the person's npmrc would beat --nodedir through the environment.
  const env = childEnv({ npm_config_nodedir: undefined, NPM_CONFIG_NODEDIR: undefined });
  const args = [nodeGyp, 'rebuild', '--release', '-j', 'max'];
  // On Windows the linker also wants node.lib, which the packaged headers lack: there node-gyp fetches its own.
  const headers = process.platform === 'win32' ? null : nodeHeaders();
  if (headers) args.push(`--nodedir=${headers}`);
  const result = await runNode(args, { cwd: inRoot(sourceFolder), env, output: 'capture' });
  if (result.code !== 0) return explain(result.text);

  const built = inRoot(sourceFolder, 'build', 'Release', 'unroll_native.node');
  mkdirSync(inRoot('build', 'native'), { recursive: true });
  // Renamed into place, so that a running process keeps the file it has mapped.
  const temporary = join(inRoot('build', 'native'), `unroll_native.${process.pid}.tmp`);
  copyFileSync(built, temporary);
  try {
    renameSync(temporary, target);
  } catch {
    rmSync(temporary, { force: true });
    return 'Another Unroll is using the old ones: close it, then run npm run build:native.';
  }
  return null;
}

async function explain(/** @type {string} */ log) {
  const compilers = { win32: 'cl', darwin: 'clang++' };
  const compiler = process.env.CXX ?? compilers[/** @type {keyof typeof compilers} */ (process.platform)] ?? 'g++';
  const missing = [];
  if (/could not find any python|find Python/i.test(log) && /gyp ERR! find Python/.test(log)) missing.push('Python 3');
  if (process.platform === 'win32') {
    if (/find VS|Visual Studio/i.test(log)) missing.push('the Visual Studio C++ build tools');
  } else {
    const works = async (/** @type {string} */ tool) =>
      (await run(tool, ['--version'], { output: 'capture' })).code === 0;
    if (!(await works(compiler))) missing.push('a C++ compiler');
    if (!(await works('make'))) missing.push('make');
  }
  if (missing.length === 0) {
    const errors = log.split('\n').filter((line) => /error[: ]|gyp ERR! stack Error/i.test(line));
    const shown = (errors.length > 0 ? errors : log.trim().split('\n').slice(-5)).slice(0, 12).join('\n');
    return `The compiler failed:\n${shown}`;
  }
  return `Missing: ${list(missing)}. ${howToGet()} Then run: npm run build:native`;
}

function howToGet() {
  if (process.platform === 'darwin') return 'Get the tools with: xcode-select --install.';
  if (process.platform === 'win32') {
    return 'Get them with: winget install Python.Python.3.12 Microsoft.VisualStudio.2022.BuildTools (choose «Desktop development with C++» and in it «C++ Clang tools for Windows»).';
  }
  if (existsSync('/usr/bin/apt-get')) return 'Get all of it with: sudo apt-get install build-essential python3.';
  if (existsSync('/usr/bin/dnf')) return 'Get all of it with: sudo dnf install gcc-c++ make python3.';
  if (existsSync('/usr/bin/pacman')) return 'Get all of it with: sudo pacman -S base-devel python.';
  return 'Install g++ (or clang++), make and Python 3 with your package manager.';
}

function list(/** @type {string[]} */ words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

if (isMain(import.meta.url)) {
  try {
    await buildNative({ force: process.argv.includes('--force') });
  } catch (error) {
    say(`The native kernels were not built: ${/** @type {Error} */ (error).message}`);
  }
  process.exitCode = 0;
}
