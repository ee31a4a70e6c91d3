// npm run add:tensorflow: installs TensorFlow.js for Node, which the device `tensorflow` computes with, and says what is missing where it
// cannot be had. Nothing is written to package.json; `npm ci` takes it away again. What it needs and why: docs/tensorflow.md
//
//   npm run add:tensorflow                      for an NVIDIA GPU, as its makers publish it: TensorFlow 2.9, CUDA 11.2, cuDNN 8.1
//   npm run add:tensorflow -- --cpu             the same for the processor
//   npm run add:tensorflow -- --from FOLDER     on the TensorFlow of a Python in FOLDER (Linux, g++), of any version and for any CUDA
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrap } from './bootstrap.mjs';
import { inRoot, isMain, readJson, run, runNode, say } from './tools.mjs';

/** What went wrong, for people. */
class Failure extends Error {}

const ISSUE = 'https://github.com/tensorflow/tfjs/issues/8742';
const LIBRARY_VERSION = '2.9.1';

/** @typedef {{ cpu: boolean, from: string | null }} Wish */

/** @returns {Promise<number>} an exit code */
async function main() {
  const installed = await bootstrap();
  if (installed !== 0) return installed;
  const wish = readArguments();
  const name = wish.cpu || wish.from !== null ? '@tensorflow/tfjs-node' : '@tensorflow/tfjs-node-gpu';
  const version = readJson(inRoot('package.json')).peerDependencies[name];
  say(`This installs ${name} ${version} for the device "tensorflow".`);
  say(`It needs ${needs(wish)}.`);
  requirePlatform(wish);
  if (name.endsWith('gpu')) await mentionDriver();
  if (wish.from === null) await requireLibrary(wish);
  else requireFolder(wish.from);

  await installPackage(`${name}@${version}`);
  const folder = inRoot('node_modules', ...name.split('/'));
  try {
    if (wish.from === null) await completeAsPublished(folder, wish);
    else await completeWith(folder, wish.from);
    await requireWorks();
  } catch (error) {
    await npm(['uninstall', '--no-save', '--ignore-scripts', name]);
    if (!(error instanceof Failure)) throw error;
    throw new Failure(`${error.message}\nWhat was installed was taken away again.`);
  }
  say('Next: "npm run -s unroll -- devices --measure" finds out whether it is faster here than the others.');
  return 0;
}

/** @returns {Wish} */
function readArguments() {
  try {
    const { values } = parseArgs({ options: { cpu: { type: 'boolean' }, from: { type: 'string' } } });
    if (values.cpu && values.from !== undefined) throw new Error('--cpu and --from exclude each other');
    return { cpu: values.cpu === true, from: values.from === undefined ? null : resolve(values.from) };
  } catch (error) {
    throw new Failure(
      `${/** @type {Error} */ (error).message}. Usage: npm run add:tensorflow [-- --cpu | -- --from FOLDER]`,
    );
  }
}

/** @param {Wish} wish */
function needs({ cpu, from }) {
  if (from !== null) return `Linux, g++, and a TensorFlow for Python in ${from}, with the CUDA that it was made for`;
  const platform = 'Linux or Windows on an x86-64 processor';
  if (cpu) return `${platform}`;
  return `an NVIDIA GPU and its driver, CUDA 11.2, cuDNN 8.1, and ${platform}`;
}

/** @param {Wish} wish */
function requirePlatform({ from }) {
  const here = `${process.platform} on ${process.arch}`;
  if (process.platform === 'darwin') {
    throw new Failure('There is no such TensorFlow for macOS. On a Mac the device "webgpu" computes on the GPU.');
  }
  if (from !== null && process.platform !== 'linux') throw new Failure(`--from works on Linux only; this is ${here}.`);
  if (from === null && (process.arch !== 'x64' || !['linux', 'win32'].includes(process.platform))) {
    throw new Failure(`There is no such TensorFlow for ${here}. The device "webgpu" needs none.`);
  }
}

async function mentionDriver() {
  const { code, text } = await run('nvidia-smi', ['--query-gpu=name,driver_version', '--format=csv,noheader'], {
    output: 'capture',
    timeoutSeconds: 20,
  });
  if (code === 0) say(`GPU and driver: ${text.trim().split('\n')[0]}`);
  else say('Careful: no NVIDIA driver answers here (nvidia-smi). Without one, TensorFlow computes on the processor.');
}

/** Where the install script of the package will load TensorFlow from. @param {Wish} wish */
function libraryAddress({ cpu }) {
  const storage = process.env.TFJS_NODE_CDN_STORAGE ?? process.env.CDN_STORAGE ?? 'https://storage.googleapis.com/';
  const base = process.env.TFJS_NODE_BASE_URI ?? `${storage}tensorflow/libtensorflow/libtensorflow-`;
  const system = process.platform === 'win32' ? 'windows-x86_64' : 'linux-x86_64';
  return `${base}${cpu ? 'cpu' : 'gpu'}-${system}-${LIBRARY_VERSION}.${process.platform === 'win32' ? 'zip' : 'tar.gz'}`;
}

