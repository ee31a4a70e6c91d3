/** What a language model consists of, as plain data: the model is built from it, and the memory estimate is its sum. Pure module. */
import type { DropoutPlan } from './layers/dropout.ts';
import { embeddingParameters } from './layers/embedding.ts';
import { linearParameters } from './layers/linear.ts';
import { recurrentParameters, type RecurrentPlan, type RecurrentSizes } from './layers/recurrent.ts';
import type { ParameterSpec } from './parameters.ts';
import { cellOf, type Architecture } from './spec.ts';

/** Batch sizes a model is planned for. */
export interface LanguageModelSizes {
  /** Sequences side by side. */
  readonly B: number;
  /** Most steps of a window. */
  readonly T: number;
  /** Keep gradients and what a backward needs. */
  readonly training: boolean;
}

/** Every parameter, in order: embedding, recurrent layers, output. Tied, the output has only a bias of its own. */
export function languageModelParameters(architecture: Architecture, V: number): ParameterSpec[] {
  const { embedding: E, hidden: H, tie } = architecture;
  // A tied matrix is drawn as an output layer's: N(0, 1) would start with logits of size √H.
  const initialisation = tie ? ({ kind: 'uniform', bound: 1 / Math.sqrt(H) } as const) : undefined;
  const output = linearParameters('out.', H, V);
  return [
    ...(E > 0 ? embeddingParameters('emb.weight', V, E, initialisation) : []),
    ...recurrentParameters('rnn.', recurrentSizes(architecture, V)),
    ...(tie ? output.filter((spec) => spec.name !== 'out.weight') : output),
  ];
}

export function languageModelPlan(architecture: Architecture, V: number, { B, T, training }: LanguageModelSizes) {
  const { embedding: E, hidden: H, layers: L, dropout: p } = architecture;
  const N = T * B;
  return {
    /** Rows of every matrix. */
    N,
    buffers: {
      inputs: { shape: [T, B], dtype: 'int' },
      targets: { shape: [T, B], dtype: 'int' },
      dInput: training && E > 0 ? { shape: [T, B, E] } : null,
      dOutput: training ? { shape: [T, B, H] } : null,
    },
    /** After the embedding; the embedding's backward does not read its output, so it may be overwritten. */
    inputDropout: { p: E > 0 ? p : 0, count: N * E, inPlace: true, training } satisfies DropoutPlan,
    recurrent: {
      ...recurrentSizes(architecture, V),
      T,
      B,
      training,
      stateGradients: false,
      dropout: p,
    } satisfies RecurrentPlan,
    /** Before the output; the recurrent backward reads its output again. */
    outputDropout: { p, count: N * H, inPlace: false, training } satisfies DropoutPlan,
    /** Numbers of the dropout layers: 0 after the embedding, 1 … L-1 between layers, L before the output. */
    dropoutIndex: { input: 0, recurrent: 1, output: L },
  } as const;
}

function recurrentSizes(architecture: Architecture, V: number): RecurrentSizes {
  const { embedding: E, hidden: H, layers: L } = architecture;
  return { cell: cellOf(architecture), L, D: 1, I: E > 0 ? E : V, H };
}
