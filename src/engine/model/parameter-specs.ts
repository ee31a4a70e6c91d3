/** Every parameter of every architecture, in the model's order: the one list that all else reads. Pure module. */
import { embeddingParameters } from './layers/embedding.ts';
import { initialStateParameters } from './layers/initial-state.ts';
import { linearParameters } from './layers/linear.ts';
import { recurrentParameters, type RecurrentSizes } from './layers/recurrent.ts';
import type { ParameterSpec } from './parameters.ts';
import {
  attentionUnits,
  cellOf,
  decoderUnits,
  directionsOf,
  outputInputUnits,
  type Architecture,
} from './spec-fields.ts';
import type { DataSizes } from './task-model.ts';

export function modelParameters(architecture: Architecture, data: DataSizes): ParameterSpec[] {
  const { task, hidden: H, layers: L } = architecture;
  switch (task) {
    case 'standard':
      return [
        ...hiddenLayerParameters(architecture, data),
        ...linearParameters('out.', H, outputWidth(architecture, data)),
      ];
    case 'translation':
      return encoderDecoderParameters(architecture, data);
    case 'conditional-generation': {
      const { labels } = data;
      if (labels === undefined) throw new RangeError('Conditional generation needs the number of labels.');
      const I = architecture.labelEmbedding ?? H;
      return [
        ...embeddingParameters('cls.weight', labels, I),
        ...initialStateParameters('init.', { I, L, H }),
        ...sequenceParameters(architecture, data),
      ];
    }
    default:
      return sequenceParameters(architecture, data);
  }
}

/** Width K of the output layer. */
export function outputWidth({ task, horizon }: Pick<Architecture, 'task' | 'horizon'>, { outputs }: DataSizes): number {
  return task === 'forecasting' ? horizon * outputs : outputs;
}

/** Sizes of the recurrent layers that read the input: all there are, or an encoder's. */
export function recurrentSizes(architecture: Architecture, { inputs }: DataSizes): RecurrentSizes {
  const { embedding: E, hidden: H, layers: L, layerNorm } = architecture;
  return { cell: cellOf(architecture), L, D: directionsOf(architecture), I: E > 0 ? E : inputs, H, layerNorm };
}

/** Sizes of the decoder's recurrent layers. With Bahdanau attention they read the context beside the embedding. */
export function decoderSizes(architecture: Architecture, { outputs }: DataSizes): RecurrentSizes {
  const { embedding: E, hidden, layers: L, attention, layerNorm } = architecture;
  const context = attention === 'bahdanau' ? hidden * directionsOf(architecture) : 0;
  const H = decoderUnits(architecture);
  return { cell: cellOf(architecture), L, D: 1, I: context + (E > 0 ? E : outputs), H, layerNorm };
}

/** Prefix of the l-th hidden layer of a standard network. */
export function hiddenLayerPrefix(l: number): string {
  return l === 0 ? 'hid.' : `hid${l + 1}.`;
}

function hiddenLayerParameters({ layers: L, hidden: H }: Architecture, { inputs }: DataSizes): ParameterSpec[] {
  return Array.from({ length: L }, (_, l) => linearParameters(hiddenLayerPrefix(l), l === 0 ? inputs : H, H)).flat();
}

/** Embedding, recurrent layers, output. */
function sequenceParameters(architecture: Architecture, data: DataSizes): ParameterSpec[] {
  return [
    ...tokenParameters('emb.weight', architecture, data.inputs, architecture.tie),
    ...recurrentParameters('rnn.', recurrentSizes(architecture, data)),
    ...outputParameters(architecture, data),
  ];
}

/** Source embedding, encoder, initial state, target embedding, decoder, attention, output. */
function encoderDecoderParameters(architecture: Architecture, data: DataSizes): ParameterSpec[] {
  const { layers: L, hidden, attention, score, tie } = architecture;
  const F = hidden * directionsOf(architecture);
  const S = decoderUnits(architecture);
  const A = attentionUnits(architecture);
  const attentionParameters = {
    none: () => [],
    luong: () => [
      ...(score === 'general' ? linearParameters('Wa.', F, S, false) : []),
      ...linearParameters('Wc.', F + S, A, false),
    ],
    bahdanau: () => [
      ...linearParameters('W1.', F, A, false),
      ...linearParameters('W2.', S, A, false),
      ...linearParameters('v.', A, 1, false),
    ],
  }[attention]();
  return [
    ...tokenParameters('src_emb.weight', architecture, data.inputs, false),
    ...recurrentParameters('enc.', recurrentSizes(architecture, data)),
    ...initialStateParameters('init.', { I: F, L, H: S }),
    ...tokenParameters('tgt_emb.weight', architecture, data.outputs, tie),
    ...recurrentParameters('dec.', decoderSizes(architecture, data)),
    ...attentionParameters,
    ...outputParameters(architecture, data),
  ];
}

/** A tied matrix is drawn as an output layer's: N(0, 1) would start with logits of size √E. */
function tokenParameters(name: string, { embedding: E }: Architecture, V: number, tied: boolean): ParameterSpec[] {
  if (E === 0) return [];
  return embeddingParameters(name, V, E, tied ? { kind: 'uniform', bound: 1 / Math.sqrt(E) } : undefined);
}

/** Tied, the output has only a bias of its own. */
function outputParameters(architecture: Architecture, data: DataSizes): ParameterSpec[] {
  const output = linearParameters('out.', outputInputUnits(architecture), outputWidth(architecture, data));
  return architecture.tie ? output.filter((spec) => spec.name !== 'out.weight') : output;
}
