/** The engine process in Electron: a utility process, which starts with the app's own Node. */
import { utilityProcess } from 'electron';
import type { EngineChannel } from '../../services/engine-channel.ts';

const keptStderr = 4_000; // characters

/** @param entry path of the built engine process */
export function forkEngineUtility(entry: string): EngineChannel {
  const child = utilityProcess.fork(entry, [], {
    serviceName: 'Unroll engine',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  const keep = (text: string) => (stderr = (stderr + text).slice(-keptStderr));
  child.stderr?.on('data', (chunk: Buffer) => keep(chunk.toString()));
  child.on('error', (type, location) => keep(`${type} at ${location}\n`));
  return {
    send: (command) => child.postMessage(command),
    onEvent: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.once('exit', (code) => listener({ code, signal: null, stderr })),
    kill() {
      // `child.kill()` asks; this does not. Before it has a process id there is nothing to end but the attempt.
      if (child.pid === undefined) child.kill();
      else process.kill(child.pid, 'SIGKILL');
    },
  };
}
