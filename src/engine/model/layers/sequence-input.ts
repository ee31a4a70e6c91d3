import type { Kernels, RecurrentInput, Tensor } from '../../kernels/kernels.ts';
import { requireLengths, writeIds, writeNumbers, type NumberArray } from '../batch.ts';
import { allocateBuffers, BATCH, freeBuffers, type Buffers } from '../buffers.ts';
import type { Parameter, ParameterSet } from '../parameters.ts';
import { Dropout, type DropoutAt, type DropoutPlan } from './dropout.ts';
import { Embedding } from './embedding.ts';
import { OneHot } from './one-hot.ts';

export interface SequenceInputPlan {
  readonly kind: 'tokens' | 'numbers';
  /** Vocabulary V, or numbers of a step I. */
  readonly inputs: number;
  /** Width E; 0: one-hot vectors, or numbers as they are. */
  readonly embedding: number;
  /** Most steps, and sequences, of a batch. */
  readonly T: number;
  readonly B: number;
  readonly dropout: number;
  readonly dropoutKind: DropoutPlan['kind'];
  readonly training: boolean;
  /** Give the gradient by numbers or one-hot vectors too, which training does not need. */
  readonly inputGradients: boolean;
  /** Who reads the input wants vectors. Recurrent layers take tokens as well. */
  readonly vectors: boolean;
  /** The table is the output layer's too, and its gradient is added to what that has written. */
  readonly tied: boolean;
}

/** Width of what comes out: of a step's vector. */
export function sequenceInputWidth({ inputs, embedding }: Pick<SequenceInputPlan, 'inputs' | 'embedding'>): number {
  return embedding > 0 ? embedding : inputs;
}

/** Recurrent layers look tokens up themselves (see TokenInput) where nothing comes between and nobody asks for the vectors. */
function givesTokens({ kind, embedding, dropout, training, inputGradients, vectors }: SequenceInputPlan): boolean {
  return kind === 'tokens' && !vectors && !inputGradients && (embedding === 0 || dropout === 0 || !training);
}

export function sequenceInputBuffers(plan: SequenceInputPlan) {
  const { T, B, kind, embedding, training, inputGradients } = plan;
  const wide = { shape: [T, B, sequenceInputWidth(plan)] };
  const byVectors = training && !givesTokens(plan) && (embedding > 0 || inputGradients);
  return { dVectors: byVectors ? wide : null, numbers: kind === 'numbers' ? wide : null };
}

export function sequenceBatchBuffers({ T, B, kind }: SequenceInputPlan) {
  return {
    tokens: kind === 'tokens' ? ({ shape: [T, B], dtype: 'int' } as const) : null,
    lengths: { shape: [B], dtype: 'int' },
  } as const;
}

/** The dropout after the embedding. Neither its backward nor the embedding's reads the output again, so it may be overwritten. */
export function inputDropout({
  kind,
  embedding,
  dropout,
  dropoutKind,
  training,
  T,
  B,
}: SequenceInputPlan): DropoutPlan {
  const p = kind === 'tokens' && embedding > 0 ? dropout : 0;
  return { p, count: T * B * embedding, kind: dropoutKind, inPlace: true, training };
}

/**
 * What a network reads: tokens, embedded (then dropped out) or as one-hot vectors, or numbers as they are; and how long each sequence is.
 * Where nothing comes between tokens and recurrent layers, these look them up themselves, and there are no vectors.
 */
export class SequenceInput {
  /** Width of a step's vector. */
  readonly width: number;
  /** [T,B,width], the gradient by the vectors; null where nobody needs it, or there are none. */
  readonly dVectors: Tensor | null;
  /** Where the gradient by what `forward` gives goes: `dVectors`, or by the table of tokens [V,E]; null where nobody needs it. */
  readonly dx: Tensor | null;
  /** It is added to what stands in `dx`. */
  readonly accumulateDx: boolean;
  /** Of the batch that is set. */
  T = 0;
  B = 0;
  /** int [B]; null when all sequences have T steps. */
  lengths: Tensor | null = null;
  readonly #kernels: Kernels;
  readonly #plan: SequenceInputPlan;
  readonly #buffers: Buffers<ReturnType<typeof sequenceInputBuffers>>;
  readonly #batch: Buffers<ReturnType<typeof sequenceBatchBuffers>>;
  readonly #table: Parameter | null;
  readonly #embedding: Embedding | null;
  readonly #oneHot: OneHot | null;
  readonly #dropout: Dropout;