/** Asks for the library before anything is installed for it. @param {Wish} wish */
async function requireLibrary(wish) {
  // fetch does not know of proxies; the package's install script does, and tells by itself what went wrong.
  if (['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some((name) => process.env[name])) return;
  const address = libraryAddress(wish);
  let answer;
  try {
    const { ok, status, statusText } = await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(30_000) });
    if (ok) return;
    answer = `the server answered ${status} ${statusText}`.trim();
  } catch (error) {
    const { cause, message } = /** @type {Error & { cause?: { code?: string } }} */ (error);
    answer = `the server could not be reached (${cause?.code ?? message})`;
  }
  throw new Failure(`${cannotDownload(address, answer)}\nNothing was installed.`);
}

function cannotDownload(/** @type {string} */ address, /** @type {string} */ answer) {
  return `TensorFlow itself cannot be downloaded: ${answer}
  ${address}
That is where the makers of TensorFlow.js publish it; at times it refuses everybody: ${ISSUE}
What helps:
- a TensorFlow for Python, which is the same library: "python3 -m pip install tensorflow[and-cuda]", then
  npm run add:tensorflow -- --from "$(python3 -c 'import tensorflow as t; print(t.__path__[0])')"
- a copy of the archive: TFJS_NODE_BASE_URI says what comes before "gpu-linux-…" or "cpu-linux-…" in its address
- the device "webgpu", which computes on any GPU and needs none of this`;
}

function requireFolder(/** @type {string} */ folder) {
  const parts = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2', 'include/tensorflow/c/eager/c_api.h'];
  const missing = parts.filter((part) => !existsSync(join(folder, part)));
  if (missing.length === 0) return;
  throw new Failure(`${folder} is no TensorFlow of a Python: it has no ${missing.join(', no ')}.
It is what python3 -c 'import tensorflow as t; print(t.__path__[0])' prints.`);
}

async function npm(/** @type {string[]} */ args) {
  const npmPath = process.env.npm_execpath;
  if (!npmPath) throw new Failure('Run this through npm: npm run add:tensorflow');
  return runNode([npmPath, ...args], { output: 'capture' });
}

async function installPackage(/** @type {string} */ spec) {
  say(`Installing ${spec} …`);
  // Its own install script is run afterwards: some versions of npm block it, and none shows what it says. An optional peer dependency,
  // which it is in package.json, npm would leave out.
  const { code, text } = await npm([
    'install',
    '--no-save',
    '--save-prod',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    spec,
  ]);
  if (code !== 0) throw new Failure(`npm could not install ${spec}:\n${complaint(text)}`);
}

/** The package's own install script: loads the library and the module between it and Node, or compiles that. */
async function completeAsPublished(/** @type {string} */ folder, /** @type {Wish} */ wish) {
  say('Downloading TensorFlow (hundreds of megabytes) …');
  const { code, text } = await runNode([join('scripts', 'install.js'), wish.cpu ? 'cpu' : 'gpu', 'download'], {
    cwd: folder,
    output: 'capture',
  });
  if (code === 0) return;
  if (/gyp ERR!/.test(text)) {
    throw new Failure(
      `The module between Node and TensorFlow could not be compiled; it takes Python 3 and a C++ compiler:\n${complaint(text)}`,
    );
  }
  throw new Failure(cannotDownload(libraryAddress(wish), `its install script failed:\n${complaint(text)}`));
}

/** Compiles the module between Node and a TensorFlow that is here already. */
async function completeWith(/** @type {string} */ folder, /** @type {string} */ tensorflow) {
  say('Compiling the module between Node and TensorFlow …');
  const napi = 8;
  const target = join('lib', `napi-v${napi}`);
  mkdirSync(join(folder, target), { recursive: true });
  const includes = ['.', '..', join(tensorflow, 'include'), inRoot('node_modules', 'node-api-headers', 'include')];
  const { code, text } = await run(
    process.env.CXX ?? 'g++',
    [
      ...['-O2', '-std=c++17', '-fPIC', '-shared', `-DNAPI_VERSION=${napi}`],
      ...includes.map((include) => `-I${include}`),
      ...['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc', '-o', join(target, 'tfjs_binding.node')],
      ...[`-L${tensorflow}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
      `-Wl,-rpath,${tensorflow}`,
    ],
    { cwd: folder, output: 'capture' },
  );
  if (code !== 0)
    throw new Failure(`The module between Node and TensorFlow could not be compiled:\n${complaint(text)}`);
}

async function requireWorks() {
  say('Trying it …');
  const code = `
    const { probeTensorflow } = await import('./src/engine/kernels/tensorflow/load.ts');
    const { available, detail } = await probeTensorflow();
    console.log(detail);
    process.exitCode = available ? 0 : 1;`;
  const { code: failed, text } = await runNode(['--input-type=module', '-e', code], { output: 'capture' });
  if (failed !== 0) throw new Failure(`It does not work here. ${text.trim()}`);
  say(`It works: ${text.trim()}.`);
}

/** The lines of a program's output that say what is wrong, or else its last ones. */
function complaint(/** @type {string} */ text) {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.trim());
  const errors = lines.filter((line) => /^\S*error\b.*:|\berror:|ERR!|npm error/i.test(line));
  return (errors.length > 0 ? errors.slice(0, 6) : lines.slice(-6)).map((line) => `  ${line}`).join('\n');
}

if (isMain(import.meta.url)) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
