import { createRouterClient } from '@orpc/server';
import { expect, test } from 'vitest';
import { dataSchema } from '../../../src/engine/data/config.ts';
import { tableText } from './examples.ts';
import { importText, openTestApp } from './harness.ts';

async function open() {
  const app = await openTestApp({ engine: 'real' });
  return { app, client: createRouterClient(app.router) };
}

test('a corpus is read as it looks, and as it is told to be', async () => {
  const { app, client } = await open();
  const { id } = await importText(app, `${tableText}\nno label here`, 'reviews');
  const found = await client.corpora.inspect({ id, target: null, data: null });
  expect(found).toMatchObject({
    ...{ data: { kind: 'table', textColumn: 'text', labelColumn: 'label' }, rows: 61, usable: 60, moreProblems: 0 },
    problems: [{ line: 62, message: expect.stringMatching(/./) }],
    labels: [
      { label: 'no', count: 30 },
      { label: 'yes', count: 30 },
    ],
  });
  const data = dataSchema.parse({ kind: 'table', labelColumn: 'mood' });
  const refused = client.corpora.inspect({ id, target: null, data });
  await expect(refused).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(/mood/) });
});

test('line-aligned files are compared line by line', async () => {
  const { app, client } = await open();
  const source = await importText(app, 'a\nb\nc\n', 'sources');
  const target = await importText(app, 'A\nB\n', 'targets');
  const data = dataSchema.parse({ kind: 'pairs', targetCorpus: target.id });
  const found = await client.corpora.inspect({ id: source.id, target: target.id, data });
  expect(found).toMatchObject({ usable: 2, problems: [{ line: 3 }] });
});

test('what was read once is remembered, by its text', async () => {
  const { app, client } = await open();
  const { id } = await importText(app, tableText, 'reviews');
  const twin = await importText(app, tableText, 'reviews under another name');
  const first = await client.corpora.inspect({ id, target: null, data: null });
  const engines = app.channels.length;
  app.channels.forEach((channel) => channel.kill());
  expect(await client.corpora.inspect({ id: twin.id, target: null, data: null })).toEqual(first);
  expect(app.channels.length).toBe(engines);
});

test('who leaves is not waited for', async () => {
  const { app } = await open();
  const { id } = await importText(app, tableText, 'reviews');
  const leave = new AbortController();
  const reading = app.services.inspections.inspect({ id, target: null, data: null }, leave.signal);
  leave.abort(new Error('left'));
  await expect(reading).rejects.toThrow('left');
});

test('a corpus that is gone is not found', async () => {
  const { client } = await open();
  const inspecting = client.corpora.inspect({ id: 'none', target: null, data: null });
  await expect(inspecting).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
