/** Times one case on a device: the medians that `unroll bench` prints and bench/compare.mjs sets beside PyTorch's. */
import type { Kernels } from '../kernels/kernels.ts';
import { isGeneration, trainingFlops, type BenchCase, type TrainingCase } from './cases.ts';
import { createGeneration } from './generation.ts';
import { profile, type ProfileEntry } from './profile.ts';
import { createTrainingStep } from './training-step.ts';

export type { ProfileEntry } from './profile.ts';
export {
  builtInGrid,
  computedFlops,
  gridSchema,
  isGeneration,
  trainingFlops,
  type BenchCase,
  type Grid,
} from './cases.ts';

/** The fields of torch_bench.py; `ms` is the median step, for generation the mean token. */
export interface BenchResult {
  readonly id: string;
  readonly engine: 'unroll';
  readonly device: string;
  /** What computed it: "AVX-512, 2 threads". */
  readonly detail: string;
  readonly ms: number;
  readonly tokens_per_s: number;
  /** Of the step's matrix products; absent for generation. */
  readonly gflops?: number;
}

/** Steps before the clock counts: memory is touched, threads are awake. */
const WARM_UP = 3;
const WARM_UP_TOKENS = 50;

/**
 * Runs a case.
 * @param steps of training to time; a generation case says itself how many tokens
 * @throws Error when the step's loss is not finite: a fast wrong answer is none
 */
export async function runBenchCase(kernels: Kernels, case_: BenchCase, steps = 7): Promise<BenchResult> {
  const common = { id: case_.id, engine: 'unroll', device: kernels.name, detail: kernels.detail } as const;
  if (isGeneration(case_)) {
    const generation = createGeneration(kernels, case_);
    await generation.generate(WARM_UP_TOKENS);
    const start = performance.now();
    await generation.generate(case_.tokens);
    const ms = (performance.now() - start) / case_.tokens;
    generation.dispose();
    return { ...common, ms, tokens_per_s: 1000 / ms };
  }

  const step = createTrainingStep(kernels, case_);
  const times: number[] = [];
  for (let i = 0; i < WARM_UP + steps; i++) {
    const start = performance.now();
    step.run();
    // Devices may still be computing; the loss is there when the step is. Not read, but waited for, like the other engine's.
    await step.loss();
    times.push(performance.now() - start);
  }
  const loss = await step.loss();
  step.dispose();
  if (!Number.isFinite(loss)) throw new Error(`${case_.id} on ${kernels.name}: the loss is ${loss}`);
  const ms = median(times.slice(WARM_UP));
  return {
    ...common,
    ms,
    tokens_per_s: (case_.B * case_.T * 1000) / ms,
    gflops: trainingFlops(case_) / ms / 1e6,
  };
}

export interface CaseProfile {
  readonly id: string;
  /** The step as it is timed from outside. */
  readonly ms: number;
  /** Of that step, the longest first; what no kernel accounts for is the models' own code. */
  readonly entries: readonly ProfileEntry[];
}

/**
 * Where the time of a training case's step goes: of the fastest of so many, since other programs only ever make one slower.
 * @throws Error when the device cannot tell
 */
export async function profileBenchCase(device: Kernels, case_: TrainingCase, steps = 30): Promise<CaseProfile> {
  const times = device.timeCalls?.();
  if (times === null) {
    throw new Error(`${device.name} cannot time its kernels here: ${device.detail} has no clock for that`);
  }
  const { kernels, entries, reset } = profile(device, () => performance.now() / 1000, times);
  const step = createTrainingStep(kernels, case_);
  for (let i = 0; i < WARM_UP; i++) step.run();
  await step.loss();
  await times?.take();
  let fastest: CaseProfile = { id: case_.id, ms: Infinity, entries: [] };
  for (let i = 0; i < steps; i++) {
    reset();
    const start = performance.now();
    step.run();
    // A device that has a clock of its own is still computing.
    if (times) await step.loss();
    const ms = performance.now() - start;
    const seconds = await times?.take();
    if (ms < fastest.ms) fastest = { ...fastest, ms, entries: seconds ? byClock(entries(), seconds) : entries() };
  }
  step.dispose();
  return fastest;
}

/** Entries with the seconds of the device's clock in place of those that the calls took to return. */
function byClock(entries: readonly ProfileEntry[], seconds: ReadonlyMap<string, number>): ProfileEntry[] {
  return entries
    .map((entry) => ({ ...entry, seconds: seconds.get(entry.what) ?? 0 }))
    .toSorted((a, b) => b.seconds - a.seconds);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
