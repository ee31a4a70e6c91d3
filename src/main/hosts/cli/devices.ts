/** `devices`: what this machine can compute on and how fast. Needs no workspace but to keep what it measures. */
import type { Device } from '../../../api/types.ts';
import { ms } from '../../services/device-choice.ts';
import { DeviceList } from '../../services/devices.ts';
import { forkEngine } from '../../services/engine-channel.ts';
import { EngineProcesses } from '../../services/engine-processes.ts';
import { WorkspaceError } from '../../store/errors.ts';
import { openStore, type Store } from '../../store/store.ts';
import { findLayout } from '../layout.ts';
import { type Client, withApp, workspaceExists } from './app-session.ts';
import { Interrupted, UsageError } from './errors.ts';
import { bytes, dash } from './format.ts';
import { catchInterrupts } from './interrupts.ts';
import { table, type Terminal } from './terminal.ts';

export async function listDevices(workspace: string, terminal: Terminal): Promise<void> {
  const store = openForLooking(workspace);
  const engines = new EngineProcesses({
    process: () => forkEngine(findLayout().engineProcess),
    window: null,
  });
  try {
    const list = new DeviceList(engines, store?.deviceSpeeds ?? null);
    await list.list();
    printDevices(await list.listOrReason(), terminal);
  } finally {
    engines.close();
    store?.close();
  }
}

/**
 * Speed tests, about five seconds each; Ctrl-C ends them and keeps what is done.
 * @param names none: every device that `auto` may choose
 */
export async function measureDevices(names: readonly string[], workspace: string, terminal: Terminal): Promise<void> {
  const interrupts = catchInterrupts();
  const abort = new AbortController();
  interrupts.onFirst(() => abort.abort(new Interrupted('Interrupted; what was measured before is kept.')));
  try {
    await withApp({ workspace }, async (client) => {
      const { devices } = await client.app.info();
      for (const name of chosen(devices, names)) await measure(client, name, abort.signal, terminal);
      printDevices(await client.app.info(), terminal);
    });
  } finally {
    interrupts.release();
  }
}

/** @throws UsageError for a device that cannot be measured */
function chosen(devices: readonly Device[], names: readonly string[]): string[] {
  const usable = devices.filter(({ available }) => available);
  if (names.length === 0) return usable.filter(({ automatic }) => automatic !== 'never').map(({ name }) => name);
  for (const name of names) {
    const device = devices.find((one) => one.name === name);
    const known = devices.map((one) => one.name).join(', ');
    if (!device) throw new UsageError(`There is no device called "${name}". This machine knows: ${known}.`);
    if (!device.available) throw new UsageError(`The device "${name}" cannot be used here: ${device.detail}`);
  }
  return [...names];
}

async function measure(client: Client, device: string, signal: AbortSignal, terminal: Terminal): Promise<void> {
  const bar = terminal.progress();
  try {
    const events = await client.devices.measure({ device }, { signal });
    for await (const event of events) {
      if (event.type === 'progress') bar.update(event.done, event.total, `measuring ${device}`);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    bar.stop();
  }
  signal.throwIfAborted();
}

/** The store, if it is there and of this program's format; measured speeds are all that is wanted of it. */
function openForLooking(workspace: string): Store | null {
  if (!workspaceExists(workspace)) return null;
  try {
    return openStore(workspace, { readOnly: true });
  } catch (error) {
    if (error instanceof WorkspaceError) return null;
    throw error;
  }
}

function printDevices(
  { devices, auto }: { readonly devices: readonly Device[]; readonly auto: string },
  terminal: Terminal,
): void {
  if (terminal.json) {
    return devices.forEach((device) => terminal.event({ ...device, ...(device.preferred && { auto }) }));
  }
  const rows = devices.map((device) => [
    device.name,
    device.available ? (device.preferred ? 'auto' : 'yes') : 'no',
    device.precision,
    stepTime(device, 'small'),
    stepTime(device, 'large'),
    bytes(device.memoryBytes),
    [device.adapter, device.detail].filter(Boolean).join(' · '),
  ]);
  const heading = ['DEVICE', 'USABLE', 'PRECISION', 'SMALL', 'LARGE', 'MEMORY', 'WHAT IT IS'];
  terminal.line(table([heading, ...rows], new Set([3, 4, 5])));
  terminal.line(`\nauto takes ${auto}`);
  if (devices.every(({ speed }) => speed === null)) {
    terminal.line('SMALL and LARGE are the times of a training step: "unroll devices --measure" finds them.');
  }
}

function stepTime({ speed }: Device, size: 'small' | 'large'): string {
  if (!speed) return dash;
  const seconds = speed[size];
  return seconds === null ? 'too slow' : ms(seconds);
}
