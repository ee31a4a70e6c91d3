/** Batches of whole examples, in the shapes that models take. */
import type { AnyBatch } from '../model/task-model.ts';
import { ExampleOrder } from './example-order.ts';

/** A batch, and which examples of their part it is of. */
export type ExampleBatch = AnyBatch & {
  /** [B] */
  readonly indices: Int32Array;
};

/** The examples of a part. */
export interface Examples {
  readonly count: number;
  /** What padding depends on, for each example; null when all are alike. */
  readonly lengths: ArrayLike<number> | null;
  /** Line in its file where each begins. */
  readonly lines: ArrayLike<number>;
  /** The examples side by side. */
  fill(indices: Int32Array): AnyBatch;
}

/** What a run trains on: every example once an epoch, each epoch in another order. */
export class TrainingExamples {
  readonly stepsPerEpoch: number;
  /** Batches given so far, over all epochs. Setting it goes there. */
  position = 0;
  readonly #examples: Examples;
  readonly #order: ExampleOrder;

  constructor(examples: Examples, batch: number, seed: number) {
    this.#examples = examples;
    this.#order = new ExampleOrder(examples.count, examples.lengths, batch, seed);
    this.stepsPerEpoch = this.#order.batchesPerEpoch;
  }

  /** The next batch; after the last of an epoch comes the first of the next. */
  next(): ExampleBatch {
    const indices = this.#order.batch(this.position++);
    return { ...this.#examples.fill(indices), indices };
  }
}

/** What is measured on: every example once, in the order of the file. Can be gone through again. */
export class EvaluationExamples implements Iterable<ExampleBatch> {
  /** Batches. */
  readonly length: number;
  readonly #examples: Examples;
  readonly #B: number;

  constructor(examples: Examples, batch: number) {
    this.#examples = examples;
    this.#B = batch;
    this.length = Math.ceil(examples.count / batch);
  }

  *[Symbol.iterator](): Generator<ExampleBatch> {
    for (let from = 0; from < this.#examples.count; from += this.#B) {
      const B = Math.min(this.#B, this.#examples.count - from);
      const indices = Int32Array.from({ length: B }, (_, b) => from + b);
      yield { ...this.#examples.fill(indices), indices };
    }
  }
}
