/** The lines of the picture: names, colours, dashes. Pure module. */
import type { GradientFlow } from '../../../../engine/inside/looks/through-time.ts';
import { throughTime as text } from '../../../lib/messages/through-time.ts';

export interface Line {
  readonly name: string;
  /** Any CSS colour; of the set that colour-blind people can tell apart. */
  readonly color: string;
  /** Backward directions are dashed. */
  readonly dashed: boolean;
  readonly norms: Float64Array;
}

const colors = 7;

export function linesOf(flows: readonly GradientFlow[]): Line[] {
  const both = flows.some(({ direction }) => direction === 'backward');
  const stacks = [...new Set(flows.map(({ part, layer }) => `${part} ${layer}`))];
  return flows.map(({ part, layer, direction, norms }) => ({
    name: text.layer(part, layer, direction, both && part !== 'decoder'),
    color: `var(--run-${stacks.indexOf(`${part} ${layer}`) % colors})`,
    dashed: direction === 'backward',
    norms,
  }));
}

/** A line's points in pixels as a path; what is 0 or not there is a gap. */
export function pathOf(norms: Float64Array, x: (lag: number) => number, y: (norm: number) => number): string {
  let path = '';
  let pen = false;
  for (const [lag, norm] of norms.entries()) {
    if (!(norm > 0) || !Number.isFinite(norm)) {
      pen = false;
      continue;
    }
    path += `${pen ? 'L' : 'M'}${x(lag).toFixed(1)} ${y(norm).toFixed(1)}`;
    pen = true;
  }
  return path;
}

/** Powers of ten around all that is drawn; a curve that falls out of sight is cut there. */
const mostDecades = 12;

/** Range of a logarithmic axis, in whole decades. */
export function decadesOf(lines: readonly Line[], factor: number): { readonly low: number; readonly high: number } {
  let low = Infinity;
  let high = -Infinity;
  for (const { norms } of lines) {
    for (const norm of norms) {
      if (!(norm > 0) || !Number.isFinite(norm)) continue;
      low = Math.min(low, norm * Math.min(1, factor));
      high = Math.max(high, norm);
    }
  }
  if (low === Infinity) return { low: -3, high: 0 };
  const top = Math.ceil(Math.log10(high) + 1e-9) + 0; // never -0
  const bottom = Math.floor(Math.log10(low) - 1e-9);
  return { low: Math.max(bottom, top - mostDecades), high: top };
}
