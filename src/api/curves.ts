/**
 * Curves of training on their way from main to a screen: typed arrays in one block of bytes, because JSON of millions of numbers
 * takes seconds. Pure module.
 *
 * The block is a JSON header (its length first, as uint32, little-endian), padded with spaces to a multiple of 8, and behind it the arrays that
 * the header describes, in its order, each at a multiple of 8.
 */
import { z } from 'zod';
import { figureNames, type FigureName } from '../engine/metrics/figures.ts';

/** What is measured at every training step. */
export const quantities = ['loss', 'gradNorm', 'learningRate', 'tokensPerSecond'] as const;
export type Quantity = (typeof quantities)[number];

/**
 * Along what curves are drawn: training steps; passes over the data; tokens (or rows) trained on, of the data's own, padding excluded;
 * seconds of training; the clock, in ms since 1970.
 */
export const curveXs = ['step', 'epoch', 'tokens', 'time', 'clock'] as const;
export type CurveX = (typeof curveXs)[number];

export const curvesRequestSchema = z.object({
  /** Which runs, and from which step to which; both ends included. */
  runs: z
    .array(z.object({ id: z.string().min(1), from: z.int().min(0), to: z.int().min(0).nullable() }))
    .min(1)
    .max(2000),
  x: z.enum(curveXs),
  quantities: z.array(z.enum(quantities)),
  /** A curve of more than twice as many points comes in buckets, at least this many. */
  points: z.int().min(16).max(20_000),
});
export type CurvesRequest = z.output<typeof curvesRequestSchema>;

/** One quantity of a curve: of each bucket its mean, lowest and highest value. */
export interface CurveValues {
  readonly mean: Float32Array;
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** Validation results over training. */
export interface CurveEvals {
  readonly step: Float64Array;
  /** NaN where it is not known exactly: tokens and the clock are not recorded at evaluations. */
  readonly x: Float64Array;
  readonly loss: Float64Array;
  readonly figures: Partial<Record<FigureName, Float64Array>>;
}

/** A run's curve, in buckets of neighbouring steps; a bucket of one step is that step. */
export interface RunCurve {
  readonly id: string;
  /** Of each bucket its last step, and x there. */
  readonly step: Float64Array;
  readonly x: Float64Array;
  /** Steps measured in each bucket. */
  readonly count: Uint32Array;
  readonly values: Partial<Record<Quantity, CurveValues>>;
  readonly evals: CurveEvals;
}

const headerSchema = z.array(
  z.object({
    id: z.string(),
    points: z.int(),
    /** Every bucket is one step: then counts, lows and highs are left out. */
    exact: z.boolean(),
    /** x is the step: then it is left out. */
    bySteps: z.boolean(),
    quantities: z.array(z.enum(quantities)),
    evals: z.int(),
    figures: z.array(z.enum(figureNames)),
  }),
);

type Column = Float64Array | Float32Array | Uint32Array;

/** @returns the block of bytes that `decodeCurves` reads */
export function encodeCurves(curves: readonly RunCurve[]): Uint8Array<ArrayBuffer> {
  const columns: Column[] = [];
  const header: z.input<typeof headerSchema> = curves.map((curve) => {
    const exact = curve.count.every((count) => count === 1);
    const names = quantities.filter((name) => curve.values[name]);
    const figures = figureNames.filter((name) => curve.evals.figures[name]);
    const bySteps = curve.x === curve.step;
    columns.push(Uint32Array.from(curve.step));
    if (!bySteps) columns.push(curve.x);
    if (!exact) columns.push(curve.count);
    for (const name of names) {
      const { mean, low, high } = curve.values[name]!;
      columns.push(...(exact ? [mean] : [mean, low, high]));
    }
    columns.push(curve.evals.step, curve.evals.x, curve.evals.loss);
    for (const name of figures) columns.push(curve.evals.figures[name]!);
    const { id, step, evals } = curve;
    return { id, points: step.length, exact, bySteps, quantities: names, evals: evals.step.length, figures };
  });
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = aligned(4 + json.length);
  const bytes = new Uint8Array(columns.reduce((at, column) => at + aligned(column.byteLength), start));
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  let at = start;
  for (const column of columns) {
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += aligned(column.byteLength);
  }
  return bytes;
}

/** Reads what `encodeCurves` wrote. The arrays are views of `buffer`. */
export function decodeCurves(buffer: ArrayBuffer): RunCurve[] {
  const length = new DataView(buffer).getUint32(0, true);
  const header = headerSchema.parse(JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))));
  let at = aligned(4 + length);
  const take = <A extends Column>(
    type: { new (buffer: ArrayBuffer, at: number, length: number): A },
    count: number,
  ) => {
    const column = new type(buffer, at, count);
    at += aligned(column.byteLength);
    return column;
  };
  return header.map(({ id, points, exact, bySteps, quantities: names, evals: evaluations, figures: figureList }) => {
    const step = Float64Array.from(take(Uint32Array<ArrayBuffer>, points));
    const x = bySteps ? step : take(Float64Array<ArrayBuffer>, points);
    const count = exact ? new Uint32Array(points).fill(1) : take(Uint32Array<ArrayBuffer>, points);
    const values: Partial<Record<Quantity, CurveValues>> = {};
    for (const name of names) {
      const mean = take(Float32Array<ArrayBuffer>, points);
      values[name] = exact
        ? { mean, low: mean, high: mean }
        : { mean, low: take(Float32Array<ArrayBuffer>, points), high: take(Float32Array<ArrayBuffer>, points) };
    }
    const evalColumn = () => take(Float64Array<ArrayBuffer>, evaluations);
    const [evalStep, evalX, loss] = [evalColumn(), evalColumn(), evalColumn()];
    const figures = Object.fromEntries(figureList.map((name) => [name, evalColumn()]));
    return { id, step, x, count, values, evals: { step: evalStep, x: evalX, loss, figures } };
  });
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
