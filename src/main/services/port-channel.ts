/** An engine behind a message port (engine/port.ts) as engine processes are reached: commands in, events out, its files answered here. */
import type { FromEngine, ToEngine } from '../../engine/port.ts';
import type { EngineChannel, EngineExit } from './engine-channel.ts';
import { JobFiles } from './job-files.ts';

/** Our end of the port, and what is behind it. */
export interface EngineWorld {
  post(message: ToEngine): void;
  onMessage(listener: (message: FromEngine) => void): void;
  /** Called once, when what is behind the port is gone. */
  onExit(listener: (exit: EngineExit) => void): void;
  /** Ends it at once. */
  kill(): void;
}

export function channelTo(world: EngineWorld): EngineChannel {
  const files = new JobFiles();
  return {
    send(command) {
      if (!isControl(command.type)) files.allow(command);
      world.post({ kind: 'command', command });
    },
    onEvent(listener) {
      world.onMessage((message) => {
        if (message.kind === 'event') return listener(message.event);
        const { id, request } = message;
        files.answer(request).then(
          (answer) => world.post({ kind: 'answer', id, answer }),
          (error: NodeJS.ErrnoException) =>
            world.post({ kind: 'refused', id, message: error.message, code: error.code ?? null }),
        );
      });
    },
    onExit: (listener) =>
      world.onExit((exit) => {
        void files.close();
        listener(exit);
      }),
    kill: () => world.kill(),
  };
}

/** What is said to a job under way, and begins none. */
function isControl(type: string): boolean {
  return ['pause', 'continue', 'stop', 'cancel'].includes(type);
}
