/** Logits for tests. */

/** Rows [n,K] whose largest logit is at the given ids. */
export function oneHot(ids: readonly number[], K: number): number[] {
  return ids.flatMap((id) => Array.from({ length: K }, (_, k) => (k === id ? 2 : -1)));
}

/** The logit whose σ is p. */
export function logit(p: number): number {
  return Math.log(p / (1 - p));
}
