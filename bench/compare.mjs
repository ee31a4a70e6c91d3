// Times PyTorch and Unroll on the same cases in alternation, and prints one table.
//
//     npm run -s bench:compare [-- --device NAME] [--threads N] [--case ID]... [--rounds N] [--steps N] [--write] [--torch FILE] [--python FILE]
//
// Each engine's time is its best round; a round is the median of --steps steps. PyTorch is timed by torch_bench.py, which tries several thread
// settings and reports the fastest; beside a GPU device it runs on CUDA. --write puts the table into docs/performance.md.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { inRoot } from '../scripts/tools.mjs';
import { builtInGrid, computedFlops, isGeneration, runBenchCase, trainingFlops } from '../src/engine/bench/index.ts';
import { Devices } from '../src/engine/kernels/devices.ts';
import { NativeKernels } from '../src/engine/kernels/native/native-kernels.ts';
import { nodeDevices } from '../src/main/devices.ts';

const page = inRoot('docs', 'performance.md');
const { values: flags } = parseArgs({
  options: {
    device: { type: 'string', default: 'native' },
    threads: { type: 'string' },
    case: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '7' },
    write: { type: 'boolean', default: false },
    torch: { type: 'string', default: inRoot('..', 'shared', 'bench', 'torch_bench.py') },
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
const threads = flags.threads === undefined ? null : positive('threads', flags.threads);
const kernels = await new Devices(nodeDevices())
  .create(flags.device, { threads })
  .catch((error) => fail(error.message));
const torchDevice = kernels.name === 'webgpu' || kernels.name === 'tensorflow' ? 'cuda' : 'cpu';
/** What the compiled devices can say of the machine. */
const gauge = kernels instanceof NativeKernels ? kernels : null;

const rows = [];
const machine = { peak: 0, barrier: Infinity };
let torchVersion = '';
for (const case_ of all) {
  if (flags.case.length > 0 && !flags.case.includes(case_.id)) continue;
  const best = { torch: Infinity, unroll: Infinity };
  for (let round = 0; round < rounds; round++) {
    const torch = timeTorch(case_.id);
    torchVersion = torch.engine;
    best.torch = Math.min(best.torch, torch.ms);
    if (gauge) {
      const { peakGflops, barrierNanoseconds } = gauge.measureMachine();
      machine.peak = Math.max(machine.peak, peakGflops);
      machine.barrier = Math.min(machine.barrier, barrierNanoseconds);
    }
    best.unroll = Math.min(best.unroll, (await runBenchCase(kernels, case_, steps)).ms);
  }
  rows.push({ case_, ...best });
  process.stderr.write(`${case_.id}: PyTorch ${best.torch.toFixed(2)} ms, Unroll ${best.unroll.toFixed(2)} ms\n`);
}
const detail = `${kernels.name}, ${kernels.detail}`;
kernels.dispose();

const lines = [
  `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} processors, ${Math.round(totalmem() / 2 ** 30)} GB; ${new Date().toISOString().slice(0, 10)}, commit ${commit()}, ${torchVersion}, Unroll ${detail}, Node ${process.version}.`,
];
if (gauge) {
  lines.push(`Multiply-add peak ${machine.peak.toFixed(0)} GFLOP/s, barrier ${machine.barrier.toFixed(0)} ns.`);
}
lines.push(
  '',
  '| case | PyTorch ms | Unroll ms | ratio | GFLOP/s | computed | of peak |',
  '|---|---:|---:|---:|---:|---:|---:|',
);
for (const { case_, torch, unroll } of rows) {
  const digits = unroll < 1 ? 3 : 2;
  const rates = isGeneration(case_) ? ['', '', ''] : ratesOf(case_, unroll);
  lines.push(
    `| ${[case_.id, torch.toFixed(digits), unroll.toFixed(digits), (torch / unroll).toFixed(2), ...rates].join(' | ')} |`,
  );
}
const training = rows.filter(({ case_ }) => !isGeneration(case_));
if (training.length > 0) {
  const mean = Math.exp(training.reduce((sum, row) => sum + Math.log(row.torch / row.unroll), 0) / training.length);
  lines.push('', `Geometric mean of the training cases' ratios: ${mean.toFixed(2)}.`);
}
for (const { case_, torch, unroll } of rows) {
  if (!isGeneration(case_)) continue;
  lines.push(
    `${case_.id}: PyTorch ${(1000 / torch).toFixed(0)} tokens/s, Unroll ${(1000 / unroll).toFixed(0)} tokens/s.`,
  );
}
process.stdout.write(lines.join('\n') + '\n');
if (flags.write) writeInto(page, lines.join('\n'));

/**
 * GFLOP/s as torch_bench.py counts them, those of the products that are really made, and the share of these in the machine's peak.
 * @param {import('../src/engine/bench/cases.ts').TrainingCase} case_ @param {number} ms
 */
function ratesOf(case_, ms) {
  const computed = computedFlops(case_) / ms / 1e6;
  const share = machine.peak > 0 ? `${((100 * computed) / machine.peak).toFixed(0)} %` : '';
  return [(trainingFlops(case_) / ms / 1e6).toFixed(0), computed.toFixed(0), share];
}

/** Replaces what stands between the page's marks for this device. @param {string} file @param {string} table */
function writeInto(file, table) {
  const [begin, end] = [`<!-- bench:compare ${flags.device} -->`, '<!-- end -->'];
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(begin);
  if (from < 0) fail(`${file} has no place for it: ${begin} … ${end}`);
  const to = text.indexOf(end, from);
  writeFileSync(file, `${text.slice(0, from)}${begin}\n\n${table}\n\n${text.slice(to)}`);
}

function timeTorch(/** @type {string} */ id) {
  try {
    const args = [flags.torch, '--case', id, '--steps', String(steps), '--device', torchDevice];
    return JSON.parse(execFileSync(flags.python, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const advice =
      torchDevice === 'cuda'
        ? 'Beside a GPU device PyTorch has to be built for CUDA: https://pytorch.org/get-started says how.'
        : 'On Debian: apt-get install python3-torch libopenblas0-pthread.';
    return fail(`PyTorch could not be timed. ${advice}\n${message}`);
  }
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: inRoot(), encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

function positive(/** @type {string} */ name, /** @type {string} */ text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) fail(`--${name} must be a whole number of at least 1, not "${text}".`);
  return value;
}

/** @returns {never} */
function fail(/** @type {string} */ message) {
  process.stderr.write(message + '\n');
  process.exit(2);
}
