import type { TensorFlow, Value, Vector } from './api.ts';

/**
 * Owns what lives longer than an operation. TensorFlow.js frees nothing by itself: inside `run` every intermediate result is freed at the
 * end, and what shall stay is kept here until it is released.
 */
export class Memory {
  readonly tf: TensorFlow;
  readonly #kept = new Set<Value>();
  /** Released while an operation runs, which may still read them: freed after it. */
  #released: Value[] = [];

  constructor(tf: TensorFlow) {
    this.tf = tf;
  }

  /** Runs operations and frees their intermediate results. */
  run(operations: () => void): void {
    try {
      this.tf.tidy(operations);
    } finally {
      for (const value of this.#released) value.dispose();
      this.#released = [];
    }
  }

  /** A reference of its own to a value: the same numbers, not copied, until `release`. */
  keep<V extends Value>(value: V): V {
    const kept = this.tf.keep(this.tf.clone(value));
    this.#kept.add(kept);
    return kept;
  }

  /** The same, flat. */
  keepFlat(value: Value): Vector {
    const kept = this.tf.keep(this.tf.reshape(value, [value.size]) as Vector);
    this.#kept.add(kept);
    return kept;
  }

  release(value: Value): void {
    if (this.#kept.delete(value)) this.#released.push(value);
  }

  /** Releases everything. */
  dispose(): void {
    this.run(() => {
      for (const value of this.#kept) this.release(value);
    });
  }
}
