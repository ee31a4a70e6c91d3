import { beforeEach, expect, it, vi } from 'vitest';
import type { Run } from '../../../src/api/types.ts';
import type { Task } from '../../../src/engine/model/spec.ts';
import { run as fakeRun } from '../harness/fake-data.ts';

const shown: { title: string; body: string }[] = [];
let focused = false;

class FakeNotification {
  static permission = 'granted';
  static requestPermission = () => Promise.resolve(FakeNotification.permission);
  constructor(title: string, { body }: { body: string }) {
    shown.push({ title, body });
  }
  addEventListener(): void {}
}

/** A browser's window, in which the person has asked for notices. */
async function notices() {
  vi.resetModules();
  const storage = new Map([['unroll.notices', 'on']]);
  vi.stubGlobal('window', { Notification: FakeNotification });
  vi.stubGlobal('Notification', FakeNotification);
  vi.stubGlobal('document', { hasFocus: () => focused });
  vi.stubGlobal('location', { hash: '' });
  vi.stubGlobal('history', { replaceState: () => {} });
  vi.stubGlobal('addEventListener', () => {});
  vi.stubGlobal('localStorage', { getItem: (key: string) => storage.get(key) ?? null });
  return (await import('../../../src/renderer/lib/run-notices.svelte.ts')).runNotices;
}

async function end(task: Task, changes: Partial<Run>): Promise<void> {
  const one = { ...fakeRun(0, task), name: 'a run', elapsed: 61, message: null, bestLoss: Math.log(4.618) };
  const told = await notices();
  told.follow({ type: 'run', run: { ...one, status: 'running' } });
  told.follow({ type: 'run', run: { ...one, status: 'finished', ...changes } });
}

beforeEach(() => {
  shown.length = 0;
  focused = false;
  FakeNotification.permission = 'granted';
});

it.each([
  ['language-model', null, 'perplexity 4.62'],
  ['tagging', { tokenAccuracy: 0.9126, sentenceAccuracy: 0.5 }, 'token accuracy 91.3 %'],
  ['classification', { accuracy: 0.875, macroF1: 0.5 }, 'accuracy 87.5 %'],
  ['translation', { bleu: 31.418, tokenAccuracy: 0.6 }, 'BLEU 31.4'],
  ['conditional-generation', { tokenAccuracy: 0.4 }, 'perplexity 4.62'],
  ['forecasting', { rmse: 0.01234 }, 'RMSE 0.0123'],
] as const)('of %s tells the number that tells most', async (task, bestFigures, best) => {
  await end(task, { bestFigures });
  expect(shown).toEqual([{ title: 'a run: finished', body: `Best validation ${best}` }]);
});

it('tells what went wrong', async () => {
  await end('language-model', { status: 'failed', message: 'The loss is not a number at step 12.' });
  expect(shown).toEqual([{ title: 'a run: failed', body: 'The loss is not a number at step 12.' }]);
});

it('says nothing of a short run, of one that a person stopped, to who looks on, and without leave', async () => {
  await end('language-model', { elapsed: 59 });
  await end('language-model', { status: 'stopped' });
  focused = true;
  await end('language-model', {});
  focused = false;
  FakeNotification.permission = 'denied';
  await end('language-model', {});
  expect(shown).toEqual([]);
});
