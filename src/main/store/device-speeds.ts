/** What speed tests found on this machine. */
import type { Database, Statement } from 'better-sqlite3';
import type { DeviceSpeed } from '../../api/types.ts';

interface Row {
  measured_at: number;
  small: number | null;
  large: number | null;
}

export class DeviceSpeedTable {
  readonly #get: Statement<[string, string], Row>;
  readonly #put: Statement<[Row & { device: string; adapter: string }]>;

  constructor(database: Database) {
    this.#get = database.prepare('SELECT * FROM device_speeds WHERE device = ? AND adapter = ?');
    this.#put = database.prepare(`
      INSERT OR REPLACE INTO device_speeds (device, adapter, measured_at, small, large)
      VALUES (@device, @adapter, @measured_at, @small, @large)`);
  }

  /** @param adapter what the device runs on, with its driver and threads; of another there is no measurement */
  get(device: string, adapter: string): DeviceSpeed | null {
    const row = this.#get.get(device, adapter);
    return row ? { measuredAt: row.measured_at, small: row.small, large: row.large } : null;
  }

  put(device: string, adapter: string, { measuredAt, small, large }: DeviceSpeed): void {
    this.#put.run({ device, adapter, measured_at: measuredAt, small, large });
  }
}
