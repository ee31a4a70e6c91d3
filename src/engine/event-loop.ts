/** Giving the event loop a turn without a timer: hidden windows slow timers down, and Node rounds them up to a millisecond. */

/** A function whose promise is settled one event-loop turn later, after messages that have arrived are handled. */
export function eventLoopTurns(): { turn(): Promise<void>; close(): void } {
  // Node hands a port up to a thousand messages in a row before anything else: what is posted by a job that goes on between
  // two of them would keep "stop" waiting for as many steps. `setImmediate`, where there is one, comes after everything else.
  const { setImmediate } = globalThis as { setImmediate?: (then: () => void) => unknown };
  if (setImmediate) {
    return { turn: () => new Promise<void>((resolve) => void setImmediate(resolve)), close: () => {} };
  }
  const { port1, port2 } = new MessageChannel();
  let settle: () => void = () => {};
  port1.onmessage = () => settle();
  return {
    turn: () =>
      new Promise<void>((resolve) => {
        settle = resolve;
        port2.postMessage(null);
      }),
    close: () => port1.close(),
  };
}
