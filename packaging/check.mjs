// Looks at a packaged app: how its fuses stand, and whether it starts and opens a workspace. Fails where something is not as it should be.
//   node packaging/check.mjs build/installers/linux-unpacked/unroll
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { electronFuses } from './electron-builder.config.mjs';

/** Seconds until the workspace has to be there. */
const patience = 60;

/** Names of the fuses that are not as the configuration wants them. */
async function wrongFuses(/** @type {string} */ app) {
  const { FuseV1Options, getCurrentFuseWire } = createRequire(import.meta.url)('@electron/fuses');
  const wire = await getCurrentFuseWire(app);
  // Our names are those of @electron/fuses, which start with a capital letter.
  const isOn = (/** @type {string} */ name) =>
    String.fromCharCode(wire[FuseV1Options[`${name[0]?.toUpperCase()}${name.slice(1)}`]]) === '1';
  return Object.entries(electronFuses).flatMap(([name, wanted]) => (isOn(name) === wanted ? [] : [name]));
}

/** Null when the app opened a workspace of its own, otherwise what happened. It needs SQLite's binary outside the archive for that. */
async function problemOfStart(/** @type {string} */ app) {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-check-'));
  const workspace = join(folder, 'workspace');
  const child = spawn(app, ['--workspace', workspace], {
    env: { ...process.env, UNROLL_USER_DATA: join(folder, 'user-data') },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise((settle) => {
    child.once('error', (error) => settle(error.message));
    child.once('exit', (code, signal) => settle(`it ended with ${signal ?? code}`));
  });
  try {
    for (let waited = 0; waited < patience; waited++) {
      const end = await Promise.race([ended, wait(1000)]);
      if (end !== undefined) return String(end);
      if (existsSync(join(workspace, 'workspace.db'))) return null;
    }
    return `after ${patience} s it had not opened its workspace`;
  } finally {
    child.kill();
    await Promise.race([ended, wait(10_000)]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

const named = process.argv[2];
if (!named) throw new Error('Name the packaged program: node packaging/check.mjs PATH');
const app = resolve(named);
const wrong = await wrongFuses(app);
console.log(wrong.length === 0 ? 'Fuses: as configured.' : `Fuses that are not as configured: ${wrong.join(', ')}.`);
const problem = await problemOfStart(app);
console.log(problem === null ? 'Start: it opened its workspace.' : `Start: ${problem}.`);
process.exitCode = wrong.length > 0 || problem !== null ? 1 : 0;
