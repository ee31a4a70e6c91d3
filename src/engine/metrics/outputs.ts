/** From a network's outputs, rows of logits [rows,K], to decisions and probabilities. In float64 whatever the device computes in. */

/** The id of the largest logit of a row; the first of equals. */
export function mostLikely(logits: ArrayLike<number>, row: number, K: number): number {
  let best = 0;
  for (let k = 1; k < K; k++) if (logits[row * K + k] > logits[row * K + best]) best = k;
  return best;
}

/** Natural logarithms of a row's softmax, [K]. */
export function logSoftmax(logits: ArrayLike<number>, row: number, K: number): Float64Array {
  const most = logits[row * K + mostLikely(logits, row, K)];
  let sum = 0;
  for (let k = 0; k < K; k++) sum += Math.exp(logits[row * K + k] - most);
  const normaliser = most + Math.log(sum);
  return Float64Array.from({ length: K }, (_, k) => logits[row * K + k] - normaliser);
}

/** Probabilities [K] of a row. */
export function softmax(logits: ArrayLike<number>, row: number, K: number): Float64Array {
  return logSoftmax(logits, row, K).map(Math.exp);
}

/** σ(z), the probability of yes. */
export function sigmoid(z: number): number {
  return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
}

/** -ln of the probability that σ(z) gives to `yes`, finite for every finite logit: ln(1 + e^z) - z·yes. */
export function binaryLogLoss(z: number, yes: boolean): number {
  const toward = yes ? -z : z;
  return Math.max(toward, 0) + Math.log1p(Math.exp(-Math.abs(toward)));
}

/** Yes is a probability above one half. */
export function isYes(z: number): boolean {
  return z > 0;
}

/**
 * Refuses to answer with what is no answer.
 * @throws RangeError when an output is not a finite number
 */
export function requireFinite(outputs: ArrayLike<number>): void {
  for (let i = 0; i < outputs.length; i++) {
    if (Number.isFinite(outputs[i])) continue;
    throw new RangeError(
      `The network answers ${outputs[i]}, which is no finite number: its training diverged. Use an earlier checkpoint, or train again with a smaller learning rate or gradient clipping.`,
    );
  }
}
