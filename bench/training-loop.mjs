// What training through the whole program costs beside the bare step: batches cut from a real text, metrics, the store and progress events
// at their normal rate, in the engine's own process.
//
//     npm run -s bench:loop [-- --case ID]... [--rounds N] [--seconds N]
//
// Bare steps and training take turns. Both are timed over stretches of about a second, and the best stretch counts: whatever else the
// machine does only ever makes one slower.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { inRoot, nodePath } from '../scripts/tools.mjs';
import { builtInGrid } from '../src/engine/bench/index.ts';
import { createTrainingStep } from '../src/engine/bench/training-step.ts';
import { createNativeKernels, loadNative } from '../src/engine/kernels/native/load.ts';

const text = inRoot('resources', 'samples', 'timemachine.txt');
const { values: flags } = parseArgs({
  options: {
    case: { type: 'string', multiple: true, default: ['lstm-h128', 'gru-h128', 'lstm-h256x2'] },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '8' },
  },
});
if (loadNative().addon === null) fail(loadNative().reason ?? '');

/** Milliseconds. */
const stretch = 1000;

process.stdout.write('| case | bare step ms | through the program ms | more |\n|---|---:|---:|---:|\n');
for (const id of flags.case) {
  const case_ = builtInGrid.cases.find((known) => known.id === id);
  if (!case_ || case_.tags !== undefined) fail(`There is no language model ${id} among the cases.`);
  let [bare, whole, V] = [Infinity, Infinity, case_.V];
  for (let round = 0; round < Number(flags.rounds); round++) {
    const run = await train(case_);
    whole = Math.min(whole, run.ms);
    V = run.vocabulary;
    bare = Math.min(bare, await bareStep({ ...case_, V }));
  }
  const more = `${(100 * (whole / bare - 1)).toFixed(1)} %`;
  process.stdout.write(`| ${[`${id}, V ${V}`, bare.toFixed(3), whole.toFixed(3), more].join(' | ')} |\n`);
}

/** @param {import('../src/engine/bench/cases.ts').TrainingCase} case_ */
async function bareStep(case_) {
  const kernels = createNativeKernels();
  const step = createTrainingStep(kernels, case_);
  const until = performance.now() + 1000 * Number(flags.seconds);
  let best = Infinity;
  for (let first = true; performance.now() < until; first = false) {
    const started = performance.now();
    let steps = 0;
    while (performance.now() < started + stretch) {
      step.run();
      await step.loss();
      steps++;
    }
    if (!first) best = Math.min(best, (performance.now() - started) / steps);
  }
  step.dispose();
  kernels.dispose();
  return best;
}

/**
 * Trains as a person does from the command line, without evaluations in between.
 * @param {import('../src/engine/bench/cases.ts').TrainingCase} case_
 * @returns {Promise<{ ms: number, vocabulary: number }>} of a step in the best stretch
 */
async function train({ cell, L, E, H, B, T }) {
  const workspace = mkdtempSync(join(tmpdir(), 'unroll-loop-'));
  const minutes = (Number(flags.seconds) + 1) / 60;
  const sizes = { layers: L, embedding: E, hidden: H, batch: B, steps: T, 'max-minutes': minutes, 'eval-every': 1e6 };
  const options = Object.entries(sizes).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const args = ['train', text, '--cell', cell, ...options, '--device', 'native', '--workspace', workspace, '--json'];
  const child = spawn(nodePath(), [inRoot('out', 'main', 'cli.js'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  let [vocabulary, step, at, best] = [0, 0, 0, Infinity];
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line);
    if (event.event === 'start') vocabulary = event.vocabulary;
    if (event.event !== 'step') continue;
    const now = performance.now();
    if (now < at + stretch) continue;
    if (step > 0) best = Math.min(best, (now - at) / (event.step - step));
    [step, at] = [event.step, now];
  }
  const code = await ended;
  rmSync(workspace, { recursive: true, force: true });
  if (code !== 0) fail(`Training ended with exit code ${code}.`);
  return { ms: best, vocabulary };
}

/** @returns {never} */
function fail(/** @type {string} */ message) {
  process.stderr.write(message + '\n');
  process.exit(2);
}
