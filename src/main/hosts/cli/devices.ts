/** `devices`: what this machine can compute on. Needs no workspace. */
import { DeviceList } from '../../services/devices.ts';
import { forkEngine } from '../../services/engine-channel.ts';
import { EngineProcesses } from '../../services/engine-processes.ts';
import { findLayout } from '../layout.ts';
import { table, type Terminal } from './terminal.ts';

export async function listDevices(terminal: Terminal): Promise<void> {
  const engines = new EngineProcesses(() => forkEngine(findLayout().engineProcess));
  try {
    const devices = await new DeviceList(engines).list();
    if (terminal.json) return devices.forEach((device) => terminal.event(device));
    const rows = devices.map(({ name, available, preferred, precision, detail }) => [
      name,
      available ? (preferred ? 'auto' : 'yes') : 'no',
      precision,
      detail,
    ]);
    terminal.line(table([['DEVICE', 'USABLE', 'PRECISION', 'WHAT IT IS'], ...rows]));
  } finally {
    engines.close();
  }
}
