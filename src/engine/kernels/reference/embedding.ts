import type { Tensor } from '../kernels.ts';
import { floats, tokenIds } from './tensor.ts';
import { add, row } from './vector.ts';

/** y[n,:] = table[tokens[n],:]. y [N,E], tokens [N], table [V,E]. */
export function embeddingForward(y: Tensor, tokens: Tensor, table: Tensor, N: number, V: number, E: number): void {
  const out = floats(y, N * E);
  const ids = tokenIds(tokens, N, V);
  const weight = floats(table, V * E);
  for (let n = 0; n < N; n++) row(out, n, E).set(row(weight, ids[n], E));
}

/** dTable[tokens[n],:] += dy[n,:]. dTable [V,E], dy [N,E], tokens [N]. */
export function embeddingBackward(
  dTable: Tensor,
  dy: Tensor,
  tokens: Tensor,
  N: number,
  V: number,
  E: number,
  accumulate: boolean,
): void {
  const dWeight = floats(dTable, V * E);
  const dOut = floats(dy, N * E);
  const ids = tokenIds(tokens, N, V);
  if (!accumulate) dWeight.fill(0, 0, V * E);
  for (let n = 0; n < N; n++) add(row(dWeight, ids[n], E), row(dOut, n, E));
}

/** y[n,v] = 1 if v = tokens[n], else 0. y [N,V], tokens [N]. It has no parameters, so nothing goes back through it. */
export function oneHot(y: Tensor, tokens: Tensor, N: number, V: number): void {
  const out = floats(y, N * V);
  const ids = tokenIds(tokens, N, V);
  out.fill(0, 0, N * V);
  for (let n = 0; n < N; n++) out[n * V + ids[n]] = 1;
}
