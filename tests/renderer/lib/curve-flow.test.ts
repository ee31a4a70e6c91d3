import { afterEach, describe, expect, test, vi } from 'vitest';
import type { CurveStep } from '../../../src/renderer/lib/curve-flow.svelte.ts';
import { ImportFlow } from '../../../src/renderer/lib/import-flow.svelte.ts';
import { Workspace } from '../../../src/renderer/lib/workspace.svelte.ts';
import { FakeHost } from '../harness/fake-host.ts';

const open: Workspace[] = [];

async function start(fail: string | null = null) {
  const host = new FakeHost({ runs: 0, corpora: 0, train: false, fail, slow: false });
  const workspace = new Workspace(host);
  open.push(workspace);
  await vi.waitUntil(() => workspace.loaded);
  const flow = new ImportFlow(workspace, () => undefined);
  const { curves } = flow;
  const reaches = async <T extends CurveStep['type']>(type: T) => {
    await vi.waitUntil(() => curves.step.type === type);
    return curves.step as Extract<CurveStep, { type: T }>;
  };
  return { workspace, flow, curves, reaches };
}

const file = (name: string) => new File(['x'], name);

afterEach(() => {
  vi.unstubAllGlobals();
  for (const workspace of open.splice(0)) workspace.close();
});

describe('importing curves', () => {
  test('shows what the series are, then imports them and shows the run', async () => {
    vi.stubGlobal('location', { hash: '' });
    const { workspace, curves, reaches } = await start();
    curves.start([file('theirs.csv')]);
    const { found } = await reaches('found');
    expect(found.mapping.roles).toEqual({ 'train/loss': 'trainLoss', val_loss: 'validLoss', lr: 'learningRate' });
    await curves.confirm(found.mapping, 'Theirs');
    expect(workspace.runs.map(({ name, imported }) => [name, imported?.file])).toEqual([['Theirs', 'theirs.csv']]);
    expect(location.hash).toBe(`#/runs/${workspace.runs[0]!.id}`);
    expect(curves.open).toBe(false);
  });

  test('an event file dropped among texts is curves; a table is a text unless it is asked for as curves', async () => {
    const { flow, curves, reaches } = await start();
    flow.start([file('events.out.tfevents.17.host'), file('table.csv')]);
    expect((await reaches('found')).found.format).toBe('tensorboard');
    await vi.waitUntil(() => flow.step.type === 'preview');
    expect(flow.suggestedName).toBe('table.csv');
    expect(curves.count).toEqual({ at: 1, of: 1 });
  });

  test('several files come one after the other; one can be skipped', async () => {
    const { workspace, curves, reaches } = await start();
    curves.start([file('a.csv'), file('several.csv')]);
    await reaches('found');
    expect(curves.count).toEqual({ at: 1, of: 2 });
    await curves.skip();
    const { found } = await reaches('found');
    await curves.confirm(found.mapping, null);
    expect(workspace.runs).toHaveLength(5);
    expect(curves.count).toEqual({ at: 0, of: 0 });
  });

  test('what cannot be read says why; what is refused can be corrected', async () => {
    const failing = await start('importCurves.look');
    failing.curves.start([file('a.csv')]);
    expect((await failing.reaches('failed')).message).not.toBe('');
    const refused = await start('importCurves.take');
    refused.curves.start([file('a.csv')]);
    const { found } = await refused.reaches('found');
    await refused.curves.confirm(found.mapping, null);
    expect((await refused.reaches('found')).refused).not.toBeNull();
  });
});
