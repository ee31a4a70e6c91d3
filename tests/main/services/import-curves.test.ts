/** Curves from elsewhere, read by real engine processes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeCurves } from '../../../src/api/curves.ts';
import { eventFile, scalars } from '../../engine/import-curves/make.ts';
import { temporaryFolder } from '../temporary.ts';
import { openTestApp } from './harness.ts';

function written(name: string, content: string | Uint8Array): { type: 'path'; path: string } {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return { type: 'path', path };
}

const table = 'step,loss,val_ppl,lr\n1,3,\n2,2,20,0.1\n3,1,10,0.05\n'.replace('3,\n', '3,,\n');

test('curves become a finished run without a model, compared as any other', async () => {
  const app = await openTestApp({ engine: 'real' });
  const { importCurves, compare, runs } = app.services;
  const source = written('elsewhere.csv', table);
  expect(await importCurves.look(source)).toMatchObject({
    ...{ name: 'elsewhere.csv', format: 'csv', runs: [null], notes: [] },
    mapping: { loss: 'tokens', roles: { loss: 'trainLoss', val_ppl: 'validPerplexity', lr: 'learningRate' } },
  });
  const [run, ...others] = await importCurves.take({ source, mapping: null, name: null });
  expect(others).toEqual([]);
  expect(run).toMatchObject({
    ...{ name: 'elsewhere', status: 'finished', step: 3, trainLoss: 1, checkpointStep: null, startedAt: null },
    ...{ validLoss: Math.log(10), bestStep: 3, bestLoss: Math.log(10) },
    imported: { file: 'elsewhere.csv', curves: { format: 'csv', recorded: ['learningRate'] } },
  });
  const request = {
    runs: [{ id: run!.id, from: 0, to: null }],
    quantities: ['loss', 'gradNorm', 'learningRate'] as const,
  };
  const blob = await compare.curves({ ...request, quantities: [...request.quantities], x: 'step', points: 100 });
  const [curve] = decodeCurves(await blob.arrayBuffer());
  expect([...curve!.values.loss!.mean]).toEqual([3, 2, 1]);
  // What was not recorded is no curve of zeros.
  expect(curve!.values.gradNorm).toBeUndefined();
  expect([...curve!.evals.loss]).toEqual([Math.log(20), Math.log(10)]);
  // The same curves are the same run.
  expect(await importCurves.take({ source, mapping: null, name: null })).toEqual([runs.show(run!.id)]);
  await expect(app.services.share.write(run!.id, null)).rejects.toThrow(/only curves from elsewhere\.csv/);
});

test('an event file of TensorBoard keeps its clock', async () => {
  const { importCurves, compare } = (await openTestApp({ engine: 'real' })).services;
  const events = [scalars(10, { 'train/loss': 2 }), scalars(20, { 'train/loss': 1, 'eval/loss': 1.5 })];
  const source = written('events.out.tfevents.1700000000.host', eventFile(events));
  const [run] = await importCurves.take({ source, mapping: null, name: 'Theirs' });
  expect(run).toMatchObject({ name: 'Theirs', startedAt: 1700000010_000, finishedAt: 1700000020_000, elapsed: 10 });
  const along = async (x: 'time' | 'epoch') => {
    const blob = await compare.curves({
      runs: [{ id: run!.id, from: 0, to: null }],
      quantities: ['loss'],
      x,
      points: 100,
    });
    return [...decodeCurves(await blob.arrayBuffer())[0]!.x];
  };
  expect(await along('time')).toEqual([0, 10]);
  expect(await along('epoch')).toEqual([NaN, NaN]);
});

test('a file of several runs becomes as many, and what is wrong keeps nothing', async () => {
  const { importCurves, runs } = (await openTestApp({ engine: 'real' })).services;
  const source = written('mlflow.csv', 'run_id,key,value,step\na,loss,2,1\nb,loss,4,1\nb,other,7,1\n');
  const roles = { other: 'trainLoss', loss: 'trainPerplexity' } as const;
  await expect(importCurves.take({ source, mapping: { loss: 'tokens', roles }, name: null })).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringMatching(/are both said to be the loss of the training part/),
  });
  expect(runs.list()).toEqual([]);
  const named = async (name: string | null) =>
    (await importCurves.take({ source, mapping: null, name })).map((one) => one.name);
  expect(await named(null)).toEqual(['a', 'b']);
  expect(await named('theirs')).toEqual(['theirs a', 'theirs b']);
});
