/**
 * A hash table whose keys are stretches of bytes, so that millions of words are counted or looked up without a string each.
 *
 * Looking a word up is what importing a text does most, so a look-up touches one line of the cache: a slot holds the key's
 * length and eight bytes of it, which for most words are all of it. Bytes are read four at a time.
 */

const firstCapacity = 1024;

/** 32-bit numbers of a slot: key + 1 (0 when empty), length, and two numbers of four bytes that tell keys apart: of a short key all its
 * bytes, of a longer one the first four and the last four. */
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
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));

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
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const length = end - start;
    const head = this.#head(start, length);
    const tail = this.#tail(start, length);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = (this.#hash(start, length, head, tail) * slotSize) & mask;
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

  /** The first four bytes of a key that stands at `start` of the bytes looked at last, or as many as it has. */
  #head(start: number, length: number): number {
    const view = this.#view;
    if (length > shortKey) return view.getInt32(start, true);
    if (start + 4 <= view.byteLength) return view.getInt32(start, true) & headMask[length]!;
    return readFew(this.#bytes, start, length);
  }

  /** The last four bytes of a long key, those of a short one after its first four. */
  #tail(start: number, length: number): number {
    const view = this.#view;
    if (length > shortKey) return view.getInt32(start + length - 4, true);
    if (length <= 4) return 0;
    if (start + shortKey <= view.byteLength) return view.getInt32(start + 4, true) & tailMask[length]!;
    return readFew(this.#bytes, start + 4, length - 4);
  }

  #hash(start: number, length: number, head: number, tail: number): number {
    let hash = length ^ Math.imul(head, 0x9e3779b1);
    if (length > shortKey) {
      const view = this.#view;
      for (let at = start + 4; at < start + length - 4; at += 4) hash = mix(hash, view.getInt32(at, true));
    }
    hash = mix(hash, tail);
    return hash ^ (hash >>> 15);
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
    const head = this.#head(start, length);
    const tail = this.#tail(start, length);
    this.#hashes[key] = this.#hash(start, length, head, tail);
    this.#slots[slot] = key + 1;
    this.#slots[slot + 1] = length;
    this.#slots[slot + 2] = head;
    this.#slots[slot + 3] = tail;
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

/** One step of a hash over numbers of 32 bits; the multiplier is that of MurmurHash3's finaliser (Appleby 2011). */
function mix(hash: number, number: number): number {
  return Math.imul(hash ^ (hash >>> 15) ^ number, 0x85ebca6b);
}

/** Up to four bytes as a little-endian number. */
function readFew(bytes: Uint8Array, start: number, length: number): number {
  let number = 0;
  for (let i = 0; i < length && i < 4; i++) number |= bytes[start + i]! << (8 * i);
  return number;
}

function copyInto<A extends Float64Array | Int32Array | Uint32Array | Uint8Array>(target: A, source: A): A {
  target.set(source);
  return target;
}
