import type { TensorFlow, Value } from './api.ts';

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

  /**
   * A value that stays until `release`: the given one, or another name for the same numbers where that one is kept already. For values of
   * the operation that is running.
   */
  keep<V extends Value>(value: V): V {
    const kept = this.tf.keep(value.kept ? this.tf.clone(value) : value);
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
