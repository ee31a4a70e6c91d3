/** Ctrl-C (SIGINT) and SIGTERM: the first asks the work to end well, the second ends the program at once. */
import { exitCodes } from './errors.ts';

export interface Interrupts {
  /** What the first signal does from now on. */
  onFirst(react: () => void): void;
  /** Back to how the system handles the signals. */
  release(): void;
}

export function catchInterrupts(): Interrupts {
  let react = () => {};
  let asked = false;
  const listener = () => {
    if (asked) process.exit(exitCodes.interrupted);
    asked = true;
    react();
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return {
    onFirst(next) {
      react = next;
      // It came before this was ready for it.
      if (asked) react();
    },
    release() {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    },
  };
}
