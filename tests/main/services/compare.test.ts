import { describe, expect, onTestFinished, test } from 'vitest';
import { decodeCurves, type CurvesRequest } from '../../../src/api/curves.ts';
import type { Change } from '../../../src/api/types.ts';
import type { SavedView } from '../../../src/api/views.ts';
import { Changes } from '../../../src/main/services/changes.ts';
import { Compare } from '../../../src/main/services/compare.ts';
import { openStore } from '../../../src/main/store/store.ts';
import { sampleEval, sampleRun, sampleSteps } from '../store/samples.ts';
import { temporaryFolder } from '../temporary.ts';

function open() {
  const store = openStore(temporaryFolder());
  const changes = new Changes();
  onTestFinished(() => store.close());
  for (const id of ['a', 'b']) {
    store.write(() => store.runs.insert(sampleRun(id)));
    const { key } = store.runs.get(id)!;
    store.write(() => {
      store.runs.update(key, { startedAt: 5_000 });
      store.metrics.put(key, sampleSteps(1, 1000), id === 'a' ? 100_000 : null);
      store.evals.put(key, sampleEval(500, 1.5));
      store.evals.put(key, sampleEval(1000, 1.2));
      store.evals.put(key, sampleEval(1000, 1.3, 'test'));
    });
  }
  return { store, changes, compare: new Compare(store, changes) };
}

async function curves(compare: Compare, request: Partial<CurvesRequest>) {
  const runs = ['a', 'b'].map((id) => ({ id, from: 0, to: null }));
  const blob = await compare.curves({ runs, x: 'step', quantities: ['loss'], points: 100, ...request });
  return decodeCurves(await blob.arrayBuffer());
}

describe('curves', () => {
  test('come with what is asked for, in buckets, and with the validations', async () => {
    const [a, b] = await curves(open().compare, {});
    expect([a!.id, b!.id]).toEqual(['a', 'b']);
    expect(Object.keys(a!.values)).toEqual(['loss']);
    expect(a!.step.at(-1)).toBe(1000);
    expect(a!.step.length).toBeLessThanOrEqual(203);
    expect(a!.count.reduce((sum, one) => sum + one, 0)).toBe(1000);
    expect(Math.max(...a!.values.loss!.high)).toBe(1);
    expect([...a!.evals.step]).toEqual([500, 1000]);
    expect([...a!.evals.loss]).toEqual([1.5, 1.2]);
    expect(a!.evals.figures.accuracy![1]).toBeCloseTo(0.88, 12);
  });

  test('run along what is asked for; where the clock was not recorded, from when the run started', async () => {
    const { compare } = open();
    const last = async (x: CurvesRequest['x']) => (await curves(compare, { x })).map((one) => one.x.at(-1));
    expect(await last('epoch')).toEqual([100, 100]);
    expect(await last('time')).toEqual([10, 10]);
    expect((await last('tokens')).map((tokens) => Math.round(tokens ?? NaN))).toEqual([10_000, 10_000]);
    expect(await last('clock')).toEqual([100_000, 15_000]);
    expect((await curves(compare, { x: 'tokens' }))[0]!.evals.x[0]).toBeNaN();
  });

  test('of a part are of that part; runs that are gone are left out', async () => {
    const { compare } = open();
    const runs = [
      { id: 'b', from: 100, to: 150 },
      { id: 'gone', from: 0, to: null },
    ];
    const found = await curves(compare, { runs });
    expect(found.map(({ id }) => id)).toEqual(['b']);
    expect(found[0]!.step[0]).toBe(99);
    expect(found[0]!.count.every((count) => count === 1)).toBe(true);
  });
});

describe('views', () => {
  const view: SavedView = {
    id: 'v',
    name: 'mine',
    createdAt: 1,
    state: {
      ...{
        runs: ['a'],
        baseline: null,
        filter: '',
        shows: 'curves',
        charts: [null],
        x: 'step',
        logX: false,
        logY: true,
      },
      ...{ smoothing: 0.5, clip: false, train: true, group: null, band: 'range', color: null, dash: null },
      ...{ allSettings: false, axes: [], scatter: { x: null, y: null } },
    },
  };

  test('are kept, replaced, told of and removed', async () => {
    const { compare, changes } = open();
    const watcher = changes.watch();
    compare.saveView(view);
    compare.saveView({ ...view, name: 'ours' });
    expect(compare.views()).toEqual([{ ...view, name: 'ours' }]);
    compare.removeView('v');
    expect(compare.views()).toEqual([]);
    const told: Change[] = [];
    for (let n = 0; n < 3; n++) told.push((await watcher.next()).value!);
    expect(told.map((change) => change.type === 'views' && change.views.map(({ name }) => name))).toEqual([
      ['mine'],
      ['ours'],
      [],
    ]);
  });
});
