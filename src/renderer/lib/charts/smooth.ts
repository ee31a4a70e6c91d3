/** Smoothing of noisy curves. */

export interface Smoothing {
  /** How much of the past is kept over a distance of `unit` along x: 0 keeps the curve as it is, towards 1 smooths more. */
  readonly weight: number;
  /** The distance along x that `weight` is meant for. */
  readonly unit: number;
  /** Measurements that each point stands for, where it is the mean of several. */
  readonly count?: ArrayLike<number>;
  /** Averages logarithms: for perplexities, which are exponentials of mean losses. Values must then be positive. */
  readonly geometric?: boolean;
}

/**
 * Exponential moving average, debiased and weighted by distance: points that lie closer together count for less of the
 * average's memory, so that a curve looks the same however densely it was recorded.
 *
 *   w_i = weight^((x_i − x_{i−1}) / unit)
 *   S_i = w_i·S_{i−1} + n_i·y_i,  N_i = w_i·N_{i−1} + n_i,  result S_i / N_i
 *
 * with n_i = 1, or the number of measurements whose mean y_i is. Dividing by N removes the pull towards the start value 0
 * (Kingma & Ba 2015, section 3), as TensorBoard does; weighing by the distance along x is what Weights & Biases calls the time
 * weighted exponential moving average, there too over a thousandth of the axis (docs.wandb.ai, "Smooth line plots"). Values that are not finite stay NaN
 * in the result and count for nothing after them.
 *
 * @param x abscissae, ascending
 * @param y values, as many
 * @returns as many smoothed values
 */
export function smooth(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { weight, unit, geometric, count }: Smoothing,
): Float64Array {
  if (!(weight >= 0 && weight < 1)) throw new RangeError(`smoothing weight is ${weight}; it must be from 0 to below 1`);
  if (!(unit > 0)) throw new RangeError(`smoothing unit is ${unit}; it must be above 0`);
  const out = new Float64Array(y.length);
  let sum = 0;
  let norm = 0;
  let previous = NaN;
  let distance = NaN;
  let power = 0;
  for (let i = 0; i < y.length; i++) {
    const value = geometric ? Math.log(y[i]!) : y[i]!;
    if (!Number.isFinite(value)) {
      out[i] = NaN;
      continue;
    }
    // Most points are equally far apart: the power is worked out anew only where they are not.
    if (x[i]! - previous !== distance) {
      distance = x[i]! - previous;
      power = Math.pow(weight, distance / unit);
    }
    const keep = norm === 0 ? 0 : power;
    const n = count ? count[i]! : 1;
    sum = keep * sum + n * value;
    norm = keep * norm + n;
    previous = x[i]!;
    const mean = sum / norm;
    out[i] = geometric ? Math.exp(mean) : mean;
  }
  return out;
}
