/** The recurrent layers of a network, as the picture of its gradients names them. Pure module. */
import { decoderUnits, directionsOf, type Architecture } from '../model/spec-fields.ts';
import type { GradientFlow } from './looks/through-time.ts';

export interface LayerAt extends Pick<GradientFlow, 'part' | 'layer' | 'direction'> {
  /** Hidden units. */
  readonly H: number;
}

const directions = ['forward', 'backward'] as const;

/** In the order of the model's hiddenGradients: an encoder's before a decoder's, layer by layer, forward before backward. */
export function layersOf(architecture: Architecture): LayerAt[] {
  const { task, layers: L, hidden: H } = architecture;
  if (task === 'standard') return [];
  const isPair = task === 'translation';
  const stack = Array.from({ length: L * directionsOf(architecture) }, (_, k): LayerAt => {
    const D = directionsOf(architecture);
    return { part: isPair ? 'encoder' : 'network', layer: Math.floor(k / D), direction: directions[k % D]!, H };
  });
  if (!isPair) return stack;
  const S = decoderUnits(architecture);
  const decoder = Array.from({ length: L }, (_, layer): LayerAt => ({
    ...{ part: 'decoder', layer, direction: 'forward', H: S },
  }));
  return [...stack, ...decoder];
}

const prefixes = { network: 'rnn.', encoder: 'enc.', decoder: 'dec.' } as const;

/** Name of a layer's recurrent matrix, [G*H,H]. */
export function recurrentMatrixOf({ part, layer, direction }: Omit<LayerAt, 'H'>): string {
  return `${prefixes[part]}weight_hh_l${layer}${direction === 'backward' ? '_reverse' : ''}`;
}
