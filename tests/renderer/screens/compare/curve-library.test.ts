import { expect, test, vi } from 'vitest';
import { CurveLibrary } from '../../../../src/renderer/screens/compare/curve-library.svelte.ts';
import { FakeHost } from '../../harness/fake-host.ts';

function library(runs: number) {
  const host = new FakeHost({ runs, corpora: 1, train: false, fail: null, slow: false });
  const asked: { runs: number; points: number }[] = [];
  const shown: number[] = [];
  const api = {
    ...host.api,
    compare: {
      ...host.api.compare,
      curves: async (...[request]: Parameters<typeof host.api.compare.curves>) => {
        asked.push({ runs: request.runs.length, points: request.points });
        shown.push(made.curves.size);
        return host.api.compare.curves(request);
      },
    },
  } as typeof host.api;
  const made: CurveLibrary = new CurveLibrary(api);
  return { made, ids: [...host.runs.keys()], asked, shown };
}

const want = (ids: readonly string[]) => ({ ids, x: 'step' as const, quantities: ['loss' as const], zoom: null });

test('few curves come at once as finely as the screen shows them', async () => {
  const { made, ids, asked } = library(3);
  made.want(want(ids));
  await vi.waitUntil(() => !made.loading);
  expect(asked).toEqual([{ runs: 3, points: 750 }]);
  expect(made.curves.size).toBe(3);
});

test('many curves are shown roughly before the finer ones are asked for', async () => {
  const { made, ids, asked, shown } = library(30);
  made.want(want(ids));
  await vi.waitUntil(() => !made.loading);
  expect(asked).toEqual([
    { runs: 30, points: 180 },
    { runs: 30, points: 750 },
  ]);
  expect(shown).toEqual([0, 30]);
});
