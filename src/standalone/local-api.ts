/** What the screen Try asks of a trained run, asked of the engine in the page's worker. */
import type { GenerateEvent, GenerateRequest } from '../api/types.ts';
import type { PageModel } from '../engine/export/html/page-model.ts';
import { standalone as text } from '../renderer/lib/messages/standalone.ts';
import type { AskApi } from '../renderer/lib/client.ts';
import Engine from './engine.ts?worker&inline';
import type { Reply, Request } from './messages.ts';

type Listener = (reply: Reply) => void;

export function localApi(page: PageModel, weights: Uint8Array<ArrayBuffer>): AskApi {
  const engine = start();
  const say = (request: Request, transfer: Transferable[] = []) => engine?.postMessage(request, transfer);
  const listeners = new Map<number, Listener>();
  let next = 0;
  /** Why there is no engine. */
  let broken = engine ? null : text.noEngine;
  engine?.addEventListener('message', ({ data }: MessageEvent<Reply>) => listeners.get(data.id)?.(data));
  // What goes wrong with a request is its reply: this is a worker that could not start.
  engine?.addEventListener('error', () => {
    broken = text.noEngine;
    for (const [id, listener] of listeners) listener({ type: 'failed', id, message: broken });
  });
  say({ type: 'open', page, weights }, [weights.buffer]);

  /** Sends a request; its replies come one by one, until `signal` ends them. */
  async function* replies(request: (id: number) => Request, signal: AbortSignal): AsyncGenerator<Reply, void> {
    const id = next++;
    const waiting: Reply[] = broken === null ? [] : [{ type: 'failed', id, message: broken }];
    let wake: () => void = () => undefined;
    const stop = () => {
      say({ type: 'stop', id });
      wake();
    };
    listeners.set(id, (reply) => {
      waiting.push(reply);
      wake();
    });
    signal.addEventListener('abort', stop, { once: true });
    try {
      say(request(id));
      while (!signal.aborted) {
        const reply = waiting.shift();
        if (reply) yield reply;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      listeners.delete(id);
      signal.removeEventListener('abort', stop);
    }
  }

  async function* events(options: GenerateRequest, signal: AbortSignal): AsyncGenerator<GenerateEvent, void> {
    for await (const reply of replies((id) => ({ type: 'generate', id, options }), signal)) {
      if (reply.type === 'failed') throw new Error(reply.message);
      if (reply.type === 'prediction') continue;
      yield reply;
      if (reply.type === 'done') return;
    }
  }

  return {
    runs: {
      modelInput: async () => {
        const json = page.codec;
        return {
          ...{ labels: json?.labels ?? null, inputColumns: json?.inputColumns ?? [] },
          ...{ targetColumns: json?.targetColumns ?? [], window: json?.window ?? 0, horizon: json?.horizon ?? 0 },
          // The text that it was trained on stays where it is.
          ...{ texts: [], rows: [] },
        };
      },
      predict: async ({ input }, { signal = new AbortController().signal } = {}) => {
        for await (const reply of replies((id) => ({ type: 'predict', id, input }), signal)) {
          if (reply.type === 'failed') throw new Error(reply.message);
          if (reply.type === 'prediction') return reply.prediction;
        }
        throw new DOMException(text.givenUp, 'AbortError');
      },
      generate: async ({ options }, { signal }) => events(options, signal),
    },
  };
}

/** The worker; null in a browser that does not let a page of one file have one. */
function start(): Worker | null {
  try {
    return new Engine();
  } catch {
    return null;
  }
}
