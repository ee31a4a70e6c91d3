import { afterEach, describe, expect, test, vi } from 'vitest';
import { Workspace } from '../../../src/renderer/lib/workspace.svelte.ts';
import { run, stepsBetween } from '../harness/fake-data.ts';
import { FakeHost } from '../harness/fake-host.ts';

const open: Workspace[] = [];

async function start(options: Partial<ConstructorParameters<typeof FakeHost>[0]> = {}) {
  const host = new FakeHost({ runs: 5, corpora: 3, train: false, fail: null, slow: false, ...options });
  const workspace = new Workspace(host);
  open.push(workspace);
  return { host, workspace };
}

async function loaded(options?: Parameters<typeof start>[0]) {
  const made = await start(options);
  await vi.waitUntil(() => made.workspace.loaded);
  return made;
}

afterEach(() => {
  for (const workspace of open.splice(0)) workspace.close();
});

describe('the workspace', () => {
  test('loads the lists, newest first, and the machine', async () => {
    const { workspace } = await loaded();
    expect(workspace.runs.map((one) => one.id)).toEqual(['run-0', 'run-1', 'run-2', 'run-3', 'run-4']);
    expect(workspace.corpora).toHaveLength(3);
    expect(workspace.info?.devices.some((device) => device.preferred)).toBe(true);
  });

  test('follows changes made elsewhere', async () => {
    const { host, workspace } = await loaded();
    host.send({ type: 'run', run: { ...run(9), id: 'new', createdAt: Date.now() + 1 } });
    await vi.waitUntil(() => workspace.run('new'));
    expect(workspace.runs[0]?.id).toBe('new');
    host.send({ type: 'run-purged', id: 'new' });
    await vi.waitUntil(() => !workspace.run('new'));
  });

  test('keeps what comes, and what a call answered, while the lists load', async () => {
    const host = new FakeHost({ runs: 2, corpora: 0, train: false, fail: null, slow: false });
    const release = host.hold();
    const workspace = new Workspace(host);
    open.push(workspace);
    await vi.waitUntil(() => host.held === 1);
    workspace.takeRun({ ...run(9), id: 'taken' });
    host.send({ type: 'run-purged', id: 'run-1' });
    release();
    await vi.waitUntil(() => workspace.loaded);
    expect(workspace.run('taken')).toBeDefined();
    expect(workspace.run('run-1')).toBeUndefined();
  });

  test('hides what is deleted and brings it back', async () => {
    const { host, workspace } = await loaded();
    await workspace.removeRuns(['run-1', 'run-2']);
    await vi.waitUntil(() => workspace.runs.length === 3);
    await host.api.runs.restore({ ids: ['run-1', 'run-2'] });
    await vi.waitUntil(() => workspace.runs.length === 5);
  });

  test('says why it could not load, and loads when that has passed', async () => {
    const { host, workspace } = await start({ fail: 'runs.list' });
    await vi.waitUntil(() => workspace.problem !== null);
    expect(workspace.problem).toMatch(/open in another Unroll/);
    expect(workspace.loaded).toBe(false);
    host.fail = null;
    await vi.waitUntil(() => workspace.loaded, { timeout: 10_000 });
    expect(workspace.problem).toBeNull();
  });
});

describe('a followed run', () => {
  test('is loaded, grows live, and is let go', async () => {
    const { host, workspace } = await loaded();
    const stop = workspace.followRun('run-0');
    await vi.waitUntil(() => workspace.detail('run-0'));
    const last = workspace.detail('run-0')?.steps.step.at(-1) ?? 0;
    host.send({ type: 'steps', id: 'run-0', steps: stepsBetween(last + 1, last + 11, 0) });
    await vi.waitUntil(() => workspace.detail('run-0')?.steps.step.at(-1) === last + 10);
    stop();
    expect(workspace.detail('run-0')).toBeUndefined();
  });

  test('stays while another screen looks at it', async () => {
    const { workspace } = await loaded();
    const first = workspace.followRun('run-0');
    const second = workspace.followRun('run-0');
    await vi.waitUntil(() => workspace.detail('run-0'));
    first();
    expect(workspace.detail('run-0')).toBeDefined();
    second();
    expect(workspace.detail('run-0')).toBeUndefined();
  });

  test('loses no step that arrives while it loads', async () => {
    const { host, workspace } = await loaded();
    const before = run(0).step;
    const release = host.hold();
    workspace.followRun('run-0');
    await vi.waitUntil(() => host.held === 1);
    host.send({ type: 'steps', id: 'run-0', steps: stepsBetween(before + 1, before + 6, 0) });
    release();
    await vi.waitUntil(() => workspace.detail('run-0'));
    expect(workspace.detail('run-0')?.steps.step.at(-1)).toBe(before + 5);
  });

  test('that does not exist says so', async () => {
    const { workspace } = await loaded();
    workspace.followRun('nowhere');
    await vi.waitUntil(() => workspace.detailProblem('nowhere'));
    expect(workspace.detailProblem('nowhere')).toMatch(/no longer exists/);
  });
});
