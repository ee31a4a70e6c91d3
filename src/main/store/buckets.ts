/**
 * Buckets of neighbouring training steps: how many there are, where the last one stands, and of every quantity its lowest, highest
 * and mean value. Long curves are drawn from them, so that no extreme is lost and little is read. By column: only the
 * columns that are wanted are there.
 */
import type { Quantity } from '../../api/curves.ts';

/** Where a bucket ends, at the last step in it: tokens trained on so far, seconds of training, ms since 1970 (NaN: not recorded). */
export const positions = ['epoch', 'elapsed', 'clock', 'tokens'] as const;
export type Position = (typeof positions)[number];

export interface Values {
  readonly low: Float32Array;
  readonly high: Float32Array;
  readonly mean: Float32Array;
}

export interface Buckets {
  /** The last measured step of each. */
  readonly step: Float64Array;
  /** Steps measured in each. */
  readonly count: Uint32Array;
  readonly at: Readonly<Partial<Record<Position, Float64Array>>>;
  readonly values: Readonly<Partial<Record<Quantity, Values>>>;
}

export interface Wanted {
  readonly at: readonly Position[];
  readonly values: readonly Quantity[];
}

/** The buckets of all parts, one after the other. */
export function joinBuckets(parts: readonly Buckets[], wanted: Wanted): Buckets {
  if (parts.length === 1) return parts[0]!;
  const length = parts.reduce((sum, { step }) => sum + step.length, 0);
  const join = <A extends { set(part: A, at: number): void; length: number }>(
    into: A,
    column: (part: Buckets) => A,
  ) => {
    let at = 0;
    for (const part of parts) {
      into.set(column(part), at);
      at += part.step.length;
    }
    return into;
  };
  return {
    step: join(new Float64Array(length), (part) => part.step),
    count: join(new Uint32Array(length), (part) => part.count),
    at: byName(wanted.at, (name) => join(new Float64Array(length), (part) => part.at[name]!)),
    values: byName(wanted.values, (name) => ({
      low: join(new Float32Array(length), (part) => part.values[name]!.low),
      high: join(new Float32Array(length), (part) => part.values[name]!.high),
      mean: join(new Float32Array(length), (part) => part.values[name]!.mean),
    })),
  };
}

/** The buckets from index `start` to below `end`. */
export function sliceBuckets({ step, count, at, values }: Buckets, start: number, end: number): Buckets {
  if (start === 0 && end === step.length) return { step, count, at, values };
  return {
    step: step.subarray(start, end),
    count: count.subarray(start, end),
    at: byName(namesOf(at), (name) => at[name]!.subarray(start, end)),
    values: byName(namesOf(values), (name) => ({
      low: values[name]!.low.subarray(start, end),
      high: values[name]!.high.subarray(start, end),
      mean: values[name]!.mean.subarray(start, end),
    })),
  };
}

/** Puts buckets together into larger ones, each of the steps from a multiple of `span` to below the next. */
export function mergeBuckets(buckets: Buckets, span: number): Buckets {
  const { step, count, at, values } = buckets;
  const ends: number[] = [];
  for (let i = 0; i < step.length; i++) {
    if (i + 1 === step.length || Math.floor(step[i + 1]! / span) !== Math.floor(step[i]! / span)) ends.push(i + 1);
  }
  if (ends.length === step.length) return buckets;
  const last = (column: Float64Array) => {
    const merged = new Float64Array(ends.length);
    for (let n = 0; n < ends.length; n++) merged[n] = column[ends[n]! - 1]!;
    return merged;
  };
  return {
    step: last(step),
    count: mergeCounts(count, ends),
    at: byName(namesOf(at), (name) => last(at[name]!)),
    values: byName(namesOf(values), (name) => mergeValues(values[name]!, count, ends)),
  };
}

function mergeCounts(count: Uint32Array, ends: readonly number[]): Uint32Array {
  const merged = new Uint32Array(ends.length);
  for (let n = 0, i = 0; n < ends.length; n++) {
    for (; i < ends[n]!; i++) merged[n]! += count[i]!;
  }
  return merged;
}

function mergeValues({ low, high, mean }: Values, count: Uint32Array, ends: readonly number[]): Values {
  const merged = {
    low: new Float32Array(ends.length),
    high: new Float32Array(ends.length),
    mean: new Float32Array(ends.length),
  };
  for (let n = 0, i = 0; n < ends.length; n++) {
    let least = Infinity;
    let most = -Infinity;
    let sum = 0;
    let steps = 0;
    for (; i < ends[n]!; i++) {
      if (low[i]! < least) least = low[i]!;
      if (high[i]! > most) most = high[i]!;
      sum += mean[i]! * count[i]!;
      steps += count[i]!;
    }
    merged.low[n] = least;
    merged.high[n] = most;
    merged.mean[n] = sum / steps;
  }
  return merged;
}

/** The name of a stored column: its steps and their counts, a position, or the values of a quantity. */
export type ColumnName = 'step' | Position | Quantity;

/** A column's numbers one after the other: steps then counts; or lows, highs, means. */
export function encodeColumn({ step, count, at, values }: Buckets, name: ColumnName): Uint8Array {
  if (name === 'step') return bytesOf(step, count);
  const position = at[name as Position];
  if (position) return bytesOf(position);
  const { low, high, mean } = values[name as Quantity]!;
  return bytesOf(low, high, mean);
}

/** Reads the columns that `encodeColumn` wrote. */
export function decodeColumns(stored: (name: ColumnName) => Uint8Array, wanted: Wanted): Buckets {
  const steps = aligned(stored('step'));
  const length = steps.byteLength / 12;
  if (!Number.isInteger(length)) throw new Error(`${steps.byteLength} bytes are no whole number of steps and counts.`);
  return {
    step: new Float64Array(steps, 0, length),
    count: new Uint32Array(steps, 8 * length, length),
    at: byName(wanted.at, (name) => new Float64Array(aligned(stored(name)), 0, length)),
    values: byName(wanted.values, (name) => {
      const bytes = aligned(stored(name));
      const floats = (n: number) => new Float32Array(bytes, 4 * n * length, length);
      return { low: floats(0), high: floats(1), mean: floats(2) };
    }),
  };
}

/** A copy of its own begins where float64 may begin. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function bytesOf(...columns: readonly (Float64Array | Float32Array | Uint32Array)[]): Uint8Array {
  return Buffer.concat(
    columns.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
}

export function byName<K extends string, V>(names: readonly K[], value: (name: K) => V): Partial<Record<K, V>> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Partial<Record<K, V>>;
}

function namesOf<K extends string>(columns: Readonly<Partial<Record<K, unknown>>>): K[] {
  return Object.keys(columns) as K[];
}
