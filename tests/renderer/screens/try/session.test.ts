import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GenerateRequest } from '../../../../src/api/types.ts';
import type { Api } from '../../../../src/renderer/lib/client.ts';
import { pieces } from '../../../../src/renderer/screens/try/pieces.ts';
import { Generation } from '../../../../src/renderer/screens/try/session.svelte.ts';
import { run } from '../../harness/fake-data.ts';

type Event = Awaited<ReturnType<Api['runs']['generate']>> extends AsyncIterable<infer E> ? E : never;

const request: GenerateRequest = { prompt: 'RO', length: 3, temperature: 1, topK: null, topP: null, seed: 1 };

/** An API that can only generate; what it yields is up to the test. */
function api(generate: (signal: AbortSignal) => AsyncGenerator<Event, void>): Api {
  const call = (_: unknown, { signal }: { signal: AbortSignal }) => Promise.resolve(generate(signal));
  return { runs: { generate: call } } as unknown as Api;
}

describe('Generation', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('gathers the text, what the vocabulary lacks, and the speed', async () => {
    const generation = new Generation(1, run(0), request);
    await generation.write(
      api(async function* () {
        yield { type: 'text', text: 'ME', count: 2 };
        yield { type: 'text', text: 'O', count: 3 };
        yield { type: 'unknown', characters: ['é'] };
        yield { type: 'done', tokensPerSecond: 1234 };
      }),
    );
    const { text, count, unknown, state, tokensPerSecond } = generation;
    expect({ text, count, unknown, state, tokensPerSecond }).toEqual({
      text: 'MEO',
      count: 3,
      unknown: ['é'],
      state: 'done',
      tokensPerSecond: 1234,
    });
  });

  it('shows what there is while it is being written', async () => {
    const generation = new Generation(1, run(0), request);
    let go = () => undefined as void;
    const written = generation.write(
      api(async function* () {
        yield { type: 'text', text: 'M', count: 1 };
        await new Promise<void>((resolve) => (go = resolve));
        yield { type: 'done', tokensPerSecond: 1 };
      }),
    );
    await vi.advanceTimersByTimeAsync(100);
    expect([generation.text, generation.state]).toEqual(['M', 'writing']);
    go();
    await written;
    expect(generation.state).toBe('done');
  });

  it('keeps what was written when it is stopped', async () => {
    const generation = new Generation(1, run(0), request);
    await generation.write(
      api(async function* (signal) {
        yield { type: 'text', text: 'M', count: 1 };
        generation.stop();
        signal.throwIfAborted();
      }),
    );
    expect([generation.text, generation.state, generation.problem]).toEqual(['M', 'stopped', null]);
  });

  it('says why it failed', async () => {
    const generation = new Generation(1, run(0), request);
    await generation.write(
      // eslint-disable-next-line require-yield
      api(async function* () {
        throw new Error('The checkpoint is gone.');
      }),
    );
    expect([generation.state, generation.problem]).toEqual(['failed', 'The checkpoint is gone.']);
  });
});

describe('pieces', () => {
  it('cut a text so that only the last changes as it grows', () => {
    expect(pieces('abcdefg', 3)).toEqual(['abc', 'def', 'g']);
    expect(pieces('abcdefgh', 3).slice(0, 2)).toEqual(pieces('abcdefg', 3).slice(0, 2));
    expect(pieces('', 3)).toEqual([]);
  });
  it('do not cut a character in two', () => {
    expect(pieces('ab😀cd', 3)).toEqual(['ab😀', 'cd']);
  });
});
