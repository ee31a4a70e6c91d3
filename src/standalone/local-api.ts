/** What the screen Try asks of a trained run, answered by the engine in the page itself. */
import type { GenerateEvent } from '../api/types.ts';
import type { OpenedModel } from '../engine/export/html/page-model.ts';
import { Generator } from '../engine/inference/generator.ts';
import { predict } from '../engine/inference/predict.ts';
import type { Kernels } from '../engine/kernels/kernels.ts';
import { createReferenceKernels } from '../engine/kernels/reference/index.ts';
import { modelParameters } from '../engine/model/parameter-specs.ts';
import { ParameterSet } from '../engine/model/parameters.ts';
import type { GenerateOptions } from '../engine/protocol.ts';
import type { AskApi } from '../renderer/lib/client.ts';

/** Milliseconds of computing after which the page may draw and hear its person. */
const turn = 12;

/** @throws Error when a parameter is missing, or has another shape than the network's */
export function localApi(model: OpenedModel): AskApi {
  const { page, codec, tokenizer } = model;
  const { architecture } = page.config;
  const kernels = createReferenceKernels();
  const polite: Kernels = { ...kernels, read: readInTurns(kernels) };
  const parameters = new ParameterSet(polite, modelParameters(architecture, page.sizes), false);
  parameters.write(parameters.values, (name) => {
    const found = model.parameters.get(name);
    if (!found) throw new Error(`This page's model lacks "${name}".`);
    return found;
  });
  const generator = tokenizer && new Generator(polite, architecture, tokenizer, parameters);

  async function* events(options: GenerateOptions, signal: AbortSignal): AsyncGenerator<GenerateEvent> {
    if (!generator || !tokenizer) throw new Error('This model answers questions; it does not go on with a text.');
    const characters = tokenizer.unknown(options.prompt);
    if (characters.length > 0) yield { type: 'unknown', characters };
    const started = performance.now();
    let count = 0;
    for await (const text of generator.generate(options)) {
      if (signal.aborted) return;
      yield { type: 'text', text, count: ++count };
    }
    yield { type: 'done', tokensPerSecond: count / Math.max(1e-3, (performance.now() - started) / 1000) };
  }

  return {
    runs: {
      modelInput: async () => {
        const json = codec?.json;
        return {
          ...{ labels: json?.labels ?? null, inputColumns: json?.inputColumns ?? [] },
          ...{ targetColumns: json?.targetColumns ?? [], window: json?.window ?? 0, horizon: json?.horizon ?? 0 },
          // The text that it was trained on stays where it is.
          ...{ texts: [], rows: [] },
        };
      },
      predict: async ({ input }) => {
        if (!codec) throw new Error('This model goes on with a text; it answers no questions.');
        return predict({ kernels: polite, architecture, codec, parameters }, input);
      },
      generate: async ({ options }, { signal }) => events(options, signal),
    },
  };
}

/** Reading waits for the next turn of the page's loop where this one has taken long. */
function readInTurns({ read }: Kernels): Kernels['read'] {
  let began = performance.now();
  return async (source, count) => {
    if (performance.now() - began >= turn) {
      await nextTurn();
      began = performance.now();
    }
    return read(source, count);
  };
}

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** Timers would wait for at least four milliseconds. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}
