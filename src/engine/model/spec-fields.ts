/** The fields of an architecture, and what follows from them at once. Pure module. */
import { z } from 'zod';
import type { Cell } from '../kernels/kernels.ts';

export const tasks = [
  'language-model',
  'tagging',
  'translation',
  'classification',
  'regression',
  'binary',
  'multilabel',
  'conditional-generation',
  'forecasting',
  'standard',
] as const;
export type Task = (typeof tasks)[number];

export const cellFamilies = ['rnn', 'gru', 'lstm'] as const;
export const inputKinds = ['tokens', 'numbers'] as const;
export const attentionKinds = ['none', 'luong', 'bahdanau'] as const;
export const scoreKinds = ['general', 'dot'] as const;
export const poolingKinds = ['last', 'mean', 'max'] as const;
export const dropoutKinds = ['standard', 'variational'] as const;
export const predictionKinds = ['class', 'value'] as const;
export const forecastPositions = ['end', 'every-step'] as const;

/** What any architecture has. Every field added after the first release has a default: stored configurations stay valid. */
export const architectureFields = z.strictObject({
  task: z.enum(tasks),
  cell: z.enum(cellFamilies),
  /** Non-linearity of the vanilla RNN and of a standard network's hidden layers; other cells ignore it. */
  activation: z.enum(['tanh', 'relu', 'sigmoid']).default('tanh'),
  /** GRU only: reset gate applied after the recurrent product (PyTorch, cuDNN) or before it (Cho et al. 2014, D2L). */
  reset: z.enum(['after', 'before']).default('after'),
  /** Stacked layers L; of an encoder–decoder in the encoder and again in the decoder. */
  layers: z.int().min(1).max(16),
  /** Hidden units H of each layer and direction; of an encoder–decoder the encoder's. */
  hidden: z.int().min(1).max(8192),
  /** Embedding width E; 0 feeds one-hot vectors. Numeric input has none: 0. */
  embedding: z.int().min(0).max(8192),
  /** Probability of dropping a unit after the embedding, between layers and before the output. */
  dropout: z.number().min(0).max(0.95),
  /** The output layer shares the (decoder's) embedding's weights (Press & Wolf 2017); both must be equally wide. */
  tie: z.boolean(),

  /** What a step reads: a token, or a row of numbers. */
  input: z.enum(inputKinds).default('tokens'),
  /** A second direction, right to left (Schuster & Paliwal 1997); of an encoder–decoder the encoder's. */
  bidirectional: z.boolean().default(false),
  /** standard: a mask of its own for every step; variational: one mask for all steps of a sequence (Gal & Ghahramani 2016). */
  dropoutKind: z.enum(dropoutKinds).default('standard'),
  /** Layer normalisation (Ba et al. 2016) of every recurrent layer's output. */
  layerNorm: z.boolean().default(false),
  /** A layer above the first adds its input to its output (He et al. 2016; Wu et al. 2016). */
  residual: z.boolean().default(false),

  /** Many-to-one: the outputs of the last step of each direction, their mean or their maximum over time. */
  pooling: z.enum(poolingKinds).default('last'),
  /** Tagging: several labels at every step, each yes or no, instead of one. */
  multilabel: z.boolean().default(false),
  /** Standard network: a class, or numbers. */
  predicts: z.enum(predictionKinds).default('class'),
  /** Forecasting: how many steps ahead, all at once. */
  horizon: z.int().min(1).max(10_000).default(1),
  /** Forecasting: from the whole window (many-to-one) or at every step of it (many-to-many). */
  forecastAt: z.enum(forecastPositions).default('end'),

  /** Encoder–decoder: what the decoder sees of the source besides its initial state (Luong et al. 2015; Bahdanau et al. 2015). */
  attention: z.enum(attentionKinds).default('none'),
  /** Luong's score: the dot product of decoder and encoder states as they are, or through a matrix. */
  score: z.enum(scoreKinds).default('general'),
  /** Width A of Luong's attentional vector, or of Bahdanau's score; null: as wide as the decoder's state. */
  attentionSize: z.int().min(1).max(8192).nullable().default(null),
  /** Hidden units S of the decoder's layers; null: H. */
  decoderHidden: z.int().min(1).max(8192).nullable().default(null),
  /** Conditional generation: width of the label's embedding; null: H. */
  labelEmbedding: z.int().min(1).max(8192).nullable().default(null),
});

export type Architecture = z.output<typeof architectureFields>;

/** The cell that the kernels compute for an architecture. */
export function cellOf(a: Pick<Architecture, 'cell' | 'activation' | 'reset'>): Cell {
  if (a.cell === 'rnn') return `rnn_${a.activation}`;
  if (a.cell === 'gru') return a.reset === 'before' ? 'gru_before' : 'gru';
  return 'lstm';
}

/** What a network's graph, unrolled in time, looks like. */
export type Shape = 'one-to-one' | 'one-to-many' | 'many-to-one' | 'many-to-many-aligned' | 'many-to-many-unaligned';

export function shapeOf({ task, forecastAt }: Pick<Architecture, 'task' | 'forecastAt'>): Shape {
  switch (task) {
    case 'standard':
      return 'one-to-one';
    case 'conditional-generation':
      return 'one-to-many';
    case 'classification':
    case 'regression':
    case 'binary':
    case 'multilabel':
      return 'many-to-one';
    case 'forecasting':
      return forecastAt === 'end' ? 'many-to-one' : 'many-to-many-aligned';
    case 'language-model':
    case 'tagging':
      return 'many-to-many-aligned';
    case 'translation':
      return 'many-to-many-unaligned';
  }
}

/** What is minimised: cross-entropy of a softmax, of independent sigmoids, or squared error. */
export type LossKind = 'softmax' | 'sigmoid' | 'squared';

export function lossOf({
  task,
  multilabel,
  predicts,
}: Pick<Architecture, 'task' | 'multilabel' | 'predicts'>): LossKind {
  switch (task) {
    case 'regression':
    case 'forecasting':
      return 'squared';
    case 'binary':
    case 'multilabel':
      return 'sigmoid';
    case 'tagging':
      return multilabel ? 'sigmoid' : 'softmax';
    case 'standard':
      return predicts === 'value' ? 'squared' : 'softmax';
    default:
      return 'softmax';
  }
}

/** Directions D of the (encoder's) recurrent layers. */
export function directionsOf({ bidirectional }: Pick<Architecture, 'bidirectional'>): 1 | 2 {
  return bidirectional ? 2 : 1;
}

/** Hidden units S of the decoder. */
export function decoderUnits({ decoderHidden, hidden }: Pick<Architecture, 'decoderHidden' | 'hidden'>): number {
  return decoderHidden ?? hidden;
}

/** Width A of the attention. */
export function attentionUnits(a: Pick<Architecture, 'attentionSize' | 'decoderHidden' | 'hidden'>): number {
  return a.attentionSize ?? decoderUnits(a);
}

/** Width of what the output layer reads. */
export function outputInputUnits(
  a: Pick<Architecture, 'task' | 'attention' | 'attentionSize' | 'decoderHidden' | 'hidden' | 'bidirectional'>,
): number {
  if (a.task !== 'translation') return a.hidden * directionsOf(a);
  return a.attention === 'luong' ? attentionUnits(a) : decoderUnits(a);
}
