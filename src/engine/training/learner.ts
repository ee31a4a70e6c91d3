/**
 * What a run trains: a network with its data. The trainer knows no more of it than this; what a task reads, measures and shows is
 * the learner's.
 */
import type { CodecJson } from '../data/codec.ts';
import type { SafetensorsEntry } from '../export/safetensors.ts';
import type { Tensor } from '../kernels/kernels.ts';
import type { Figures } from '../metrics/figures.ts';
import type { TaskResult } from '../metrics/results.ts';
import type { ParameterSet } from '../model/parameters.ts';
import type { AnyBatch, DataSizes } from '../model/task-model.ts';
import type { SampleDetail } from '../protocol.ts';

/** Parts of the data that are not trained on. */
export type HeldOut = 'valid' | 'test';

/** Lets others work for a moment, and throws to abandon what is being done. */
export type Turn = () => Promise<void>;

export interface Measured {
  /** Mean of the task's loss. */
  readonly loss: number;
  /** Language models; null for other tasks. */
  readonly bitsPerCharacter: number | null;
  readonly figures: Figures;
  readonly metrics: TaskResult | null;
}

export interface Shown {
  readonly text: string;
  readonly detail: SampleDetail | null;
}

/** What of the data a checkpoint holds, so that it is a usable model by itself. */
export interface LearnerDescription {
  /** Serialised tokeniser of a language model; null for other tasks, whose codec has theirs. */
  readonly tokenizer: unknown;
  readonly codec: CodecJson | null;
  /** Rows of the input embedding, or numbers of a step. */
  readonly vocabularySize: number;
  /** Language models: mean number of characters that a token stands for. */
  readonly charactersPerToken: number | null;
}

export interface Learner {
  readonly parameters: ParameterSet;
  /** How wide the data make the network's ends. */
  readonly sizes: DataSizes;
  /** [2]: sum of the loss and number of its terms, of the last step; see TaskModel. */
  readonly loss: Tensor;
  readonly stepsPerEpoch: number;
  /** Steps between evaluations where the person does not say. */
  readonly usualEvalEvery: number;
  readonly description: LearnerDescription;
  /** What a person should know of how this is trained and measured. */
  readonly notes: readonly string[];
  /** Batches given so far. Setting it goes there. */
  position: number;

  /** Draws the parameters. @throws CorpusError for word vectors that do not fit */
  initialise(seed: number): Promise<void>;
  has(part: HeldOut): boolean;
  /** Forward and backward of the next batch: sets `parameters.gradients` and `loss`. Returns the number of tokens (or rows) read. */
  step(at: { readonly seed: number; readonly step: number }): Promise<number>;
  /** Measures a whole part; the training goes on as if nothing had been done. */
  measure(part: HeldOut, turn: Turn): Promise<Measured>;
  /** What the network makes of something, now: a function of the parameters and `seed`. */
  show(seed: number, turn: Turn): Promise<Shown>;
  /** Batches of so many sequences of the validation part (without one, of the training part), always the same. */
  heldOut(sequences: number): readonly AnyBatch[];
  /** What goes on from step to step besides the parameters. */
  readState(): Promise<ReadonlyMap<string, SafetensorsEntry>>;
  /** @throws Error when `tensors` lacks a part of it */
  writeState(tensors: ReadonlyMap<string, SafetensorsEntry>): void;
  dispose(): void;
}