  /**
   * @param table name of the embedding's parameter
   * @param dropoutIndex number of its dropout in the model
   */
  constructor(
    kernels: Kernels,
    parameters: ParameterSet,
    table: string,
    plan: SequenceInputPlan,
    dropoutIndex: number,
  ) {
    const { kind, embedding, inputs } = plan;
    const N = plan.T * plan.B;
    this.#kernels = kernels;
    this.#plan = plan;
    this.width = sequenceInputWidth(plan);
    this.#buffers = allocateBuffers(kernels, 'input', sequenceInputBuffers(plan));
    this.#batch = allocateBuffers(kernels, BATCH, sequenceBatchBuffers(plan));
    const tokens = givesTokens(plan);
    this.#table = embedding > 0 ? parameters.get(table) : null;
    this.#embedding = this.#table && !tokens ? new Embedding(kernels, this.#table, N) : null;
    this.#oneHot = kind === 'tokens' && embedding === 0 && !tokens ? new OneHot(kernels, N, inputs) : null;
    this.dVectors = this.#buffers.dVectors;
    this.dx = tokens ? (this.#table?.gradient ?? null) : this.dVectors;
    this.accumulateDx = tokens && plan.tied;
    this.#dropout = new Dropout(kernels, dropoutIndex, inputDropout(plan));
  }

  /** @throws RangeError when a length, an id or a number is not a possible one */
  set(inputs: Int32Array | NumberArray, lengths: Int32Array | null, T: number, B: number): void {
    if (lengths) {
      requireLengths(lengths, T, B);
      this.#kernels.write(this.#batch.lengths, lengths.subarray(0, B));
    }
    this.lengths = lengths && this.#batch.lengths;
    this.T = T;
    this.B = B;
    const { tokens } = this.#batch;
    if (tokens) {
      writeIds(this.#kernels, tokens, inputs, { T, B, V: this.#plan.inputs, smallest: 0 });
      return;
    }
    const real = (row: number) => !lengths || Math.floor(row / B) < lengths[row % B];
    writeNumbers(this.#kernels, this.#buffers.numbers!, inputs, { rows: T * B, B, K: this.width }, real, 'Input');
  }

  /** → what recurrent layers read: tokens, or `vectors`. */
  forward(dropoutAt: DropoutAt | null): RecurrentInput {
    const { tokens } = this.#batch;
    if (!tokens || this.#embedding || this.#oneHot) return this.vectors(dropoutAt);
    return { tokens, table: this.#table?.value ?? null, V: this.#plan.inputs };
  }

  /** → [T,B,width], the layer's own. */
  vectors(dropoutAt: DropoutAt | null): Tensor {
    const { tokens } = this.#batch;
    const N = this.T * this.B;
    if (!tokens) return this.#buffers.numbers!;
    if (this.#oneHot) return this.#oneHot.forward(tokens, N);
    if (!this.#embedding) throw new Error('SequenceInput.vectors needs a plan with vectors');
    return this.#dropout.forward(this.#embedding.forward(tokens, N), this.T, this.B * this.width, dropoutAt);
  }

  /** What stands in `dVectors` → the embedding's gradient. Where there are none, `dx` is that already. */
  backward(): void {
    if (!this.#embedding || !this.dVectors) return;
    this.#dropout.backward(this.dVectors, this.T, this.B * this.width);
    this.#embedding.backward(this.dVectors, this.T * this.B, this.#plan.tied);
  }

  dispose(): void {
    this.#embedding?.dispose();
    this.#oneHot?.dispose();
    this.#dropout.dispose();
    freeBuffers(this.#kernels, this.#buffers);
    freeBuffers(this.#kernels, this.#batch);
  }
}
