/**
 * Entry of the engine process, under Node (`child_process.fork`) and Electron (`utilityProcess.fork`): gives the engine its files,
 * its devices and a way to talk. When main is gone, so is this process: a run without anyone to store it is only heat.
 */
import { constants, setPriority } from 'node:os';
import { isStray } from '../engine/documents/stray.ts';
import { Devices } from '../engine/kernels/devices.ts';
import { serveEngine } from '../engine/process.ts';
import type { EngineCommand, EngineEvent } from '../engine/protocol.ts';
import { nodeDevices } from './devices.ts';
import { nodeFiles } from './files.ts';

/** What Electron adds to `process` in a utility process. */
interface ParentPort {
  on(event: 'message', listener: (message: { data: EngineCommand }) => void): void;
  postMessage(event: EngineEvent): void;
}

const { parentPort } = process as NodeJS.Process & { parentPort?: ParentPort };

// Training may use every core; what a person does in a window goes first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const handle = serveEngine({
  files: nodeFiles(),
  devices: new Devices(nodeDevices()),
  clock: () => performance.now() / 1000,
  send: (event) => {
    if (parentPort) parentPort.postMessage(event);
    else if (process.connected) process.send!(event);
  },
});

if (parentPort) {
  parentPort.on('message', ({ data }) => handle(data));
} else {
  process.on('message', handle);
  process.on('disconnect', () => process.exit());
}

process.on('unhandledRejection', (reason) => {
  if (!isStray(reason)) throw reason;
});

// A Ctrl-C in a terminal goes to every process that it started. Main decides what it means, and this process ends with main.
process.on('SIGINT', () => {});
