/** Beyond this a buffer is made for one read and not kept: such reads are checkpoints, not steps. */
const LARGEST_KEPT = 4 * 1024 * 1024;
const SMALLEST = 256;

/** Buffers to read through: those of steps are kept and used again. */
export class Readbacks {
  readonly #device: GPUDevice;
  /** Free ones, by size. */
  readonly #free = new Map<number, GPUBuffer[]>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** One of at least so many bytes. */
  take(bytes: number): GPUBuffer {
    const size = bytes > LARGEST_KEPT ? bytes : 2 ** Math.ceil(Math.log2(Math.max(SMALLEST, bytes)));
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    return this.#free.get(size)?.pop() ?? this.#device.createBuffer({ label: 'readback', size, usage });
  }

  /** After its numbers were copied. */
  giveBack(buffer: GPUBuffer): void {
    buffer.unmap();
    if (buffer.size > LARGEST_KEPT) {
      buffer.destroy();
      return;
    }
    const free = this.#free.get(buffer.size);
    if (free) free.push(buffer);
    else this.#free.set(buffer.size, [buffer]);
  }
}
