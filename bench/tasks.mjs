// Trains every kind of task with Unroll and with PyTorch, and prints one table.
//
//     npm run -s bench:tasks [-- --only NAME,…] [--seeds 1,…] [--torch-seeds 1,…] [--quick] [--data DIR] [--python FILE]
//
// Unroll is run as people run it, by its command line. PyTorch (bench/tasks/torch_tasks.py) is given the data set that Unroll
// prepared and the run's configuration. With the usual seeds the figures go into bench/tasks/results.json, and docs/tasks.md is
// written from all that stand there. --quick makes a few steps of everything and writes nothing: does it run?
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { inRoot, root, say } from '../scripts/tools.mjs';
import { lockstep } from './tasks/lockstep.mjs';
import { agrees, page, reaches, table } from './tasks/report.mjs';
import { tasks } from './tasks/tasks.mjs';
import { runTorch, usualPython } from './tasks/torch-run.mjs';
import { UnrollRun } from './tasks/unroll-run.mjs';

/** @typedef {import('./tasks/tasks.mjs').Task} Task */
/** @typedef {import('./tasks/report.mjs').Measured} Measured */
/** @typedef {import('./tasks/report.mjs').Result} Result */

const usualSeeds = '1,2,3';
const quickSteps = 20;
/** Steps that both make from the same parameters, on the same batches, with the same masks. */
const lockstepSteps = 50;
const samplesEach = 8;

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: tasks.map(({ name }) => name).join(',') },
    seeds: { type: 'string', default: usualSeeds },
    'torch-seeds': { type: 'string' },
    quick: { type: 'boolean', default: false },
    data: { type: 'string', default: join(root, '..', 'shared', 'data') },
    python: { type: 'string', default: usualPython },
  },
});
const chosen = flags.only.split(',').map((name) => tasks.find((task) => task.name === name) ?? fail(unknown(name)));
const seeds = numbers('seeds', flags.quick ? '1' : flags.seeds);
const torchSeeds = flags['torch-seeds'] === undefined ? seeds : numbers('torch-seeds', flags['torch-seeds']);
const data = resolve(process.env.INIT_CWD ?? '.', flags.data);
if (!existsSync(data)) fail(`There is no ${data}. Say where the data of the tasks are with --data DIR.`);
if ((await build()) !== 0) process.exit(1);

const resultsFile = inRoot('bench', 'tasks', 'results.json');
/** @type {Record<string, Result>} */
const stored = existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, 'utf8')) : {};
const rows = [];
for (const task of chosen) {
  const result = await measure(task);
  rows.push({ task, result });
  if (flags.quick || flags.seeds !== usualSeeds) continue;
  stored[task.name] = result;
  writeFileSync(resultsFile, `${JSON.stringify(stored, null, 2)}\n`);
  const all = tasks.flatMap((known) => (stored[known.name] ? [{ task: known, result: stored[known.name] }] : []));
  writeFileSync(inRoot('docs', 'tasks.md'), page(all));
}
process.stdout.write(`${table(rows)}\n`);
const good = rows.every(({ task, result }) => reaches(task, result) && agrees(result) !== false);
if (!flags.quick && !good) process.exitCode = 1;

/**
 * All seeds of a task.
 * @param {Task} task
 * @returns {Promise<Result>}
 */
async function measure(task) {
  /** @type {{ unroll: Measured[], torch: Measured[] }} */
  const runs = { unroll: [], torch: [] };
  /** @type {Pick<Result, 'lockstep' | 'samples'>} */
  let more = { lockstep: null, samples: [] };
  let version = 'not run';
  for (const seed of seeds) {
    /** @type {Omit<Measured, 'seed'>[]} */
    const ours = [];
    /** @type {Omit<Measured, 'seed'>[]} */
    const theirs = [];
    for (let fold = 1; fold <= (task.folds ?? 1); fold++) {
      const once = seed === seeds[0] && fold === 1;
      const { unroll, torch, ...found } = await measureOnce(task, seed, fold, once);
      if (once) more = { lockstep: found.lockstep, samples: found.samples };
      ours.push(unroll);
      if (!torch) continue;
      theirs.push(torch);
      version = torch.torch;
    }
    runs.unroll.push({ seed, ...together(ours) });
    if (theirs.length > 0) runs.torch.push({ seed, ...together(theirs) });
    const text = (/** @type {typeof ours} */ all) => (all.length > 0 ? together(all).value.toFixed(4) : '–');
    progress('');
    say(`${task.name}, seed ${seed}: Unroll ${text(ours)}, PyTorch ${text(theirs)}`);
  }
  return { ...runs, ...more, where: where(version) };
}

