/** Which devices this machine has, how fast they were measured to be, and which of them `auto` means. */
import { availableParallelism } from 'node:os';
import type { Device, DeviceSpeed } from '../../api/types.ts';
import type { DeviceInfo } from '../../engine/protocol.ts';
import { nearestCase, type StepSizes } from '../../engine/speed-cases.ts';
import { chooseDevice, describeChoices, type DeviceChoice } from './device-choice.ts';
import type { EngineProcesses } from './engine-processes.ts';

/** Where measured speeds are kept (store/device-speeds.ts). */
export interface DeviceSpeeds {
  get(device: string, adapter: string): DeviceSpeed | null;
}

export class DeviceList {
  readonly #engines: EngineProcesses;
  readonly #speeds: DeviceSpeeds | null;
  /** Asked of the engine processes once, then remembered. */
  #found: Promise<DeviceInfo[]> | null = null;

  /** @param speeds null where there is no workspace that could hold them */
  constructor(engines: EngineProcesses, speeds: DeviceSpeeds | null) {
    this.#engines = engines;
    this.#speeds = speeds;
  }

  /** Logical processors this process may use. */
  readonly cores = availableParallelism();

  /** @throws when no engine process can be started */
  async list(): Promise<Device[]> {
    this.#found ??= this.#engines.devices().catch((error: unknown) => {
      this.#found = null; // ask again next time
      throw error;
    });
    const measured = (await this.#found).map((info): Device => ({ ...info, speed: this.#speedOf(info) }));
    const chosen = new Set([chooseDevice(measured, 'small').device, chooseDevice(measured, 'large').device]);
    return measured.map((device) => ({ ...device, preferred: chosen.has(device.name) }));
  }

  /** As `list`; where no engine process can be started, one entry says why, so that the app can still be used to look around. */
  async listOrReason(): Promise<{ readonly devices: Device[]; readonly auto: string }> {
    try {
      const devices = await this.list();
      return { devices, auto: describeChoices(chooseDevice(devices, 'small'), chooseDevice(devices, 'large')) };
    } catch (error) {
      const detail = `${(error as Error).message}. Nothing can be trained until this is mended; try to reinstall Unroll.`;
      return {
        devices: [
          {
            ...{ name: 'engine', available: false, detail, precision: 'float32', preferred: false },
            ...{ adapter: null, memoryBytes: null, automatic: 'never', speed: null },
          },
        ],
        auto: detail,
      };
    }
  }

  /** A device was lost or came back: look again when next asked. */
  forget(): void {
    this.#found = null;
  }

  /** What `auto` means for a network's training; another name is taken as it is. @param step null: not known yet, a small one */
  async choose(name: string, step: StepSizes | null): Promise<DeviceChoice> {
    if (name !== 'auto') return { device: name, times: null, why: 'it was asked for' };
    return chooseDevice(await this.list(), step ? nearestCase(step) : 'small');
  }

  /** Where to go on with a run that used `device` (null: none yet): there if it is still available, otherwise as configured. */
  async deviceFor(device: string | null, configured: string): Promise<string> {
    if (device === null) return configured;
    const devices = await this.list();
    return devices.some(({ name, available }) => name === device && available) ? device : configured;
  }

  #speedOf(info: DeviceInfo): DeviceSpeed | null {
    return info.available ? (this.#speeds?.get(info.name, adapterOf(info)) ?? null) : null;
  }
}

/** What a measured speed holds for: the processor or graphics adapter with its driver, the instruction set, the threads. */
export function adapterOf({ adapter, detail }: Pick<DeviceInfo, 'adapter' | 'detail'>): string {
  return [adapter, detail].filter((part) => part !== null).join(' · ');
}
