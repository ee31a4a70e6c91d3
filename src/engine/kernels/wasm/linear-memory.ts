import type { Heap, Memory } from '../native/tensor.ts';

const PAGE = 65536;
/** Enough for the module's own data and stack before anything is allocated. */
const FIRST_PAGES = 64;
/** One page short of 4 GiB, so that the address behind the last byte still is an address. */
const MOST_PAGES = 65535;
/** WebAssembly's compilers take distances inside one object for signed 32-bit numbers. */
const LARGEST_BLOCK = 2 ** 31 - PAGE;
const ALIGNMENT = 64;

interface Block {
  start: number;
  size: number;
}

/**
 * WebAssembly's memory and who uses which part of it. It is shared memory, which typed arrays survive when it grows; it never shrinks,
 * but blocks that were given back are used again.
 */
export class LinearMemory implements Heap {
  readonly memory: WebAssembly.Memory;
  /** In order of their addresses; neighbours are one block. */
  #free: Block[] = [];
  readonly #used = new Map<number, number>();
  /** Every buffer that arrays were made on. The memory has a new one after it has grown, at once or when V8 tells all threads. */
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  /** Where memory starts that was never handed out, and so is still zero. */
  #untouched = 0;

  /** @throws RangeError when the system does not even give the addresses */
  constructor() {
    try {
      this.memory = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: MOST_PAGES, shared: true });
    } catch {
      throw new RangeError('There is not enough memory for WebAssembly: the system refuses 4 GB of addresses.');
    }
  }

  /** The whole memory as it is now. Arrays on earlier buffers see the same bytes. */
  get #buffer(): ArrayBufferLike {
    const { buffer } = this.memory;
    this.#buffers.add(buffer);
    return buffer;
  }

  /** Hands out memory from `start` on; everything before it is the module's own. */
  manage(start: number): void {
    this.#untouched = start;
    this.#insert({ start, size: this.memory.buffer.byteLength - start });
  }

  /** Is it memory that the module can reach? */
  contains(array: Memory): boolean {
    return this.#buffers.has(array.buffer);
  }

  allocate(label: string, count: number, dtype: 'float' | 'int'): Memory {
    const start = this.allocateBytes(label, count * 4);
    return dtype === 'int' ? new Int32Array(this.#buffer, start, count) : new Float32Array(this.#buffer, start, count);
  }

  release(memory: Memory): void {
    this.releaseBytes(memory.byteOffset);
  }

  /** Address of zeroed memory, a multiple of 64. */
  allocateBytes(label: string, bytes: number): number {
    const size = Math.ceil(Math.max(bytes, 1) / ALIGNMENT) * ALIGNMENT;
    const block = size <= LARGEST_BLOCK ? (this.#smallestFor(size) ?? this.#grow(size)) : undefined;
    if (!block) {
      throw new RangeError(
        `There is not enough memory for "${label}": it needs ${megabytes(bytes)} MB, and WebAssembly has 4096 MB in all, ` +
          `2048 MB for one tensor, of which ${megabytes(this.#usedBytes())} MB are in use. ` +
          'Make the model or the batch smaller, or use the native device.',
      );
    }
    const { start } = block;
    block.start += size;
    block.size -= size;
    if (block.size === 0) this.#free.splice(this.#free.indexOf(block), 1);
    this.#used.set(start, size);
    const dirty = Math.min(this.#untouched, start + size) - start;
    if (dirty > 0) new Uint8Array(this.memory.buffer, start, dirty).fill(0);
    this.#untouched = Math.max(this.#untouched, start + size);
    return start;
  }

  releaseBytes(start: number): void {
    const size = this.#used.get(start);
    if (size === undefined) return;
    this.#used.delete(start);
    this.#insert({ start, size });
  }

  #usedBytes(): number {
    let total = 0;
    for (const size of this.#used.values()) total += size;
    return total;
  }

  #smallestFor(size: number): Block | undefined {
    let best: Block | undefined;
    for (const block of this.#free) if (block.size >= size && (!best || block.size < best.size)) best = block;
    return best;
  }

  /** Makes the last block large enough; undefined when the memory cannot grow that far. */
  #grow(size: number): Block | undefined {
    const end = this.memory.buffer.byteLength;
    const last = this.#free.at(-1);
    const there = last && last.start + last.size === end ? last.size : 0;
    const pages = Math.ceil((size - there) / PAGE);
    try {
      this.memory.grow(pages);
    } catch {
      return undefined;
    }
    this.#insert({ start: end, size: pages * PAGE });
    return this.#free.at(-1);
  }

  #insert(block: Block): void {
    const at = this.#free.findIndex((other) => other.start > block.start);
    const index = at < 0 ? this.#free.length : at;
    this.#free.splice(index, 0, block);
    this.#join(index);
    this.#join(index - 1);
  }

  /** Makes one block of the free ones at `index` and behind it, if they touch. */
  #join(index: number): void {
    const [block, next] = [this.#free[index], this.#free[index + 1]];
    if (!block || !next || block.start + block.size !== next.start) return;
    block.size += next.size;
    this.#free.splice(index + 1, 1);
  }
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
