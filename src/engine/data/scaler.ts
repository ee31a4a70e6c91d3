/** Bringing columns of numbers to a common scale, and back. */
import { z } from 'zod';
import type { Scaling } from './config.ts';

/** y = (x - offset) / scale, column by column. */
export const scalerSchema = z
  .strictObject({ offset: z.array(z.number()), scale: z.array(z.number().gt(0)) })
  .refine(({ offset, scale }) => offset.length === scale.length, {
    message: 'offset and scale are of different length',
  });

export class Scaler {
  readonly offset: readonly number[];
  readonly scale: readonly number[];

  constructor({ offset, scale }: z.output<typeof scalerSchema>) {
    this.offset = offset;
    this.scale = scale;
  }

  /**
   * Learns the scale of rows [n,columns]: to mean 0 and standard deviation 1, to 0 … 1, or none. A column that never changes is
   * only shifted.
   */
  static learn(rows: ArrayLike<number>, columns: number, kind: Scaling): Scaler {
    const n = rows.length / columns;
    const offset = new Array<number>(columns).fill(0);
    const scale = new Array<number>(columns).fill(1);
    if (kind === 'none' || n === 0) return new Scaler({ offset, scale });
    for (let c = 0; c < columns; c++) {
      const at = (row: number) => rows[row * columns + c]!;
      let [least, most, sum] = [Infinity, -Infinity, 0];
      for (let row = 0; row < n; row++) {
        least = Math.min(least, at(row));
        most = Math.max(most, at(row));
        sum += at(row);
      }
      const mean = sum / n;
      let squares = 0;
      for (let row = 0; row < n; row++) squares += (at(row) - mean) ** 2;
      offset[c] = kind === 'standard' ? mean : least;
      const spread = kind === 'standard' ? Math.sqrt(squares / n) : most - least;
      // A constant column's deviation may be a rounding error, not zero.
      if (most > least && spread > 0) scale[c] = spread;
    }
    return new Scaler({ offset, scale });
  }

  get columns(): number {
    return this.offset.length;
  }

  /** Scales rows of `columns` numbers; also rows of several times as many, as the steps of a forecast are. */
  apply(values: ArrayLike<number>): Float64Array {
    return Float64Array.from(
      values,
      (value, i) => (value - this.offset[i % this.columns]!) / this.scale[i % this.columns]!,
    );
  }

  /** Back to the units of the data. */
  invert(values: ArrayLike<number>): Float64Array {
    return Float64Array.from(
      values,
      (value, i) => value * this.scale[i % this.columns]! + this.offset[i % this.columns]!,
    );
  }

  toJSON(): z.output<typeof scalerSchema> {
    return { offset: [...this.offset], scale: [...this.scale] };
  }
}
