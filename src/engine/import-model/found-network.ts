/** What a model file turned out to hold: a recurrent network in this program's terms, whatever program wrote it. */
import type { cellFamilies, Task } from '../model/spec-fields.ts';
import type { FileTensor } from './tensors.ts';

type CellFamily = (typeof cellFamilies)[number];

/** Order of an LSTM's gates in the file's rows: ours and PyTorch's, or that of char-rnn and torch-rnn. */
export const gateOrders = ['ifgo', 'ifog'] as const;
export type GateOrder = (typeof gateOrders)[number];

export const activations = ['tanh', 'relu', 'sigmoid'] as const;
export type Activation = (typeof activations)[number];

/** A vocabulary as a file has it: anything that `tokensOf` understands. */
export type RawVocabulary = unknown;

export interface FoundNetwork {
  /** What wrote it, for people: "PyTorch", "Keras". */
  readonly writtenBy: string;
  readonly cell: CellFamily;
  readonly reset: 'after' | 'before';
  readonly layers: number;
  readonly hidden: number;
  /** 0: one-hot tokens, or numbers. */
  readonly embedding: number;
  readonly bidirectional: boolean;
  readonly tie: boolean;
  readonly dropout: number;
  readonly layerNorm: boolean;
  readonly residual: boolean;
  readonly pooling: 'last' | 'mean' | 'max';
  /** It answers at every step of a sequence, not at its end only. */
  readonly everyStep: boolean;
  /** Of a vanilla RNN; null: the file does not say. Other cells: tanh. */
  readonly activation: Activation | null;
  /** null: rows of the cell are as everywhere, or the cell has no gates. Otherwise likely this, and to be asked. */
  readonly gateOrder: GateOrder | null;
  /** Rows of the embedding, or width of what a step reads. */
  readonly inputs: number;
  /** Width of the output layer. */
  readonly outputs: number;
  /** What it may be for, likeliest first. */
  readonly tasks: readonly Task[];
  /** Parameters by this program's names, in its shapes. */
  readonly parameters: ReadonlyMap<string, FileTensor>;
  /** Vocabularies in the file itself, likeliest first. */
  readonly vocabularies: readonly RawVocabulary[];
}

/** What it may be for by its ends alone, likeliest first. */
export function possibleTasks(
  inputs: number,
  outputs: number,
  bidirectional: boolean,
  input: 'tokens' | 'numbers',
): Task[] {
  if (input === 'numbers') return bidirectional ? [] : ['forecasting'];
  if (inputs === outputs && !bidirectional) return ['language-model', 'classification', 'tagging'];
  if (outputs === 1) return ['binary', 'regression'];
  return bidirectional ? ['tagging', 'classification', 'multilabel'] : ['classification', 'tagging', 'multilabel'];
}
