/** The engine at its end of a message port: see port.ts. */
import type { Devices } from './kernels/devices.ts';
import { PortFiles } from './port-files.ts';
import type { FromEngine, ToEngine } from './port.ts';
import { serveEngine } from './process.ts';

/** A MessagePort, as much of it as is needed. */
export interface EnginePort {
  postMessage(message: FromEngine): void;
  onmessage: ((event: { data: ToEngine }) => void) | null;
}

/** Serves commands that come through the port until it is closed. @param clock seconds, monotonic */
export function servePort(port: EnginePort, devices: Devices, clock: () => number): void {
  const files = new PortFiles((id, request) => port.postMessage({ kind: 'file', id, request }));
  const handle = serveEngine({ files, devices, clock, send: (event) => port.postMessage({ kind: 'event', event }) });
  port.onmessage = ({ data }) => {
    if (data.kind === 'command') handle(data.command);
    else files.answered(data);
  };
}
