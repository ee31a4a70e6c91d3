import type { CallTimes } from '../kernels.ts';

const NANOSECONDS = 1e-9;
/** Bytes of one time. */
const TIME = 8;

/**
 * Times every dispatch on the GPU's own clock. Each then has a compute pass of its own, which the device may start only when the one
 * before has ended: a step takes longer than without, the dispatches themselves do not.
 */
export class Stopwatch implements CallTimes {
  label = '';
  readonly #device: GPUDevice;
  readonly #times: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #most: number;
  /** Of the dispatches since the last submit. */
  #labels: string[] = [];
  readonly #totals = new Map<string, number>();
  readonly #arriving = new Set<Promise<void>>();

  /** @param most dispatches between two submits */
  constructor(device: GPUDevice, most: number) {
    this.#device = device;
    this.#most = most;
    this.#times = device.createQuerySet({ label: 'times of dispatches', type: 'timestamp', count: 2 * most });
    this.#resolved = device.createBuffer({
      label: 'times of dispatches',
      size: 2 * most * TIME,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
  }

  /** The writes of the next dispatch's pass. */
  next(): GPUComputePassTimestampWrites {
    const at = 2 * this.#labels.push(this.label) - 2;
    if (at >= 2 * this.#most) throw new RangeError(`more than ${this.#most} dispatches before a submit`);
    return { querySet: this.#times, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
  }

  /** Enqueues that the times so far go to the host. @returns what to call after the submit */
  collect(encoder: GPUCommandEncoder): () => void {
    const labels = this.#labels;
    this.#labels = [];
    if (labels.length === 0) return () => undefined;
    const size = 2 * labels.length * TIME;
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const buffer = this.#device.createBuffer({ label: 'times of dispatches, read', size, usage });
    encoder.resolveQuerySet(this.#times, 0, 2 * labels.length, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, buffer, 0, size);
    return () => {
      const arrival = buffer.mapAsync(GPUMapMode.READ).then(() => {
        const times = new BigUint64Array(buffer.getMappedRange().slice(0));
        buffer.destroy();
        for (const [i, label] of labels.entries()) {
          const seconds = Number(times[2 * i + 1]! - times[2 * i]!) * NANOSECONDS;
          this.#totals.set(label, (this.#totals.get(label) ?? 0) + seconds);
        }
      });
      this.#arriving.add(arrival);
      void arrival.finally(() => this.#arriving.delete(arrival)).catch(() => undefined);
    };
  }

  async take(): Promise<ReadonlyMap<string, number>> {
    await Promise.all(this.#arriving);
    const taken = new Map(this.#totals);
    this.#totals.clear();
    return taken;
  }
}