/**
 * One run of each.
 * @param {Task} task
 * @param {number} seed
 * @param {number} fold
 * @param {boolean} once whether to measure too what is measured of one run only
 */
async function measureOnce(task, seed, fold, once) {
  const title = `${task.name}, seed ${seed}${task.folds ? `, fold ${fold}` : ''}`;
  const run = new UnrollRun();
  try {
    const ours = await run.train(flagsOf(task, seed, fold), (line) => progress(`${title}: Unroll: ${line}`));
    const unroll = { ...ours, value: figure(task, ours.figures) };
    const labels = once ? (task.samples ?? []) : [];
    const samples = labels.map((label) => ({ label, texts: run.samples(label, samplesEach) }));
    if (!torchSeeds.includes(seed)) return { unroll, torch: null, lockstep: null, samples };
    const { recipe } = run;
    const steps = flags.quick ? quickSteps : lockstepSteps;
    const difference = once ? await lockstep(flags.python, recipe, steps) : null;
    const threads = ['--threads', String(task.torchThreads ?? 1)];
    const theirs = await runTorch(flags.python, recipe, threads, (line) => progress(`${title}: PyTorch: ${line}`));
    requireSame(title, ours, theirs);
    return { unroll, torch: { ...theirs, value: figure(task, theirs.figures) }, lockstep: difference, samples };
  } finally {
    run.dispose();
  }
}

/** One run's or all folds' figures: the mean of the value, the sum of steps and time. */
function together(/** @type {readonly Omit<Measured, 'seed'>[]} */ folds) {
  const sum = (/** @type {'value' | 'steps' | 'seconds'} */ key) => folds.reduce((total, fold) => total + fold[key], 0);
  return { value: sum('value') / folds.length, steps: sum('steps'), seconds: Math.round(sum('seconds') * 10) / 10 };
}

/**
 * Flags of `unroll train`, with the files where they are.
 * @param {Task} task
 * @param {number} seed
 * @param {number} fold
 */
function flagsOf(task, seed, fold) {
  return [
    ...task.flags.map((flag) => (flag.includes('/') ? join(data, flag) : flag)),
    ...['--valid', '0', '--early-stopping', '0', '--seed', String(seed), '--device', 'native'],
    ...(task.folds ? ['--fold', String(fold)] : []),
    ...(flags.quick ? ['--max-steps', String(quickSteps)] : []),
  ];
}

/** Two that differ in size or length of training would not be compared. */
function requireSame(
  /** @type {string} */ title,
  /** @type {{ steps: number, parameters: number }} */ ours,
  /** @type {{ steps: number, parameters: number }} */ theirs,
) {
  if (ours.steps === theirs.steps && ours.parameters === theirs.parameters) return;
  const text = (/** @type {typeof ours} */ { steps, parameters }) => `${parameters} parameters and ${steps} steps`;
  fail(`${title}: Unroll trained ${text(ours)}, PyTorch ${text(theirs)}.`);
}

function figure(/** @type {Task} */ { name, measure }, /** @type {Record<string, number>} */ figures) {
  return figures[measure.figure] ?? fail(`${name}: ${measure.figure} was not measured, only ${Object.keys(figures)}.`);
}

function where(/** @type {string} */ torch) {
  const processor = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} processors, ${Math.round(totalmem() / 2 ** 30)} GB`;
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    processor,
    unroll: 'the native device',
    torch,
  };
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

function numbers(/** @type {string} */ name, /** @type {string} */ text) {
  const values = text.split(',').map(Number);
  if (!values.every(Number.isSafeInteger)) fail(`--${name} takes whole numbers with commas between, not "${text}".`);
  return values;
}

function unknown(/** @type {string} */ name) {
  return `There is no task ${name}; there are ${tasks.map((task) => task.name).join(', ')}.`;
}

/** A line that the next one replaces, where there is somebody to see it. */
function progress(/** @type {string} */ line) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
}

/** @returns {never} */
function fail(/** @type {string} */ message) {
  say(message);
  process.exit(2);
}
