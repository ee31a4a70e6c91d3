/** Which devices this machine has: asked of an engine process once, then remembered. */
import { availableParallelism } from 'node:os';
import type { Device } from '../../api/types.ts';
import type { EngineProcesses } from './engine-processes.ts';

export class DeviceList {
  readonly #engines: EngineProcesses;
  #devices: Promise<Device[]> | null = null;

  constructor(engines: EngineProcesses) {
    this.#engines = engines;
  }

  /** Logical processors this process may use. */
  readonly cores = availableParallelism();

  /** @throws when no engine process can be started */
  list(): Promise<Device[]> {
    this.#devices ??= this.#ask().catch((error: unknown) => {
      this.#devices = null; // ask again next time
      throw error;
    });
    return this.#devices;
  }

  /** As `list`; where no engine process can be started, one entry says why, so that the app can still be used to look around. */
  async listOrReason(): Promise<Device[]> {
    try {
      return await this.list();
    } catch (error) {
      const detail = `${(error as Error).message}. Nothing can be trained until this is mended; try to reinstall Unroll.`;
      return [{ name: 'engine', available: false, detail, precision: 'float32', preferred: false }];
    }
  }

  /** Where to go on with a run that used `device` (null: none yet): there if it is still available, otherwise as configured. */
  async deviceFor(device: string | null, configured: string): Promise<string> {
    if (device === null) return configured;
    const devices = await this.list();
    return devices.some(({ name, available }) => name === device && available) ? device : configured;
  }

  async #ask(): Promise<Device[]> {
    const { devices } = await this.#engines.runSoon({ type: 'devices' });
    return [...devices];
  }
}
