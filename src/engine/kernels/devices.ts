/** The devices of this machine, fastest first, and the choice between them. */
import type { DeviceInfo } from '../protocol.ts';
import type { Kernels } from './kernels.ts';

/** How to find out whether a device works here, and how to make its kernels. Given by the host, which can load them. */
export interface DeviceLoader {
  readonly name: string;
  readonly precision: 'float32' | 'float64';
  /** May `auto` choose it. */
  readonly automatic: boolean;
  /** Never throws: a device that cannot be had says why, for people. */
  probe(): Promise<{ available: boolean; detail: string }>;
  create(options: { threads: number | null }): Promise<Kernels>;
}

/** A device was asked for that this machine does not have. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
}

export class Devices {
  readonly #loaders: readonly DeviceLoader[];

  /** @param loaders fastest first */
  constructor(loaders: readonly DeviceLoader[]) {
    this.#loaders = loaders;
  }

  async list(): Promise<DeviceInfo[]> {
    const infos: DeviceInfo[] = [];
    let chosen = false;
    for (const { name, precision, automatic, probe } of this.#loaders) {
      const { available, detail } = await probe();
      const preferred: boolean = available && automatic && !chosen;
      chosen ||= preferred;
      infos.push({ name, available, detail, precision, preferred });
    }
    return infos;
  }

  /**
   * Kernels of the named device, or of the preferred one for 'auto'.
   * @throws DeviceError with a sentence that says what to do
   */
  async create(name: string, threads: number | null): Promise<Kernels> {
    const infos = await this.list();
    const info =
      name === 'auto' ? infos.find((device) => device.preferred) : infos.find((device) => device.name === name);
    if (!info && name === 'auto') {
      const reasons = infos.map((device) => `${device.name}: ${device.detail}`).join('; ');
      throw new DeviceError(`No fast device works here. Choose one by its name. ${reasons}`);
    }
    if (!info) {
      const known = infos.map((device) => device.name).join(', ');
      throw new DeviceError(
        `There is no device called "${name}". This machine knows: ${known}, and auto, which picks the fastest.`,
      );
    }
    if (!info.available) throw new DeviceError(`The device "${info.name}" cannot be used here: ${info.detail}`);
    const loader = this.#loaders.find((candidate) => candidate.name === info.name)!;
    return loader.create({ threads });
  }
}
