// Times PyTorch and Unroll on the same cases in alternation, and prints one table.
//
//     npm run -s bench:compare [-- --case ID]... [--rounds N] [--steps N] [--torch FILE] [--python FILE]
//
// Each engine's time is its best round; a round is the median of --steps steps. PyTorch is timed by torch_bench.py, which tries several thread
// settings and reports the fastest.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { builtInGrid, runBenchCase } from '../src/engine/bench/index.ts';
import { loadNative } from '../src/engine/kernels/native/load.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: flags } = parseArgs({
  options: {
    case: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '7' },
    torch: { type: 'string', default: join(root, '..', 'shared', 'bench', 'torch_bench.py') },
    python: { type: 'string', default: existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3' },
  },
});

const all = [...builtInGrid.cases, ...builtInGrid.generation];
const unknown = flags.case.filter((id) => !all.some((known) => known.id === id));
if (unknown.length > 0)
  fail(`There is no case ${unknown.join(', ')}; there are ${all.map(({ id }) => id).join(', ')}.`);
if (!existsSync(flags.torch)) fail(`There is no ${flags.torch}. Say where torch_bench.py is with --torch FILE.`);
const rounds = positive('rounds', flags.rounds);
const steps = positive('steps', flags.steps);
const device = loadNative();
if (device.addon === null) fail(device.reason);
const kernels = device.create();

const rows = [];
const machine = { peak: 0, barrier: Infinity };
let torchVersion = '';
for (const case_ of all) {
  if (flags.case.length > 0 && !flags.case.includes(case_.id)) continue;
  const best = { torch: Infinity, unroll: Infinity, gflops: 0 };
  for (let round = 0; round < rounds; round++) {
    const torch = timeTorch(case_.id);
    torchVersion = torch.engine;
    best.torch = Math.min(best.torch, torch.ms);
    const { peakGflops, barrierNanoseconds } = kernels.measureMachine();
    machine.peak = Math.max(machine.peak, peakGflops);
    machine.barrier = Math.min(machine.barrier, barrierNanoseconds);
    const ours = await runBenchCase(kernels, case_, steps);
    if (ours.ms < best.unroll) {
      best.unroll = ours.ms;
      best.gflops = ours.gflops ?? 0;
    }
  }
  rows.push({ id: case_.id, generation: 'tokens' in case_, ...best });
  process.stderr.write(`${case_.id}: PyTorch ${best.torch.toFixed(2)} ms, Unroll ${best.unroll.toFixed(2)} ms\n`);
}
const detail = kernels.detail;
kernels.dispose();

print(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} processors, ${Math.round(totalmem() / 2 ** 30)} GB`,
);
print(`${new Date().toISOString().slice(0, 10)}, commit ${commit()}, ${torchVersion}, Unroll ${detail}`);
print(`Multiply-add peak ${machine.peak.toFixed(0)} GFLOP/s, barrier ${machine.barrier.toFixed(0)} ns\n`);
print('| case | PyTorch ms | Unroll ms | GFLOP/s | of peak | ratio |');
print('|---|---:|---:|---:|---:|---:|');
for (const { id, torch, unroll, gflops, generation } of rows) {
  const digits = unroll < 1 ? 3 : 2;
  const rate = generation ? ['', ''] : [gflops.toFixed(0), `${((100 * gflops) / machine.peak).toFixed(0)} %`];
  print(`| ${[id, torch.toFixed(digits), unroll.toFixed(digits), ...rate, (torch / unroll).toFixed(2)].join(' | ')} |`);
}
const training = rows.filter(({ generation }) => !generation);
if (training.length > 0) {
  const mean = Math.exp(training.reduce((sum, row) => sum + Math.log(row.torch / row.unroll), 0) / training.length);
  print(`\nGeometric mean of the training cases' ratios: ${mean.toFixed(2)}`);
}

function timeTorch(/** @type {string} */ id) {
  try {
    const args = [flags.torch, '--case', id, '--steps', String(steps)];
    return JSON.parse(execFileSync(flags.python, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return fail(
      `PyTorch could not be timed. On Debian: apt-get install python3-torch libopenblas0-pthread.\n${message}`,
    );
  }
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

function positive(/** @type {string} */ name, /** @type {string} */ text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) fail(`--${name} must be a whole number of at least 1, not "${text}".`);
  return value;
}

function print(/** @type {string} */ line) {
  process.stdout.write(line + '\n');
}

/** @returns {never} */
function fail(/** @type {string} */ message) {
  process.stderr.write(message + '\n');
  process.exit(2);
}
