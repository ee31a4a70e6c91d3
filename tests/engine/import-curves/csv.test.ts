import { describe, expect, test } from 'vitest';
import { readAll } from './make.ts';

const columns = async (text: string, name?: string) => {
  const { format, runs, notes } = await readAll(text, name);
  const series = runs.map(({ run, series }) => [
    run,
    Object.fromEntries(series.map((one) => [one.name, [one.steps, one.values]])),
  ]);
  return { format, runs: Object.fromEntries(series) as Record<string, unknown>, notes };
};

describe('tables of curves', () => {
  test('a column of steps and columns of numbers; empty cells are no points', async () => {
    expect(await columns('step,train/loss,val_loss\n0,2.5,\n1,2.25,2.4\n2,2,\n')).toEqual({
      format: 'csv',
      runs: {
        null: {
          'train/loss': [
            [0, 1, 2],
            [2.5, 2.25, 2],
          ],
          val_loss: [[1], [2.4]],
        },
      },
      notes: [],
    });
    expect((await columns('epoch;loss\n0;1\n1;0.5\n')).runs).toEqual({
      null: {
        loss: [
          [0, 1],
          [1, 0.5],
        ],
      },
    });
  });

  test('without whole steps the rows are counted', async () => {
    const { runs, notes } = await columns('epoch,loss\n0.5,3\n1,2\n');
    expect(runs).toEqual({
      null: {
        epoch: [
          [1, 2],
          [0.5, 1],
        ],
        loss: [
          [1, 2],
          [3, 2],
        ],
      },
    });
    expect(notes).toEqual(['No column counts whole steps: the rows were counted from 1.']);
  });

  test('a panel of Weights & Biases: several runs, with the ends of their bands left out', async () => {
    const text =
      '"Step","brave-sun-1 - train/loss","brave-sun-1 - train/loss__MIN","old - run - train/loss","old - run - train/loss__MAX"\n"10","1.5","1.4","2.5","2.6"\n';
    expect(await columns(text)).toMatchObject({
      format: 'wandb',
      runs: { 'brave-sun-1': { 'train/loss': [[10], [1.5]] }, 'old - run': { 'train/loss': [[10], [2.5]] } },
    });
  });

  test('a history of Weights & Biases', async () => {
    const { format, runs } = await columns('_step,_runtime,_timestamp,loss\n1,3.5,1700000000.5,2\n');
    expect({ format, runs }).toEqual({ format: 'wandb', runs: { null: { runtime: [[1], [3.5]], loss: [[1], [2]] } } });
  });

  test('a curve that TensorBoard saved, named by its file', async () => {
    const text = 'Wall time,Step,Value\n1700000000.5,1,0.5\n1700000001.5,2,0.25\n';
    const { format, runs } = await readAll(text, 'run-lstm-tag-loss_valid.csv');
    expect(format).toBe('tensorboard-csv');
    expect(runs).toEqual([
      {
        run: 'lstm',
        series: [{ name: 'loss_valid', steps: [1, 2], values: [0.5, 0.25], times: [1700000000.5, 1700000001.5] }],
      },
    ]);
  });

  test('measurements of MLflow, one a row, with times in milliseconds', async () => {
    const { format, runs } = await readAll(
      'run_id,key,value,timestamp,step\na,loss,2,1700000000000,1\na,val_loss,3,1700000001000,1\nb,loss,4,1700000000000,1\n',
    );
    expect(format).toBe('mlflow');
    expect(
      runs.map(({ run, series }) => [run, series.map((one) => [one.name, one.values[0], one.times?.[0]])]),
    ).toEqual([
      [
        'a',
        [
          ['loss', 2, 1.7e9],
          ['val_loss', 3, 1.7e9 + 1],
        ],
      ],
      ['b', [['loss', 4, 1.7e9]]],
    ]);
  });

  test("Unroll's own metrics", async () => {
    const text = 'run,split,step,epoch,loss,accuracy\nmine,train,1,0.5,2,\nmine,valid,1,0.5,1.5,0.25\n';
    expect(await columns(text)).toMatchObject({
      format: 'unroll',
      runs: { mine: { 'train/loss': [[1], [2]], 'valid/loss': [[1], [1.5]], 'valid/accuracy': [[1], [0.25]] } },
    });
  });

  test('what cannot be drawn is passed over and counted; steps that go back begin anew', async () => {
    const { runs, notes } = await columns('step,loss\n1,5\n2,NaN\n3,x\n-4,1\n2,4\n');
    expect(runs).toEqual({
      null: {
        loss: [
          [1, 2],
          [5, 4],
        ],
      },
    });
    expect(notes).toEqual([expect.stringMatching(/^3 values were passed over/)]);
  });

  test.each([
    ['', /curves\.csv is empty/],
    ['just a line of text', /is no table of curves: its first line must name the columns/],
    ['1,2\n3,4\n', /is no table of curves/],
    ['step,loss\n', /is no table of curves/],
    ['step,note\n1,hello\n', /no column of numbers beside "step"/],
  ])('%j is none', async (text, message) => {
    await expect(readAll(text)).rejects.toThrow(message);
  });
});
