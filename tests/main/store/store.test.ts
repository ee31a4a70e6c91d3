import Database from 'better-sqlite3';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Sample } from '../../../src/api/types.ts';
import { mostPoints } from '../../../src/main/store/metrics.ts';
import { listRunsSql } from '../../../src/main/store/runs.ts';
import { openStore, type Store } from '../../../src/main/store/store.ts';
import { temporaryFolder } from '../temporary.ts';
import { sampleCorpus, sampleEval, sampleRun, sampleSteps } from './samples.ts';

function open(): { store: Store; folder: string } {
  const folder = temporaryFolder();
  const store = openStore(folder);
  onTestFinished(() => store.close());
  return { store, folder };
}

function insertRun(store: Store, id: string, changes = {}) {
  store.write(() => store.runs.insert(sampleRun(id, changes)));
  return store.runs.get(id)!;
}

describe('runs', () => {
  test('come back as they were put, with their whole configuration', () => {
    const { store } = open();
    const sample = sampleRun('r');
    const run = insertRun(store, 'r');
    expect(run).toMatchObject({
      ...sample,
      status: 'queued',
      step: 0,
      tags: [],
      archived: false,
      checkpointStep: null,
    });
  });

  test('take the eight colours in turn', () => {
    const { store } = open();
    const colors = Array.from({ length: 10 }, (_, i) => insertRun(store, `r${i}`).color);
    expect(colors).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0, 1]);
  });

  test('change only where they are told to', () => {
    const { store } = open();
    const before = insertRun(store, 'r');
    const other = insertRun(store, 's');
    store.write(() =>
      store.runs.update(before.key, { status: 'failed', message: 'no', archived: true, bestLoss: null }),
    );
    expect(store.runs.get('r')).toEqual({ ...before, status: 'failed', message: 'no', archived: true });
    expect(store.runs.get('s')).toEqual(other);
  });

  test('are listed newest first, without the deleted, with tags and the checkpoint they can go on from', () => {
    const { store } = open();
    const a = insertRun(store, 'a', { createdAt: 1 });
    const b = insertRun(store, 'b', { createdAt: 2 });
    const c = insertRun(store, 'c', { createdAt: 3 });
    store.write(() => {
      store.runs.setTags(a.key, ['small', 'old']);
      store.runs.update(b.key, { deletedAt: 5 });
      store.checkpoints.put(c.key, { kind: 'best', step: 10, file: 'best' });
      store.checkpoints.put(c.key, { kind: 'last', step: 20, file: 'last' });
    });
    expect(store.runs.list().map(({ id, tags, checkpointStep }) => ({ id, tags, checkpointStep }))).toEqual([
      { id: 'c', tags: [], checkpointStep: 20 },
      { id: 'a', tags: ['old', 'small'], checkpointStep: null },
    ]);
    expect(store.runs.deleted().map(({ id }) => id)).toEqual(['b']);
  });

  test('wait in the order they were queued', () => {
    const { store } = open();
    const a = insertRun(store, 'a', { createdAt: 1 });
    insertRun(store, 'b', { createdAt: 2 });
    store.write(() => store.runs.update(a.key, { queuedAt: 3 }));
    expect(store.runs.nextQueued()?.id).toBe('b');
  });

  test('go with everything recorded of them', () => {
    const { store, folder } = open();
    const run = insertRun(store, 'r');
    store.addSteps(run, sampleSteps(1, 3));
    store.write(() => {
      store.evals.put(run.key, sampleEval(3, 1));
      store.samples.put(run.key, { step: 3, text: 'x', detail: null });
      store.log.add(run.key, { at: 1, level: 'info', message: 'x' });
      store.checkpoints.put(run.key, { kind: 'last', step: 3, file: 'f' });
      store.runs.setTags(run.key, ['t']);
    });
    store.write(() => store.runs.purge(run.key));
    const raw = new Database(join(folder, 'workspace.db'), { readonly: true });
    for (const table of ['runs', 'metrics', 'evals', 'samples', 'log', 'checkpoints', 'tags']) {
      expect(raw.prepare(`SELECT count(*) FROM ${table}`).pluck().get(), table).toBe(0);
    }
    raw.close();
  });

  test('10,000 of them are listed by an index: nothing is sorted, nothing scanned twice', () => {
    const { store, folder } = open();
    store.write(() => {
      for (let i = 0; i < 10_000; i++) store.runs.insert(sampleRun(`r${i}`, { createdAt: i }));
    });
    expect(store.runs.list()).toHaveLength(10_000);
    const raw = new Database(join(folder, 'workspace.db'), { readonly: true });
    const plan = raw.prepare(`EXPLAIN QUERY PLAN ${listRunsSql}`).all() as { detail: string }[];
    raw.close();
    const details = plan.map(({ detail }) => detail).join('\n');
    expect(details).toMatch(/runs USING INDEX runs_listed/);
    expect(details).toMatch(/SEARCH checkpoints USING PRIMARY KEY \(run=\? AND kind=\?\)/);
    expect(details).not.toMatch(/TEMP B-TREE/);
  });
});

