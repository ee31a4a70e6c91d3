import type { Kernels, Tensor } from '../../kernels/kernels.ts';
import { requireLengths, writeIds, writeNumbers, type NumberArray } from '../batch.ts';
import { allocateBuffers, BATCH, freeBuffers, type Buffers } from '../buffers.ts';
import type { ParameterSet } from '../parameters.ts';
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
}

/** Width of what comes out: of a step's vector. */
export function sequenceInputWidth({ inputs, embedding }: Pick<SequenceInputPlan, 'inputs' | 'embedding'>): number {
  return embedding > 0 ? embedding : inputs;
}

export function sequenceInputBuffers(plan: SequenceInputPlan) {
  const { T, B, kind, embedding, training, inputGradients } = plan;
  const wide = { shape: [T, B, sequenceInputWidth(plan)] };
  return { dx: training && (embedding > 0 || inputGradients) ? wide : null, numbers: kind === 'numbers' ? wide : null };
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

/** What a network reads: tokens, embedded (then dropped out) or as one-hot vectors, or numbers as they are; and how long each sequence is. */
export class SequenceInput {
  /** Width of a step's vector. */
  readonly width: number;
  /** [T,B,width], the gradient of the output, for who computes it; null where nobody needs it. */
  readonly dx: Tensor | null;
  /** Of the batch that is set. */
  T = 0;
  B = 0;
  /** int [B]; null when all sequences have T steps. */
  lengths: Tensor | null = null;
  readonly #kernels: Kernels;
  readonly #plan: SequenceInputPlan;
  readonly #buffers: Buffers<ReturnType<typeof sequenceInputBuffers>>;
  readonly #batch: Buffers<ReturnType<typeof sequenceBatchBuffers>>;
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
    this.dx = this.#buffers.dx;
    this.#embedding = embedding > 0 ? new Embedding(kernels, parameters.get(table), N) : null;
    this.#oneHot = kind === 'tokens' && embedding === 0 ? new OneHot(kernels, N, inputs) : null;
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

  /** → [T,B,width], the layer's own. */
  forward(dropoutAt: DropoutAt | null): Tensor {
    const { tokens } = this.#batch;
    const N = this.T * this.B;
    if (!tokens) return this.#buffers.numbers!;
    if (this.#oneHot) return this.#oneHot.forward(tokens, N);
    return this.#dropout.forward(this.#embedding!.forward(tokens, N), this.T, this.B * this.width, dropoutAt);
  }

  /** What stands in `dx` → the embedding's gradient, added to it where `accumulate`. */
  backward(accumulate: boolean): void {
    if (!this.#embedding || !this.dx) return;
    this.#dropout.backward(this.dx, this.T, this.B * this.width);
    this.#embedding.backward(this.dx, this.T * this.B, accumulate);
  }

  dispose(): void {
    this.#embedding?.dispose();
    this.#oneHot?.dispose();
    this.#dropout.dispose();
    freeBuffers(this.#kernels, this.#buffers);
    freeBuffers(this.#kernels, this.#batch);
  }
}
