/**
 * A hash table whose keys are stretches of bytes, so that millions of words are counted or looked up without a string each.
 *
 * Looking a word up is what importing a text does most, so a look-up touches one line of the cache: a slot holds the key's
 * length and its first eight bytes, which for most words is all of it. Bytes are read four at a time.
 */

const firstCapacity = 1024;

/** 32-bit numbers of a slot: key + 1 (0 when empty), length, and two that tell keys apart (see `#prepare`). */
const slotSize = 4;
/** Keys up to this length are told apart by their slot alone. */
const shortKey = 8;

/** Which bits of a number read from the beginning of a short key belong to it, by the key's length; and of the number after. */
const headMask = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1, -1, -1, -1, -1);
const tailMask = Int32Array.of(0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff, -1);

/** Keys are numbered 0, 1, 2 … in the order they were added; `values[key]` is the user's. */
export class ByteTable {
  /** One number a key, 0 at first. `add` may replace the array: take it anew afterwards. */
  values = new Float64Array(firstCapacity);
  #size = 0;
  #capacity = firstCapacity;
  /** Twice as many slots as there is room for keys. */
  #slots = new Int32Array(2 * firstCapacity * slotSize);
  #hashes = new Int32Array(firstCapacity);
  /** Where each key begins in the pool, and where the last one ends. */
  #starts = new Uint32Array(firstCapacity + 1);
  #pool = new Uint8Array(8 * firstCapacity);
  #poolView = new DataView(this.#pool.buffer);
  /** The bytes that were looked at last, and a view on them. */
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  // The key that is looked for.
  #hash = 0;
  #head = 0;
  #tail = 0;

  get size(): number {
    return this.#size;
  }

  /** Bytes of all keys together. */
  get poolSize(): number {
    return this.#starts[this.#size]!;
  }

  /** The key of these bytes, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#slots[this.#slotOf(bytes, start, end)]! - 1;
  }

  /** The key of these bytes, new or old. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const slot = this.#slotOf(bytes, start, end);
    const entry = this.#slots[slot]!;
    return entry !== 0 ? entry - 1 : this.#insert(slot, bytes, start, end);
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

  /** Where in `#slots` the slot of these bytes begins, or the empty one where they belong. */
  #slotOf(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    this.#prepare(bytes, start, length);
    const slots = this.#slots;
    const mask = slots.length - 1;
    const head = this.#head;
    const tail = this.#tail;
    let slot = (this.#hash * slotSize) & mask;
    for (;;) {
      const entry = slots[slot]!;
      if (entry === 0) return slot;
      if (
        slots[slot + 2] === head &&
        slots[slot + 3] === tail &&
        slots[slot + 1] === length &&
        (length <= shortKey || this.#equals(entry - 1, start, length))
      ) {
        return slot;
      }
      slot = (slot + slotSize) & mask;
    }
  }

  /** Reads a key: its hash, and what its slot holds: all its bytes if it is short, otherwise the first and the last four. */
  #prepare(bytes: Uint8Array, start: number, length: number): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes as Uint8Array<ArrayBuffer>;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const view = this.#view;
    let head: number;
    let tail: number;
    let hash = length;
    if (length > shortKey) {
      const last = start + length - 4;
      head = view.getInt32(start, true);
      tail = view.getInt32(last, true);
      for (let at = start + 4; at < last; at += 4) hash = mix(hash, view.getInt32(at, true));
    } else if (start + shortKey <= bytes.length) {
      head = view.getInt32(start, true) & headMask[length]!;
      tail = view.getInt32(start + 4, true) & tailMask[length]!;
    } else {
      head = 0;
      tail = 0;
      for (let i = 0; i < length; i++) {
        if (i < 4) head |= bytes[start + i]! << (8 * i);
        else tail |= bytes[start + i]! << (8 * (i - 4));
      }
    }
    this.#head = head;
    this.#tail = tail;
    hash = mix(mix(hash, head), tail);
    this.#hash = hash ^ (hash >>> 15);
  }

  /** Whether a long key, whose first and last four bytes are equal already, is the one that is looked for. */
  #equals(key: number, start: number, length: number): boolean {
    const view = this.#view;
    const pool = this.#poolView;
    const from = this.#starts[key]!;
    for (let i = 4; i < length - 4; i += 4) {
      if (view.getInt32(start + i, true) !== pool.getInt32(from + i, true)) return false;
    }
    return true;
  }

  /** Adds the key that was looked for last, at the empty slot where it belongs. */
  #insert(slot: number, bytes: Uint8Array, start: number, end: number): number {
    if (this.#size === this.#capacity) {
      this.#grow();
      return this.#insert(this.#slotOf(bytes, start, end), bytes, start, end);
    }
    const key = this.#size++;
    const at = this.#starts[key]!;
    const length = end - start;
    if (at + length > this.#pool.length) this.#growPool(at + length);
    for (let i = 0; i < length; i++) this.#pool[at + i] = bytes[start + i]!;
    this.#starts[key + 1] = at + length;
    this.#hashes[key] = this.#hash;
    this.#slots[slot] = key + 1;
    this.#slots[slot + 1] = length;
    this.#slots[slot + 2] = this.#head;
    this.#slots[slot + 3] = this.#tail;
    return key;
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    const old = this.#slots;
    const slots = new Int32Array(2 * capacity * slotSize);
    const mask = slots.length - 1;
    for (let from = 0; from < old.length; from += slotSize) {
      const entry = old[from]!;
      if (entry === 0) continue;
      let slot = (this.#hashes[entry - 1]! * slotSize) & mask;
      while (slots[slot] !== 0) slot = (slot + slotSize) & mask;
      for (let i = 0; i < slotSize; i++) slots[slot + i] = old[from + i]!;
    }
    this.#slots = slots;
    this.#capacity = capacity;
    this.values = copyInto(new Float64Array(capacity), this.values);
    this.#hashes = copyInto(new Int32Array(capacity), this.#hashes);
    this.#starts = copyInto(new Uint32Array(capacity + 1), this.#starts);
  }

  #growPool(needed: number): void {
    const pool = copyInto(new Uint8Array(Math.max(needed, this.#pool.length * 2)), this.#pool);
    this.#pool = pool;
    this.#poolView = new DataView(pool.buffer);
  }
}

/** One step of a hash over 32-bit numbers (after MurmurHash3, Appleby 2011). */
function mix(hash: number, number: number): number {
  const scrambled = Math.imul(number, 0xcc9e2d51 | 0);
  return Math.imul(hash ^ (scrambled ^ (scrambled >>> 15)), 0x1b873593);
}

function copyInto<A extends Float64Array | Int32Array | Uint32Array | Uint8Array>(target: A, source: A): A {
  target.set(source);
  return target;
}