describe('metrics', () => {
  test('are written together with the next thing recorded', () => {
    const { store } = open();
    const run = insertRun(store, 'r');
    store.addSteps(run, sampleSteps(1, 3));
    store.addSteps(run, sampleSteps(4, 4));
    expect(store.metrics.read(run.key).step).toEqual([]);
    store.write(() => store.samples.put(run.key, { step: 4, text: 'x', detail: null }));
    expect(store.metrics.read(run.key).step).toEqual([1, 2, 3, 4]);
    expect(store.runs.get('r')).toMatchObject({ step: 4, epoch: 0.4, trainLoss: 0.25, elapsed: 0.04 });
  });

  test('give the speed of the whole run, not of its last moment', () => {
    const { store } = open();
    const run = insertRun(store, 'r');
    const [step] = sampleSteps(1, 1);
    const steps = [
      { ...step!, step: 1, tokensPerSecond: 100, elapsed: 3 },
      { ...step!, step: 2, tokensPerSecond: 500, elapsed: 4 },
      { ...step!, step: 3, tokensPerSecond: 1000, elapsed: 5 },
    ];
    for (const one of steps) {
      store.addSteps(run, [one]);
      store.flush();
    }
    const mean = (3 * 100 + 500 + 1000) / 5;
    expect(store.runs.get('r')!.tokensPerSecond).toBeCloseTo(mean, 9);
    const together = insertRun(store, 's');
    store.addSteps(together, steps);
    store.flush();
    expect(store.runs.get('s')!.tokensPerSecond).toBeCloseTo(mean, 9);
  });

  test('are written within half a second by themselves', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { store } = open();
    const run = insertRun(store, 'r');
    const flushed: string[] = [];
    store.listener = { flushed: (id) => flushed.push(id), flushFailed: () => {} };
    store.addSteps(run, sampleSteps(1, 2));
    vi.advanceTimersByTime(400);
    store.addSteps(run, sampleSteps(3, 3));
    expect(store.metrics.last(run.key)).toBeNull();
    vi.advanceTimersByTime(100);
    expect(store.metrics.last(run.key)?.step).toBe(3);
    expect(flushed).toEqual(['r']);
  });

  test('are written when the store closes', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const run = insertRun(store, 'r');
    store.addSteps(run, sampleSteps(1, 2));
    store.close();
    const again = openStore(folder);
    expect(again.metrics.last(run.key)?.step).toBe(2);
    again.close();
  });

  test('that could not be written wait, and are tried again', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { store } = open();
    const run = insertRun(store, 'r');
    let failures = 0;
    store.listener = { flushed: () => {}, flushFailed: () => failures++ };
    const put = vi.spyOn(store.metrics, 'put').mockImplementation(() => {
      throw new Error('database or disk is full');
    });
    store.addSteps(run, sampleSteps(1, 2));
    vi.advanceTimersByTime(1_000);
    expect(failures).toBe(2);
    put.mockRestore();
    vi.advanceTimersByTime(500);
    expect(store.metrics.read(run.key).step).toEqual([1, 2]);
  });

  test('come back as they were put', () => {
    const { store } = open();
    const run = insertRun(store, 'r');
    const [first] = sampleSteps(1, 1);
    store.addSteps(run, [first!]);
    store.flush();
    expect(store.metrics.last(run.key)).toEqual(first);
    expect(store.metrics.read(run.key)).toEqual({
      step: [first!.step],
      epoch: [first!.epoch],
      loss: [first!.loss],
      gradNorm: [first!.gradNorm],
      learningRate: [first!.learningRate],
      tokensPerSecond: [first!.tokensPerSecond],
      elapsed: [first!.elapsed],
    });
  });

  test('of a long run are read thinned, evenly, with the last step', () => {
    const { store } = open();
    const run = insertRun(store, 'r');
    const count = 2 * mostPoints + 1;
    store.addSteps(run, sampleSteps(1, count));
    store.flush();
    const { step } = store.metrics.read(run.key);
    expect(step.length).toBeLessThanOrEqual(mostPoints);
    expect(step.slice(0, 3)).toEqual([3, 6, 9]);
    expect(step.at(-1)).toBe(count);
  });

  test('after a step can be taken back', () => {
    const { store } = open();
    const run = insertRun(store, 'r');
    store.addSteps(run, sampleSteps(1, 5));
    store.write(() => store.metrics.deleteAfter(run.key, 3));
    expect(store.metrics.read(run.key).step).toEqual([1, 2, 3]);
  });
});

