/** Runs' curves as they come from main: put together from parts, and grown by what is trained meanwhile. Pure functions. */
import type { CurveEvals, CurveValues, CurveX, Quantity, RunCurve } from '../../../api/curves.ts';
import type { Evaluation, StepColumns } from '../../../api/types.ts';
import type { Extent } from '../../lib/charts/series.ts';
import { lowerBound } from '../../lib/charts/decimate.ts';

/** The curve with a part of it in finer buckets. */
export function refine(curve: RunCurve, part: RunCurve): RunCurve {
  if (part.step.length === 0) return curve;
  // A bucket that reaches into the part gives way.
  const before = lowerBound(curve.step, part.step[0]! - part.count[0]! + 1);
  const after = lowerBound(curve.step, part.step.at(-1)! + 1);
  return map3(curve, (column, partColumn) => splice(column, before, after, partColumn), part);
}

/** Which steps lie within a part of the curve's x, with a bucket on either side; null if none do. */
export function stepsIn({ step, x }: RunCurve, { from, to }: Extent): { from: number; to: number } | null {
  if (step.length === 0 || from > x.at(-1)! || to < x[0]!) return null;
  const first = Math.max(0, lowerBound(x, from) - 1);
  const last = Math.min(step.length - 1, lowerBound(x, to) + 1);
  return { from: first === 0 ? 0 : step[first]!, to: step[last]! };
}

/** The curve after further steps. @param now when the last of them ended, in ms since 1970 */
export function withSteps(curve: RunCurve, steps: StepColumns, x: CurveX, now: number): RunCurve {
  const last = curve.step.at(-1) ?? -1;
  const start = steps.step.findIndex((step) => step > last);
  if (start < 0) return curve;
  const rows = steps.step.slice(start).map((_, i) => start + i);
  const values: RunCurve['values'] = {};
  for (const name of namesOf(curve.values)) {
    const own = Float32Array.from(rows, (i) => steps[name][i] ?? NaN);
    values[name] = { mean: own, low: own, high: own };
  }
  const more: RunCurve = {
    id: curve.id,
    step: Float64Array.from(rows, (i) => steps.step[i]!),
    x: along(steps, rows, x, now, x === 'tokens' ? (curve.x.at(-1) ?? 0) : 0),
    count: new Uint32Array(rows.length).fill(1),
    values,
    evals: curve.evals,
  };
  const end = curve.step.length;
  return map3(curve, (column, own) => splice(column, end, end, own), more);
}

function along(steps: StepColumns, rows: readonly number[], x: CurveX, now: number, before: number): Float64Array {
  const total = steps.elapsed.at(-1) ?? 0;
  let tokens = before;
  return Float64Array.from(rows, (i) => {
    switch (x) {
      case 'step':
        return steps.step[i]!;
      case 'epoch':
        return steps.epoch[i]!;
      case 'time':
        return steps.elapsed[i]!;
      case 'clock':
        return now - (total - steps.elapsed[i]!) * 1000;
      case 'tokens':
        // The first step's time is not known here; that of its neighbour is as good.
        tokens += steps.tokensPerSecond[i]! * secondsOf(steps.elapsed, i);
        return tokens;
    }
  });
}

function secondsOf(elapsed: readonly number[], i: number): number {
  const from = Math.max(1, i);
  return Math.max(0, (elapsed[from] ?? 0) - (elapsed[from - 1] ?? 0));
}

/** The curve after one more validation. */
export function withEval(curve: RunCurve, found: Evaluation, x: CurveX): RunCurve {
  const { evals } = curve;
  if (found.split !== 'valid' || evals.step.includes(found.step)) return curve;
  const at = { step: found.step, epoch: found.epoch, time: found.elapsed, tokens: NaN, clock: NaN }[x];
  const push = (column: Float64Array | undefined, value: number) =>
    Float64Array.of(...(column ?? new Float64Array(evals.step.length).fill(NaN)), value);
  const names = new Set([...namesOf(evals.figures), ...namesOf(found.figures)]);
  const figures: CurveEvals['figures'] = {};
  for (const name of names) figures[name] = push(evals.figures[name], found.figures[name] ?? NaN);
  return {
    ...curve,
    evals: { step: push(evals.step, found.step), x: push(evals.x, at), loss: push(evals.loss, found.loss), figures },
  };
}

/** Where the validations stand along x: where that is not recorded, between the steps around them. */
export function evalPlaces({ step, x, evals }: RunCurve): Float64Array {
  return evals.x.map((known, i) => (Number.isNaN(known) ? interpolate(step, x, evals.step[i]!) : known));
}

/** The value at `at` of the line through the points; beyond its ends that of the end, NaN of no points. */
export function interpolate(x: ArrayLike<number>, y: ArrayLike<number>, at: number): number {
  const after = lowerBound(x, at);
  if (after === 0) return y[0] ?? NaN;
  if (after === x.length) return y[x.length - 1]!;
  const share = (at - x[after - 1]!) / (x[after]! - x[after - 1]!);
  return y[after - 1]! + share * (y[after]! - y[after - 1]!);
}

type Column = Float64Array | Float32Array | Uint32Array;

/** Each column of a curve together with the same of another. */
function map3(curve: RunCurve, join: <A extends Column>(column: A, other: A) => A, other: RunCurve): RunCurve {
  const values: RunCurve['values'] = {};
  for (const name of namesOf(curve.values)) {
    const [a, b] = [curve.values[name]!, other.values[name]];
    if (b) values[name] = joinValues(a, b, join);
  }
  return {
    ...curve,
    step: join(curve.step, other.step),
    x: join(curve.x, other.x),
    count: join(curve.count, other.count),
    values,
  };
}

function joinValues(a: CurveValues, b: CurveValues, join: <A extends Column>(column: A, other: A) => A): CurveValues {
  return { mean: join(a.mean, b.mean), low: join(a.low, b.low), high: join(a.high, b.high) };
}

function splice<A extends Column>(column: A, before: number, after: number, part: A): A {
  const type = column.constructor as new (length: number) => A;
  const joined = new type(before + part.length + column.length - after);
  joined.set(column.subarray(0, before));
  joined.set(part, before);
  joined.set(column.subarray(after), before + part.length);
  return joined;
}

function namesOf<K extends string>(columns: Readonly<Partial<Record<K, unknown>>>): K[] {
  return Object.keys(columns) as K[];
}

export type { CurveX, Quantity, RunCurve };
