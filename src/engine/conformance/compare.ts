/** The one comparison of numbers: of the fixtures, and of every test. */

/** |got - want| may be as large as atol + rtol |want|. */
export interface Bound {
  readonly atol: number;
  readonly rtol: number;
}

export interface Comparison {
  /** Largest |got - want| / (atol + rtol |want|): up to 1 is within the bound. Infinity for NaN or another number of elements. */
  readonly error: number;
  /** Index of the worst element; -1 when the number of elements differs. */
  readonly index: number;
  readonly got: number;
  readonly want: number;
}

/** Compares all elements and reports the worst. NaN and infinity are never close to anything. */
export function compare(got: ArrayLike<number>, want: ArrayLike<number>, { atol, rtol }: Bound): Comparison {
  if (got.length !== want.length) return { error: Infinity, index: -1, got: got.length, want: want.length };
  let worst: Comparison = { error: 0, index: 0, got: got[0] ?? 0, want: want[0] ?? 0 };
  for (let index = 0; index < want.length; index++) {
    const error = errorOf(got[index], want[index], atol + rtol * Math.abs(want[index]));
    if (error > worst.error) worst = { error, index, got: got[index], want: want[index] };
  }
  return worst;
}

function errorOf(got: number, want: number, bound: number): number {
  if (!Number.isFinite(got) || !Number.isFinite(want)) return Infinity;
  const difference = Math.abs(got - want);
  return difference === 0 ? 0 : difference / bound;
}
