import { expect, it } from 'vitest';
import { pack } from '../../../../src/api/inside.ts';
import type { Change } from '../../../../src/api/types.ts';
import type { Workspace } from '../../../../src/renderer/lib/workspace.svelte.ts';
import { Live } from '../../../../src/renderer/screens/inside/live.svelte.ts';

const whole = { lags: Int32Array.of(0), flows: [], updates: [], radii: [], histograms: [] };
const look = (step: number, gradNorm = 1) => pack({ step, gradNorm, ...whole });

/** A workspace whose recorded looks arrive when `answer` is called. */
function workspaceOf() {
  const listeners = new Set<(change: Change) => void>();
  const { promise, resolve: answer, reject: refuse } = Promise.withResolvers<string[]>();
  const workspace = {
    api: { inside: { live: () => promise } },
    onChange: (listener: (change: Change) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Workspace;
  const send = (change: Change) => listeners.forEach((listener) => listener(change));
  return { workspace, answer, refuse, send, listeners };
}

const settled = async (done: () => boolean) => {
  while (!done()) await Promise.resolve();
};

it('what comes while the recorded looks are on their way is not lost, nor there twice', async () => {
  const { workspace, answer, send, listeners } = workspaceOf();
  const live = new Live();
  const stop = live.follow(workspace, 'a');
  send({ type: 'live-look', id: 'a', look: look(3) });
  send({ type: 'live-look', id: 'b', look: look(9) });
  answer([look(1), look(2), look(3)]);
  await settled(() => live.looks.length === 3);
  send({ type: 'live-look', id: 'a', look: look(5) });
  expect(live.looks.map(({ step }) => step)).toEqual([1, 2, 3, 5]);
  stop();
  expect(listeners.size).toBe(0);
});

it('goes back with a run that is resumed from a checkpoint', async () => {
  const { workspace, answer, send } = workspaceOf();
  const live = new Live();
  live.follow(workspace, 'a');
  answer([look(1), look(4), look(7)]);
  await settled(() => live.looks.length === 3);
  send({ type: 'rewound', id: 'b', step: 0 });
  send({ type: 'rewound', id: 'a', step: 4 });
  send({ type: 'live-look', id: 'a', look: look(6, 2) });
  expect(live.looks.map(({ step, gradNorm }) => [step, gradNorm])).toEqual([
    [1, 1],
    [4, 1],
    [6, 2],
  ]);
});

it('looks of an earlier version have no radii and histograms', async () => {
  const { workspace, answer } = workspaceOf();
  const live = new Live();
  live.follow(workspace, 'a');
  answer([JSON.stringify({ step: 1, gradNorm: 1, flows: [], updates: [] })]);
  await settled(() => live.looks.length === 1);
  expect(live.looks[0]).toMatchObject({ radii: [], histograms: [] });
});

it('says why nothing could be loaded', async () => {
  const { workspace, refuse } = workspaceOf();
  const live = new Live();
  live.follow(workspace, 'a');
  refuse(new Error('It no longer exists.'));
  await settled(() => live.problem !== null);
  expect(live.problem).toBe('It no longer exists.');
});
