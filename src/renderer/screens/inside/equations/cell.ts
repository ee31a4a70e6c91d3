/** Which cell of a network is looked at, and how large it is. */
import { cellOf, decoderUnits, directionsOf, type Architecture } from '../../../../engine/model/spec.ts';
import type { GateLetter } from './terms.ts';
import { inputSize, vectorSize, type NetworkSizes } from '../../../lib/network-drawing/tex.ts';

export type CellKind = ReturnType<typeof cellOf>;

/** Blocks of the cell's matrices, in their order (docs/conventions.md); a plain cell has one. */
export const gateOrder: Readonly<Record<CellKind, readonly (GateLetter | 'h')[]>> = {
  lstm: ['i', 'f', 'g', 'o'],
  gru: ['r', 'z', 'n'],
  gru_before: ['r', 'z', 'n'],
  rnn_tanh: ['h'],
  rnn_relu: ['h'],
  rnn_sigmoid: ['h'],
};

/** A recurrent layer of the network. */
export interface CellPlace {
  readonly part: 'network' | 'encoder' | 'decoder';
  /** From 1. */
  readonly layer: number;
}

export interface CellFacts {
  readonly kind: CellKind;
  /** H, hidden units of the layer and direction. */
  readonly units: number;
  /** I, numbers that it reads at a step; a letter while unknown. */
  readonly inputs: number | string;
  /** What these are. */
  readonly reads: 'embedding' | 'one-hot' | 'numbers' | 'below' | 'context';
}

/** All recurrent layers, the lowest first; none of a standard network. */
export function cellPlaces(a: Architecture): CellPlace[] {
  if (a.task === 'standard') return [];
  const layers = (part: CellPlace['part']) => Array.from({ length: a.layers }, (_, l) => ({ part, layer: l + 1 }));
  return a.task === 'translation' ? [...layers('encoder'), ...layers('decoder')] : layers('network');
}

export function cellFacts(a: Architecture, sizes: NetworkSizes, { part, layer }: CellPlace): CellFacts {
  const kind = cellOf(a);
  const F = a.hidden * directionsOf(a);
  if (part === 'decoder') {
    const units = decoderUnits(a);
    if (layer > 1) return { kind, units, inputs: units, reads: 'below' };
    const token = a.embedding > 0 ? a.embedding : (sizes.outputs ?? 'V');
    if (a.attention !== 'bahdanau')
      return { kind, units, inputs: token, reads: a.embedding > 0 ? 'embedding' : 'one-hot' };
    return { kind, units, inputs: typeof token === 'number' ? F + token : `${F}+${token}`, reads: 'context' };
  }
  if (layer > 1) return { kind, units: a.hidden, inputs: F, reads: 'below' };
  if (a.input === 'numbers') return { kind, units: a.hidden, inputs: inputSize(sizes, a), reads: 'numbers' };
  return { kind, units: a.hidden, inputs: vectorSize(sizes, a), reads: a.embedding > 0 ? 'embedding' : 'one-hot' };
}

/** Weights and biases of one layer and direction; null while what it reads is not known. */
export function cellParameters({ kind, units: H, inputs }: CellFacts): number | null {
  if (typeof inputs !== 'number') return null;
  const gates = { lstm: 4, gru: 3, gru_before: 3, rnn_tanh: 1, rnn_relu: 1, rnn_sigmoid: 1 }[kind];
  return gates * H * (inputs + H + (kind === 'gru_before' ? 1 : 2));
}
