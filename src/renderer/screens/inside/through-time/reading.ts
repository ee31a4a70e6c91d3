/** What the curves of a gradient through time say, in numbers. Pure module. */
import type { GradientFlow } from '../../../../engine/inside/looks/through-time.ts';

/** Less than this share of a gradient is as good as none. */
export const little = 0.01;
/** A gradient that grows to so many times what it was explodes. */
const large = 10;

/** Where a curve begins: the loss cannot see nearer states (an encoder's begin after the decoder's steps). */
export function firstLag(norms: Float64Array): number {
  return norms.findIndex((norm) => Number.isFinite(norm));
}

export interface Fate {
  readonly kind: 'vanishes' | 'explodes' | 'stays' | 'none';
  /** vanishes: lag from which less than a hundredth of it is left; explodes: of its peak; stays: the last. From its first lag. */
  readonly after: number;
  /** What is left there, as a share of what it was at its first lag. */
  readonly share: number;
  /** What a step back multiplies it by, up to there: the geometric mean. */
  readonly rate: number;
}

/** How a curve goes on from its first lag. */
export function fateOf(norms: Float64Array): Fate {
  const first = firstLag(norms);
  const start = norms[first] ?? 0;
  if (first < 0 || start === 0) return { kind: 'none', after: 0, share: 0, rate: 0 };
  let last = first;
  let peak = first;
  for (let lag = first; lag < norms.length; lag++) {
    const norm = norms[lag]!;
    if (!Number.isFinite(norm)) break;
    last = lag;
    if (norm > norms[peak]!) peak = lag;
  }
  const at = (kind: Fate['kind'], lag: number): Fate => {
    const share = norms[lag]! / start;
    return { kind, after: lag - first, share, rate: lag === first ? 1 : share ** (1 / (lag - first)) };
  };
  if (norms[peak]! >= large * start) return at('explodes', peak);
  const gone = norms.findIndex((norm, lag) => lag > first && norm < little * start);
  return gone < 0 ? at('stays', last) : at('vanishes', gone);
}

/** The share of a curve's sum that lies at lags from T on: what backpropagation truncated to T steps does not see. */
export function cutOff(norms: Float64Array, T: number): number {
  let all = 0;
  let beyond = 0;
  for (const [lag, norm] of norms.entries()) {
    if (!Number.isFinite(norm)) continue;
    all += norm;
    if (lag >= T) beyond += norm;
  }
  return all === 0 ? 0 : beyond / all;
}

/** The curve that the sentence speaks of: the top layer's, nearest to the loss. */
export function mainFlow(flows: readonly GradientFlow[]): GradientFlow | null {
  return flows.findLast(({ direction }) => direction === 'forward') ?? flows[0] ?? null;
}

/** Factor that clipping by global norm (Pascanu et al. 2013) multiplies every gradient by. */
export function clipFactor(gradNorm: number | null, clip: number | null): number {
  return gradNorm === null || clip === null || gradNorm <= clip ? 1 : clip / gradNorm;
}
