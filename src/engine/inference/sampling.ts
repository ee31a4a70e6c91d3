/** Drawing a token from a network's logits. */
import type { Random } from '../random.ts';

export interface SamplingOptions {
  /** Divides the logits; 0 takes the most probable token. */
  readonly temperature: number;
  /** Only the k most probable tokens (Fan et al. 2018). */
  readonly topK: number | null;
  /** Only the fewest tokens whose probabilities sum to at least p (nucleus sampling, Holtzman et al. 2020). */
  readonly topP: number | null;
}

/**
 * Probabilities [V] after temperature, then top-k, then top-p; what is left is renormalised.
 * @param excluded ids that are never drawn (<unk>)
 */
export function samplingDistribution(
  logits: ArrayLike<number>,
  { temperature, topK, topP }: SamplingOptions,
  excluded: readonly number[] = [],
): Float64Array {
  const V = logits.length;
  const p = new Float64Array(V);
  const barred = new Set(excluded);
  let best = -1;
  for (let v = 0; v < V; v++) {
    if (!barred.has(v) && (best < 0 || logits[v]! > logits[best]!)) best = v;
  }
  if (best < 0) throw new RangeError('Every token is excluded: there is nothing to draw.');
  if (temperature === 0) {
    p[best] = 1;
    return p;
  }
  let sum = 0;
  for (let v = 0; v < V; v++) {
    p[v] = barred.has(v) ? 0 : Math.exp((logits[v]! - logits[best]!) / temperature);
    sum += p[v]!;
  }
  for (let v = 0; v < V; v++) p[v]! /= sum;
  if ((topK !== null && topK < V) || (topP !== null && topP < 1)) keepMostProbable(p, topK ?? V, topP ?? 1);
  return p;
}

/** Sets all but the k most probable, and of these all beyond cumulative probability topP, to 0; renormalises. */
function keepMostProbable(p: Float64Array, k: number, topP: number): void {
  const order = Array.from(p.keys()).sort((a, b) => p[b]! - p[a]! || a - b);
  const mass = order.slice(0, k).reduce((sum, v) => sum + p[v]!, 0);
  let kept = 0;
  let count = 0;
  while (count < k && count < order.length && (count === 0 || kept < topP * mass)) kept += p[order[count++]!]!;
  for (const v of order.slice(count)) p[v] = 0;
  for (const v of order.slice(0, count)) p[v]! /= kept;
}

/** Draws an id from a distribution [V] that sums to 1. */
export function draw(p: Float64Array, random: Random): number {
  let left = random.uniform();
  let last = 0;
  for (let v = 0; v < p.length; v++) {
    if (p[v] === 0) continue;
    last = v;
    left -= p[v]!;
    if (left < 0) return v;
  }
  return last; // rounding left a crumb
}
