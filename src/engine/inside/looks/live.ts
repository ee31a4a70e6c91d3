/** What is looked at while a network trains, now and then, for pictures over training. Pure module. */
import type { BlockRadius, GradientFlow } from './through-time.ts';

/** ‖Δθ‖ / ‖θ‖ of one parameter in one step: how much of it changed. */
export interface UpdateRatio {
  readonly name: string;
  /** 0 where it is zero before and after. */
  readonly ratio: number;
}

export interface Histogram {
  /** Of the numbers; half a unit around them where all are equal. */
  readonly min: number;
  readonly max: number;
  /** In equally wide bins from `min` to `max`. */
  readonly counts: Int32Array;
}

export interface LiveHistogram extends Histogram {
  /** Of the parameter. */
  readonly name: string;
}

export interface LiveLook {
  /** The training step that was looked at. */
  readonly step: number;
  /** Norm of the step's gradient by all parameters, before clipping. */
  readonly gradNorm: number;
  /** At these lags, of the network after the step; `norms` of the flows are at these. */
  readonly lags: Int32Array;
  readonly flows: readonly GradientFlow[];
  readonly updates: readonly UpdateRatio[];
  /** Of the network after the step, like what follows; none where the blocks are too large. */
  readonly radii: readonly Omit<BlockRadius, 'norm'>[];
  /** Of each parameter; none of a network that is too large. */
  readonly histograms: readonly LiveHistogram[];
}
