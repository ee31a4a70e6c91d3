import { describe, expect, test } from 'vitest';
import type { Change, Run } from '../../../src/api/types.ts';
import { Changes } from '../../../src/main/services/changes.ts';
import type { Stream } from '../../../src/main/services/stream.ts';
import { appendStep, emptyColumns } from '../../../src/main/store/metrics.ts';
import { sampleSteps } from '../store/samples.ts';

const run = (id: string, step: number): Change => ({ type: 'run', run: { id, step } as Run });
const log = (message: string): Change => ({ type: 'log', id: 'a', line: { at: 1, level: 'info', message } });

function steps(id: string, from: number, to: number): Change {
  const columns = emptyColumns();
  for (const step of sampleSteps(from, to)) appendStep(columns, step);
  return { type: 'steps', id, steps: columns };
}

async function unread(watcher: Stream<Change>, changes: Changes): Promise<Change[]> {
  changes.close();
  const read: Change[] = [];
  for await (const change of watcher) read.push(change);
  return read;
}

test('everyone who watches gets what happens from then on', async () => {
  const changes = new Changes();
  changes.publish(log('before'));
  const [a, b] = [changes.watch(), changes.watch()];
  changes.publish(log('after'));
  expect(await unread(a, changes)).toEqual([log('after')]);
  expect(await unread(b, changes)).toEqual([log('after')]);
});

test('who left gets nothing more', async () => {
  const changes = new Changes();
  const abort = new AbortController();
  const [byReturn, bySignal, aborted] = [
    changes.watch(),
    changes.watch(abort.signal),
    changes.watch(AbortSignal.abort()),
  ];
  await byReturn.return();
  abort.abort();
  changes.publish(log('after'));
  for (const watcher of [byReturn, bySignal, aborted]) expect((await watcher.next()).done).toBe(true);
});

describe('for a slow reader', () => {
  test("a run's newer state replaces the older one", async () => {
    const changes = new Changes();
    const watcher = changes.watch();
    for (const change of [run('a', 1), run('b', 1), run('a', 2)]) changes.publish(change);
    expect(await unread(watcher, changes)).toEqual([run('a', 2), run('b', 1)]);
  });

  test('steps of a run are joined, and what others read is not changed', async () => {
    const changes = new Changes();
    const watcher = changes.watch();
    const first = steps('a', 1, 2);
    for (const change of [first, log('x'), steps('a', 3, 4), steps('b', 1, 1)]) changes.publish(change);
    expect(await unread(watcher, changes)).toEqual([steps('a', 1, 4), log('x'), steps('b', 1, 1)]);
    expect(first).toEqual(steps('a', 1, 2));
  });

  test('steps are not joined across a return to an earlier one', async () => {
    const changes = new Changes();
    const watcher = changes.watch();
    const rewound: Change = { type: 'rewound', id: 'a', step: 1 };
    for (const change of [steps('a', 1, 3), rewound, steps('a', 2, 2), steps('a', 3, 3)]) changes.publish(change);
    expect(await unread(watcher, changes)).toEqual([steps('a', 1, 3), rewound, steps('a', 2, 3)]);
  });

  test('very many steps are thinned, and the newest stays', async () => {
    const changes = new Changes();
    const watcher = changes.watch();
    for (let i = 0; i < 10; i++) changes.publish(steps('a', 1 + i * 5_000, (i + 1) * 5_000));
    const [only, ...others] = await unread(watcher, changes);
    expect(others).toEqual([]);
    if (only?.type !== 'steps') throw new Error('not steps');
    expect(only.steps.step.length).toBeLessThanOrEqual(25_000);
    expect(only.steps.step.at(-1)).toBe(50_000);
    expect(only.steps.loss).toHaveLength(only.steps.step.length);
  });

  test('one that never reads is cut off and told to start over', async () => {
    const changes = new Changes();
    const watcher = changes.watch();
    for (let i = 0; i < 3_000; i++) changes.publish(log(`${i}`));
    const read = async () => {
      for await (const _ of watcher);
    };
    await expect(read()).rejects.toThrow(/too far behind/);
  });
});
