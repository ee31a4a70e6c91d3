import { describe, expect, test } from 'vitest';
import type { SpeedTestEvent } from '../../../../src/api/types.ts';
import type { Api } from '../../../../src/renderer/lib/client.ts';
import { SpeedTests } from '../../../../src/renderer/screens/settings/speed-tests.svelte.ts';

/** Tests that go on when they are told to, by device; leaving one ends it. */
function host() {
  const asked: string[] = [];
  let step: (event: SpeedTestEvent | 'end' | Error) => void = () => {};
  const measure = async ({ device }: { device: string }, { signal }: { signal: AbortSignal }) => {
    asked.push(device);
    return (async function* () {
      for (;;) {
        const event = await new Promise<SpeedTestEvent | 'end' | Error>((resolve, reject) => {
          step = resolve;
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
        if (event === 'end') return;
        if (event instanceof Error) throw event;
        yield event;
      }
    })();
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    api: { devices: { measure } } as unknown as Api,
    asked,
    async tell(event: SpeedTestEvent | 'end' | Error) {
      await settled();
      step(event);
      await settled();
    },
  };
}

describe('speed tests', () => {
  test('go through the devices one after the other, with progress', async () => {
    const { api, asked, tell } = host();
    const tests = new SpeedTests(api);
    const all = tests.measure(['native', 'wasm']);
    void tests.measure(['reference']); // not while others are measured
    await tell({ type: 'progress', done: 2, total: 5 });
    expect([tests.device, tests.progress, tests.waiting]).toEqual(['native', 0.4, ['wasm']]);
    await tell('end');
    expect([tests.device, tests.progress, tests.waiting]).toEqual(['wasm', 0, []]);
    await tell('end');
    await all;
    expect([tests.device, tests.problem, asked]).toEqual([null, null, ['native', 'wasm']]);
  });

  test('end when the person stops them: none that waited begins', async () => {
    const { api, asked, tell } = host();
    const tests = new SpeedTests(api);
    const all = tests.measure(['native', 'wasm']);
    await tell({ type: 'progress', done: 1, total: 5 });
    tests.stop();
    await all;
    expect([tests.device, tests.problem, asked]).toEqual([null, null, ['native']]);
  });

  test('end with the reason when one cannot be done', async () => {
    const { api, asked, tell } = host();
    const tests = new SpeedTests(api);
    const all = tests.measure(['native', 'wasm']);
    await tell(new Error('A run is training.'));
    await all;
    expect([tests.device, tests.problem, asked]).toEqual([null, 'A run is training.', ['native']]);
  });
});
