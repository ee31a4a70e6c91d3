/** The page's worker: it computes, so that the page never stands still. One request after the other. */
import { openPageModel } from '../engine/export/html/page-model.ts';
import type { GenerateOptions } from '../engine/protocol.ts';
import type { Reply, Request } from './messages.ts';
import { Model } from './model.ts';

/** Milliseconds of writing after which messages are looked at, and what was written is told. */
const turn = 30;

const say = (reply: Reply) => postMessage(reply);
const stopped = new Set<number>();
let model: Promise<Model> = Promise.reject(new Error('No model was opened.'));
model.catch(() => undefined);
let last: Promise<void> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  if (data.type === 'open') {
    model = (async () => new Model(openPageModel(data.page, data.weights)))();
    model.catch(() => undefined); // whoever asks is told
  } else if (data.type === 'stop') {
    stopped.add(data.id);
  } else {
    last = last.then(() => answer(data));
  }
});

async function answer(request: Exclude<Request, { readonly type: 'open' | 'stop' }>): Promise<void> {
  const { id } = request;
  try {
    if (stopped.has(id)) return;
    if (request.type === 'generate') await write(id, request.options);
    else say({ type: 'prediction', id, prediction: await (await model).answer(request.input) });
  } catch (error) {
    say({ type: 'failed', id, message: error instanceof Error ? error.message : String(error) });
  } finally {
    stopped.delete(id);
  }
}

async function write(id: number, options: GenerateOptions): Promise<void> {
  const opened = await model;
  const characters = opened.unknown(options.prompt);
  if (characters.length > 0) say({ type: 'unknown', id, characters });
  const started = performance.now();
  let told = started;
  let pending = '';
  let count = 0;
  for await (const piece of opened.write(options)) {
    pending += piece;
    count++;
    if (performance.now() - told < turn) continue;
    say({ type: 'text', id, text: pending, count });
    pending = '';
    await nextTurn();
    if (stopped.has(id)) break;
    told = performance.now();
  }
  if (pending) say({ type: 'text', id, text: pending, count });
  say({ type: 'done', id, tokensPerSecond: count / Math.max(1e-3, (performance.now() - started) / 1000) });
}

/** Lets messages in; a timer would wait for at least four milliseconds. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
