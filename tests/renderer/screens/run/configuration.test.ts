import { expect, test } from 'vitest';
import { dataSchema } from '../../../../src/engine/data/config.ts';
import { tasks, type Task } from '../../../../src/engine/model/spec.ts';
import { dataRows } from '../../../../src/renderer/screens/run/data-rows.ts';
import { configurationOf, optimizerName, scheduleName } from '../../../../src/renderer/screens/run/configuration.ts';
import { run } from '../../harness/fake-data.ts';

function rows(one: ReturnType<typeof run>): Record<string, string> {
  return Object.fromEntries(configurationOf(one, (id) => id).flatMap((group) => [...group.rows]));
}

test('a configuration reads as its settings', () => {
  expect(rows(run(0))).toMatchObject({
    cell: 'LSTM',
    layers: '1',
    'hidden units': '128',
    tokens: 'characters',
    optimiser: 'Adam',
    'learning rate': '0.002',
    'validation / test': '10 % / 0 %',
    'ends after': '10 epochs',
  });
});

test('a run that changed its device says which it had before, and for how long', () => {
  expect(rows(run(0))['before']).toBeUndefined();
  expect(rows(run(2))).toMatchObject({
    device: 'native · AVX-512, 2 threads',
    before: 'webgpu · WebGPU, mixed precision, to step 800',
  });
});

test('mixed precision is said, the usual one is not', () => {
  const { config, ...rest } = run(0);
  expect(rows({ ...rest, config })['precision']).toBeUndefined();
  expect(rows({ ...rest, config: { ...config, precision: 'mixed' } })['precision']).toBe('mixed: weights as f16');
});

test('of several ends the first counts, and it says so', () => {
  const one = run(0);
  const training = { ...one.config.training, maxSteps: 1_500, maxMinutes: 0.5 };
  expect(rows({ ...one, config: { ...one.config, training } })['ends after']).toBe(
    '10 epochs or 1,500 steps or 30 s, whichever is first',
  );
});

test('settings with parameters name them', () => {
  expect(optimizerName({ kind: 'adamw', weightDecay: 0.01 })).toBe('AdamW, weight decay 0.01');
  expect(scheduleName({ kind: 'cosine', warmupSteps: 100, floor: 0.1 })).toBe('cosine to 10 %, 100 steps of warm-up');
  expect(scheduleName({ kind: 'step', factor: 0.5, everyEpochs: 1, afterEpochs: 4 })).toBe(
    '× 0.5 every 1 epoch after 4',
  );
});

test('of each task the settings that mean something for it, under names of their own', () => {
  const settings = (task: Task) => rows(run(1, task));
  expect(settings('language-model')).toMatchObject({
    'steps back in time': '64',
    windows: 'in order, state carried over',
  });
  expect(settings('translation')).toMatchObject({
    task: 'Translation',
    'hidden units, encoder': '256',
    'hidden units, decoder': '256',
    attention: 'Luong, multiplicative',
    'examples side by side': '64',
    'scheduled sampling': 'no',
  });
  expect(settings('tagging')).toMatchObject({ bidirectional: 'yes', 'read as': 'CoNLL-U', 'column of the tag': '4' });
  expect(settings('classification')).toMatchObject({ 'pooling over time': 'maximum of all states' });
  expect(settings('forecasting')).toMatchObject({
    inputs: 'mix, noisy',
    'steps ahead': '20',
    'steps of a window': '40',
  });
  for (const absent of ['tokens', 'vocabulary', 'embedding', 'steps back in time']) {
    expect(settings('forecasting')).not.toHaveProperty(absent);
  }
  for (const absent of ['cell', 'bidirectional', 'pooling over time', 'steps of a window']) {
    expect(settings('standard')).not.toHaveProperty(absent);
  }
});

test.each(tasks)('every value of %s is said in words, and no two have the same name', (task) => {
  const anything = { ...run(1, task), parameters: null, memoryBytes: null, unknownRate: null };
  const all = configurationOf(anything, (id) => id).flatMap((group) => [...group.rows]);
  for (const [, value] of all) expect(value).not.toMatch(/null|undefined|NaN|\[object/);
  expect(new Set(all.map(([label]) => label)).size).toBe(all.length);
});

test('how data are read is said where it is not the usual', () => {
  const read = (data: object) => Object.fromEntries(dataRows(dataSchema.parse(data), (id) => `“${id}”`));
  expect(read({ kind: 'pairs', targetCorpus: 'de', maxLength: 50 })).toMatchObject({
    'text of the targets': '“de”',
    longest: '50 tokens',
  });
  expect(read({ kind: 'table', delimiter: '^', header: false, folds: { count: 5, index: 2 } })).toMatchObject({
    'read as': 'Cells separated by “^”',
    'first row names the columns': 'no',
    'cross-validation': 'fold 2 of 5',
  });
  expect(read({ kind: 'table', label: { is: 'binary', positive: 'spam' } })['a label is']).toBe(
    'yes where it is “spam”',
  );
});
