/** A layer's gradient over training, as a picture: lag by step. Pure module. */
import type { LiveLook } from '../../../../engine/inside/looks/live.ts';
import type { GradientFlow } from '../../../../engine/inside/looks/through-time.ts';
import { firstLag, little } from './reading.ts';

/** Shares of the first lag's gradient below this are as dark as it. */
export const faintest = 1e-6;

/** The flows of a look, at every lag: those between the ones that were kept are put in between, on the logarithmic scale. */
export function wholeFlows({ lags, flows }: LiveLook): GradientFlow[] {
  const last = lags.at(-1) ?? -1;
  if (last + 1 === lags.length) return [...flows];
  return flows.map((flow) => {
    const norms = new Float64Array(last + 1).fill(NaN);
    for (let i = 0; i < lags.length; i++) {
      const [from, to] = [lags[i]!, lags[i + 1] ?? lags[i]!];
      const [a, b] = [flow.norms[i]!, flow.norms[i + 1] ?? flow.norms[i]!];
      norms[from] = a;
      for (let lag = from + 1; lag < to; lag++) norms[lag] = a * (b / a) ** ((lag - from) / (to - from));
    }
    return { ...flow, norms };
  });
}

/** What is left at a lag of the gradient at the first one; null where there is none. */
export function leftAt(norms: Float64Array, lag: number): number | null {
  const share = norms[lag]! / norms[firstLag(norms)]!;
  return Number.isFinite(share) ? share : null;
}

/** 0 … 1 for a colour: the logarithm of what is left, from `faintest` to all of it. */
export function brightness(share: number): number {
  return share <= faintest ? 0 : Math.min(1, 1 - Math.log(share) / Math.log(faintest));
}

/** The first lag at which less than a hundredth is left; null: none. */
export function reachOf(norms: Float64Array): number | null {
  const first = firstLag(norms);
  if (first < 0) return null;
  const gone = norms.findIndex((norm, lag) => lag > first && norm < little * norms[first]!);
  return gone < 0 ? null : gone;
}

export interface RadiusLine {
  /** As docs/conventions.md names it; none of a plain cell. */
  readonly gate: string | null;
  readonly points: readonly { readonly step: number; readonly radius: number }[];
}

/** The spectral radii of a layer's blocks over training, a line for each gate; none where they were not looked at. */
export function radiiOver(
  looks: readonly LiveLook[],
  { part, layer, direction }: Pick<GradientFlow, 'part' | 'layer' | 'direction'>,
): RadiusLine[] {
  const lines = new Map<string | null, { step: number; radius: number }[]>();
  for (const { step, radii } of looks) {
    for (const { gate, radius, ...at } of radii) {
      if (at.part !== part || at.layer !== layer || at.direction !== direction || !Number.isFinite(radius)) continue;
      lines.set(gate, [...(lines.get(gate) ?? []), { step, radius }]);
    }
  }
  return [...lines].map(([gate, points]) => ({ gate, points }));
}

/** The look that holds at a training step: the last one before it. */
export function lookAtStep(looks: readonly LiveLook[], step: number): number {
  const after = looks.findIndex((look) => look.step > step);
  return Math.max(0, after < 0 ? looks.length - 1 : after - 1);
}
