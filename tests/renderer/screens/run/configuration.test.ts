import { expect, test } from 'vitest';
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

test('every value is said in words', () => {
  const anything = { ...run(1), parameters: null, memoryBytes: null, unknownRate: null };
  for (const value of Object.values(rows(anything))) expect(value).not.toMatch(/null|undefined|NaN|\[object/);
});
