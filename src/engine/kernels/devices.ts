/** The devices of this machine, fastest first, and the choice between them. */
import type { DeviceInfo } from '../protocol.ts';
import type { Kernels } from './kernels.ts';
import { hasMixedPrecision, noMixedPrecision, type Precision } from './precision.ts';

/** What a device says of itself on this machine. */
export interface DeviceProbe {
  readonly available: boolean;
  /** For people: what it is ("AVX-512, 2 threads"), or why it cannot be had and what would help. */
  readonly detail: string;
  /** What computes, with its driver where there is one: measured speeds are remembered for it. */
  readonly adapter?: string | null;
  /** Of what computes: what a network and its training have to fit into. */
  readonly memoryBytes?: number | null;
  /** A graphics adapter that the processor plays (SwiftShader, llvmpipe): never chosen by `auto`. */
  readonly software?: boolean;
}

/** How to find out whether a device works here, and how to make its kernels. Given by the host, which can load them. */
export interface DeviceLoader {
  readonly name: string;
  readonly precision: 'float32' | 'float64';
  /** May `auto` choose it: `measured` once it was measured to be faster here, `always` without. */
  readonly automatic: 'always' | 'measured' | 'never';
  /** Never throws: a device that cannot be had says why, for people. */
  probe(): Promise<DeviceProbe>;
  /** @throws DeviceError with a sentence for people, also when the device vanished after the probe */
  create(options: DeviceOptions): Promise<Kernels>;
}

/** What is asked of a device. */
export interface DeviceOptions {
  /** Of a device that computes on the processor; null: one per physical core. */
  readonly threads: number | null;
  readonly precision: Precision;
}

/** A device was asked for that this machine does not have. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
}

/**
 * The device is gone in the middle of a job (driver reset, sleep, unplugged): nothing on it can be read any more. Kernels throw it from
 * any call, or `read` rejects with it; a training run is then interrupted and goes on from its last checkpoint when resumed.
 */
export class DeviceLostError extends Error {
  override readonly name = 'DeviceLostError';
}

export class Devices {
  readonly #loaders: readonly DeviceLoader[];

  /** @param loaders fastest first */
  constructor(loaders: readonly DeviceLoader[]) {
    this.#loaders = loaders;
  }

  /**
   * @param except names to leave out
   * @param onProbe called before a device is tried out
   */
  async list(except: readonly string[] = [], onProbe: (name: string) => void = () => {}): Promise<DeviceInfo[]> {
    const infos: DeviceInfo[] = [];
    let chosen = false;
    for (const { name, precision, automatic, probe } of this.#loaders) {
      if (except.includes(name)) continue;
      onProbe(name);
      const { available, detail, adapter = null, memoryBytes = null, software = false } = await probe();
      const preferred: boolean = available && automatic === 'always' && !chosen;
      chosen ||= preferred;
      const mayChoose = software ? 'never' : automatic;
      infos.push({ name, available, detail, precision, adapter, memoryBytes, automatic: mayChoose, preferred });
    }
    return infos;
  }

  /**
   * Kernels of the named device; for 'auto' of the first that may be chosen without measurements. Only devices that are asked for are
   * tried out: some take seconds.
   *
   * @throws DeviceError with a sentence that says what to do
   */
  async create(name: string, options: Partial<DeviceOptions> = {}): Promise<Kernels> {
    const { threads = null, precision = 'float32' } = options;
    if (precision === 'mixed' && !hasMixedPrecision(name)) throw new DeviceError(noMixedPrecision(name));
    if (name === 'auto') return this.#createAutomatic({ threads, precision });
    const loader = this.#loaders.find((candidate) => candidate.name === name);
    if (!loader) {
      const known = this.#loaders.map((candidate) => candidate.name).join(', ');
      throw new DeviceError(
        `There is no device called "${name}". This machine knows: ${known}, and auto, which picks the fastest.`,
      );
    }
    const { available, detail } = await loader.probe();
    if (!available) throw new DeviceError(`The device "${name}" cannot be used here: ${detail}`);
    return loader.create({ threads, precision });
  }

  async #createAutomatic(options: DeviceOptions): Promise<Kernels> {
    for (const loader of this.#loaders) {
      if (loader.automatic === 'always' && (await loader.probe()).available) return loader.create(options);
    }
    const reasons = (await this.list()).map((device) => `${device.name}: ${device.detail}`).join('; ');
    throw new DeviceError(`No fast device works here. Choose one by its name. ${reasons}`);
  }
}
