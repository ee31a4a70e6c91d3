/** A hash table whose keys are stretches of bytes, so that millions of words are counted or looked up without a string each. */

const firstCapacity = 1024;

/** FNV-1a over 32 bits (Fowler, Noll, Vo), mixed so that its low bits depend on all bytes. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash ^ (hash >>> 15);
}

/** Keys are numbered 0, 1, 2 … in the order they were added; `values[key]` is the user's. */
export class ByteTable {
  /** One number a key, 0 at first. `add` may replace the array: take it anew afterwards. */
  values = new Float64Array(firstCapacity);
  #size = 0;
  /** Key + 1 by slot, 0 for an empty one; twice as many slots as keys at least. */
  #slots = new Int32Array(2 * firstCapacity);
  #hashes = new Int32Array(firstCapacity);
  /** Where each key begins in the pool, and where the last one ends. */
  #starts = new Uint32Array(firstCapacity + 1);
  #pool = new Uint8Array(8 * firstCapacity);

  get size(): number {
    return this.#size;
  }

  /** Bytes of all keys together. */
  get poolSize(): number {
    return this.#starts[this.#size]!;
  }

  /** The key of these bytes, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#slots[this.#slotOf(bytes, start, end, hashOf(bytes, start, end))]! - 1;
  }

  /** The key of these bytes, new or old. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    let slot = this.#slotOf(bytes, start, end, hash);
    if (this.#slots[slot] !== 0) return this.#slots[slot]! - 1;
    if (this.#size === this.#hashes.length) {
      this.#grow();
      slot = this.#slotOf(bytes, start, end, hash);
    }
    const key = this.#size++;
    const at = this.#starts[key]!;
    if (at + end - start > this.#pool.length) this.#growPool(at + end - start);
    this.#pool.set(bytes.subarray(start, end), at);
    this.#starts[key + 1] = at + end - start;
    this.#hashes[key] = hash;
    this.#slots[slot] = key + 1;
    return key;
  }

  /** The bytes of a key; valid until the next `add`. */
  bytes(key: number): Uint8Array {
    return this.#pool.subarray(this.#starts[key]!, this.#starts[key + 1]!);
  }

  /** Order of two keys by their bytes, which for UTF-8 is the order of code points. */
  compare(a: number, b: number): number {
    const pool = this.#pool;
    const lengthA = this.#starts[a + 1]! - this.#starts[a]!;
    const lengthB = this.#starts[b + 1]! - this.#starts[b]!;
    for (let i = 0; i < lengthA && i < lengthB; i++) {
      const difference = pool[this.#starts[a]! + i]! - pool[this.#starts[b]! + i]!;
      if (difference !== 0) return difference;
    }
    return lengthA - lengthB;
  }

  /** Keys by falling value, then by bytes: the first `limit` of them. */
  ranked(limit: number): Uint32Array {
    const values = this.values.subarray(0, this.#size);
    const least = limit < this.#size ? values.slice().sort()[this.#size - limit]! : -Infinity;
    const keys = new Uint32Array(values.reduce((count, value) => count + (value >= least ? 1 : 0), 0));
    let count = 0;
    for (let key = 0; key < this.#size; key++) if (values[key]! >= least) keys[count++] = key;
    return keys.sort((a, b) => values[b]! - values[a]! || this.compare(a, b)).subarray(0, limit);
  }

  /** The slot of these bytes, or the empty one where they belong. */
  #slotOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const entry = slots[slot]!;
      if (entry === 0) return slot;
      if (this.#hashes[entry - 1] === hash && this.#equals(entry - 1, bytes, start, end)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #equals(key: number, bytes: Uint8Array, start: number, end: number): boolean {
    const pool = this.#pool;
    const from = this.#starts[key]!;
    if (this.#starts[key + 1]! - from !== end - start) return false;
    for (let i = start, j = from; i < end; i++, j++) if (bytes[i] !== pool[j]) return false;
    return true;
  }

  #grow(): void {
    const capacity = this.#hashes.length * 2;
    this.values = copyInto(new Float64Array(capacity), this.values);
    this.#hashes = copyInto(new Int32Array(capacity), this.#hashes);
    this.#starts = copyInto(new Uint32Array(capacity + 1), this.#starts);
    this.#slots = new Int32Array(2 * capacity);
    const mask = this.#slots.length - 1;
    for (let key = 0; key < this.#size; key++) {
      let slot = this.#hashes[key]! & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = key + 1;
    }
  }

  #growPool(needed: number): void {
    this.#pool = copyInto(new Uint8Array(Math.max(needed, this.#pool.length * 2)), this.#pool);
  }
}

function copyInto<A extends Float64Array | Int32Array | Uint32Array | Uint8Array>(target: A, source: A): A {
  target.set(source);
  return target;
}
