/** What is looked at while a network trains, now and then, for pictures over training. Pure module. */
import type { GradientFlow } from './through-time.ts';

/** ‖Δθ‖ / ‖θ‖ of one parameter in one step: how much of it changed. */
export interface UpdateRatio {
  readonly name: string;
  /** 0 where it is zero before and after. */
  readonly ratio: number;
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
}
