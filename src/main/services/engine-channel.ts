/** One engine process as its host reaches it, and how it is started under Node. */
import { fork } from 'node:child_process';
import type { EngineCommand, EngineEvent } from '../../engine/protocol.ts';

export interface EngineExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last of what it wrote to stderr, for the log. */
  readonly stderr: string;
}

export interface EngineChannel {
  send(command: EngineCommand): void;
  onEvent(listener: (event: EngineEvent) => void): void;
  /** Called once, also when the process could not be started. */
  onExit(listener: (exit: EngineExit) => void): void;
  /** Ends the process at once, whatever it does. */
  kill(): void;
}

const keptStderr = 4_000; // characters

/** Starts an engine process with Node. @param entry path of src/main/engine-process.ts, or of what it was built into */
export function forkEngine(entry: string): EngineChannel {
  const child = fork(entry, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Options of the program that this one is (a debugger's port, --eval) are not for the engine.
    execArgv: [],
  });
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-keptStderr)));
  return {
    send: (command) => {
      // A process that is gone cannot be told anything; `onExit` says so.
      if (child.connected) child.send(command, () => {});
    },
    onEvent: (listener) => void child.on('message', (event) => listener(event as EngineEvent)),
    onExit: (listener) => {
      let exited = false;
      const exit = (code: number | null, signal: string | null, reason = '') => {
        if (exited) return;
        exited = true;
        listener({ code, signal, stderr: stderr + reason });
      };
      child.on('close', (code, signal) => exit(code, signal));
      child.on('error', (error) => exit(null, null, error.message));
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