describe('figures of a run', () => {
  test('come back as they were put, and can be taken back', () => {
    const { store } = open();
    const run = insertRun(store, 'r');
    expect(run).toMatchObject({ validFigures: null, bestFigures: null, testFigures: null });
    const figures = { validFigures: { accuracy: 0.5 }, bestFigures: { rmse: 1e-300 }, testFigures: {} };
    store.write(() => store.runs.update(run.key, figures));
    expect(store.runs.get('r')).toEqual({ ...run, ...figures });
    store.write(() => store.runs.update(run.key, { testFigures: null }));
    expect(store.runs.get('r')).toEqual({ ...run, ...figures, testFigures: null });
  });
});

describe('evaluations', () => {
  test('come back as they were put; of older ones only the figures stay, but of the best everything', () => {
    const { store } = open();
    const run = insertRun(store, 'r');
    const losses = [5, 2, 4, 2, 3];
    store.write(() => losses.forEach((loss, i) => store.evals.put(run.key, sampleEval(i + 1, loss))));
    store.write(() => store.evals.put(run.key, sampleEval(5, 9, 'test')));
    const whole = (step: number) => sampleEval(step, losses[step - 1]!);
    expect(store.evals.read(run.key)).toEqual([
      { ...whole(1), metrics: null },
      whole(2),
      { ...whole(3), metrics: null },
      { ...whole(4), metrics: null },
      whole(5),
      sampleEval(5, 9, 'test'),
    ]);
  });

  test('of one run leave those of another alone', () => {
    const { store } = open();
    const [a, b] = [insertRun(store, 'a'), insertRun(store, 'b')];
    store.write(() => store.evals.put(a.key, sampleEval(1, 1)));
    store.write(() => [2, 3].forEach((step) => store.evals.put(b.key, sampleEval(step, 1 / step))));
    expect(store.evals.read(a.key)).toEqual([sampleEval(1, 1)]);
  });

  test('of a language model have bits per character and nothing more', () => {
    const { store } = open();
    const run = insertRun(store, 'r');
    const evaluation = { ...sampleEval(1, 1), bitsPerCharacter: 1.5, figures: {}, metrics: null };
    store.write(() => store.evals.put(run.key, evaluation));
    expect(store.evals.read(run.key)).toEqual([evaluation]);
  });
});

test('samples come back as they were put, with and without detail', () => {
  const { store } = open();
  const run = insertRun(store, 'r');
  const samples: Sample[] = [
    { step: 1, text: 'as text', detail: null },
    {
      step: 2,
      text: 'with answers',
      detail: { kind: 'answers', answers: [{ input: 'a', expected: null, answer: '"b"', right: null }] },
    },
  ];
  store.write(() => samples.forEach((sample) => store.samples.put(run.key, sample)));
  expect(store.samples.read(run.key)).toEqual(samples);
});

describe('corpora', () => {
  test('come back as they were put', () => {
    const { store } = open();
    store.write(() => store.corpora.insert(sampleCorpus('c')));
    expect(store.corpora.get('c')).toEqual(sampleCorpus('c'));
    expect(store.corpora.list()).toEqual([sampleCorpus('c')]);
  });

  test('know whether a text is still needed, by a corpus or a run, deleted or not', () => {
    const { store } = open();
    expect(store.corpora.isTextUsed('hash')).toBe(false);
    store.write(() => store.corpora.insert(sampleCorpus('c', { deletedAt: 1 })));
    expect(store.corpora.isTextUsed('hash')).toBe(true);
    store.write(() => store.corpora.purge('c'));
    expect(store.corpora.isTextUsed('hash')).toBe(false);
    insertRun(store, 'r', { corpusHash: 'other', validHash: 'hash' });
    expect(store.corpora.isTextUsed('hash')).toBe(true);
  });

  test.each([
    'corpusHash',
    'targetHash',
    'validHash',
    'validTargetHash',
    'testHash',
    'testTargetHash',
    'vectorsHash',
  ] as const)('are needed by a run as its %s', (field) => {
    const { store } = open();
    const run = insertRun(store, 'r', { corpusHash: 'other', [field]: 'hash' });
    expect(run[field]).toBe('hash');
    expect(store.corpora.isTextUsed('hash')).toBe(true);
    expect(store.corpora.isTextUsed('another')).toBe(false);
  });
});

test('what fails in the middle of a transaction leaves nothing', () => {
  const { store } = open();
  expect(() =>
    store.write(() => {
      store.runs.insert(sampleRun('r'));
      throw new Error('a fault');
    }),
  ).toThrow('a fault');
  expect(store.runs.get('r')).toBeNull();
});
