import type { Value, Vector } from './api.ts';
import type { Memory } from './memory.ts';

/** A value and how many pieces show a part of it. */
interface Source {
  readonly value: Vector;
  uses: number;
}

/** Elements start … end-1 of a storage are those of `source` from `from` on. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly source: Source;
  readonly from: number;
}

/**
 * Mutable memory made of immutable values: a row of pieces, each a part of a value (the piece table of text editors). Writing replaces
 * pieces and copies nothing; reading what is not one whole value cuts and joins once, and remembers the result.
 *
 * So parameters that are read one by one and updated all at once, and gradients that are written one by one and clipped all at once, are
 * each cut or joined once a training step.
 */
export class Storage {
  readonly memory: Memory;
  readonly size: number;
  readonly dtype: 'float' | 'int';
  #pieces: Piece[] = [];
  /** What an int storage holds, as long as only the host wrote it. */
  #host: Int32Array | null;

  /** Zeros. */
  constructor(memory: Memory, size: number, dtype: 'float' | 'int') {
    this.memory = memory;
    this.size = size;
    this.dtype = dtype;
    this.#host = dtype === 'int' ? new Int32Array(size) : null;
    memory.run(() => this.#replace(0, memory.tf.zeros([size], dtype === 'int' ? 'int32' : 'float32')));
  }

  /** The numbers of an int storage; null where the device has computed some. */
  get host(): Int32Array | null {
    return this.#host;
  }

  /** `count` elements from `start` on. Inside Memory.run; valid until it ends. */
  read(start: number, count: number): Vector {
    const end = start + count;
    const parts = this.#pieces.filter((piece) => piece.start < end && start < piece.end);
    const only = parts[0]!;
    if (parts.length === 1 && only.start === start && only.end === end && only.source.value.size === count) {
      return only.source.value;
    }
    const { tf } = this.memory;
    const cut = parts.map((piece) => {
      const [first, last] = [Math.max(start, piece.start), Math.min(end, piece.end)];
      return tf.slice(piece.source.value, piece.from + first - piece.start, last - first);
    });
    return this.#replace(start, cut.length === 1 ? cut[0]! : tf.concat(cut));
  }

  /**
   * The values take the place of as many elements from `start` on. Inside Memory.run.
   * @param host the same numbers, of an int storage, where the host knows them
   */
  write(start: number, values: Value, host: Int32Array | null = null): void {
    if (host === null) this.#host = null;
    else this.#host?.set(host, start);
    this.#replace(start, values);
  }

  /** Frees the memory. */
  release(): void {
    this.memory.run(() => this.#pieces.forEach((piece) => this.#leave(piece.source)));
    this.#pieces = [];
  }

  #replace(start: number, values: Value): Vector {
    const flat = values.rank === 1 ? values : this.memory.tf.reshape(values, [values.size]);
    const value = this.memory.keep(flat as Vector);
    const end = start + value.size;
    const before: Piece[] = [];
    const after: Piece[] = [];
    for (const piece of this.#pieces) {
      if (piece.start < start) before.push({ ...piece, end: Math.min(piece.end, start) });
      if (end < piece.end) {
        const first = Math.max(piece.start, end);
        after.push({ ...piece, start: first, from: piece.from + first - piece.start });
      }
    }
    const old = this.#pieces;
    this.#pieces = [...before, { start, end, source: { value, uses: 0 }, from: 0 }, ...after];
    for (const piece of this.#pieces) piece.source.uses++;
    for (const piece of old) this.#leave(piece.source);
    return value;
  }

  #leave(source: Source): void {
    if (--source.uses === 0) this.memory.release(source.value);
  }
}
