/** The page of Electron's hidden window in this browser: what main does there with a MessagePort goes over Playwright's bridge here. */
import type { Page } from '@playwright/test';
import type { FromEngine, ToEngine } from '../../src/engine/port.ts';
import type { EngineChannel, EngineExit } from '../../src/main/services/engine-channel.ts';
import { channelTo } from '../../src/main/services/port-channel.ts';
import { ENGINE_PORT_MESSAGE } from '../../src/preload/engine-port.ts';

/** What the bridge carries is JSON: bytes go as base64. */
function encode(message: ToEngine): string {
  return JSON.stringify(message, (_, value: unknown) =>
    value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
  );
}

function decode(text: string): FromEngine {
  const revive = (_: string, value: { base64?: unknown } | null) =>
    typeof value?.base64 === 'string' ? new Uint8Array(Buffer.from(value.base64, 'base64')) : value;
  return JSON.parse(text, revive) as FromEngine;
}

/** Opens the engine's page in a fresh page of the browser. @param open makes that page and goes to engine.html */
export function engineInPage(open: () => Promise<Page>): EngineChannel {
  let listen: (message: FromEngine) => void = () => {};
  let end: (exit: EngineExit) => void = () => {};
  const ended = new Promise<EngineExit>((resolve) => (end = resolve));
  const opened = open().then(async (page) => {
    page.on('close', () => end({ code: 0, signal: null, stderr: '' }));
    page.on('crash', () => end({ code: 1, signal: null, stderr: 'crashed' }));
    await page.exposeFunction('fromEngine', (text: string) => listen(decode(text)));
    await page.evaluate((name) => {
      const { port1, port2 } = new MessageChannel();
      const bridge = window as unknown as { fromEngine(text: string): void; toEngine(text: string): void };
      port1.onmessage = ({ data }) =>
        bridge.fromEngine(
          JSON.stringify(data, (_, value: unknown) =>
            value instanceof Uint8Array
              ? { base64: btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join('')) }
              : value,
          ),
        );
      bridge.toEngine = (text) =>
        port1.postMessage(
          JSON.parse(text, (_, value: { base64?: unknown } | null) =>
            typeof value?.base64 === 'string'
              ? Uint8Array.from(atob(value.base64), (character) => character.charCodeAt(0))
              : value,
          ),
        );
      window.postMessage(name, '*', [port2]);
    }, ENGINE_PORT_MESSAGE);
    return page;
  });
  opened.catch((error: Error) => end({ code: null, signal: null, stderr: error.message }));

  // One after the other, in the order in which they were sent.
  let sent: Promise<unknown> = opened;
  return channelTo({
    post(message) {
      const post = (page: Page) =>
        page.evaluate(
          (text) => (window as unknown as { toEngine(text: string): void }).toEngine(text),
          encode(message),
        );
      sent = Promise.all([opened, sent])
        .then(([page]) => post(page))
        .catch(() => undefined);
    },
    onMessage: (listener) => (listen = listener),
    onExit: (listener) => void ended.then(listener),
    kill: () => void opened.then((page) => page.close()).catch(() => undefined),
  });
}
