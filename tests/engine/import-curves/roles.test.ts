import { expect, test } from 'vitest';
import { proposeMapping, type CurveRole } from '../../../src/engine/import-curves/roles.ts';
import { recordedCurves } from '../../../src/engine/import-curves/recorded.ts';

const one = (name: string) => proposeMapping(['valid/loss', name]).roles[name];

test.each<[string, CurveRole]>([
  ['train/loss', 'trainLoss'],
  ['loss', 'trainLoss'],
  ['trainLoss', 'trainLoss'],
  ['train_ppl', 'trainPerplexity'],
  ['Perplexity/train', 'trainPerplexity'],
  ['train/bpc', 'trainBits'],
  ['test_loss', 'testLoss'],
  ['lr-Adam', 'learningRate'],
  ['train/learning_rate', 'learningRate'],
  ['grad_norm', 'gradNorm'],
  ['gradient_norm', 'gradNorm'],
  ['tokens_per_sec', 'tokensPerSecond'],
  ['train/tokens_per_second', 'tokensPerSecond'],
  ['epoch', 'epoch'],
  ['val_accuracy', 'accuracy'],
  ['eval/f1_macro', 'macroF1'],
  ['valid/token_accuracy', 'tokenAccuracy'],
  ['dev BLEU', 'bleu'],
  ['train/accuracy', 'none'],
  ['elapsed_seconds', 'seconds'],
  ['gpu/temperature', 'none'],
  ['val_loss', 'none'],
])('%s is %s', (name, role) => expect(one(name)).toBe(role));

test('of two series with one meaning the plainer has it, and the other is left out', () => {
  expect(proposeMapping(['loss', 'train/loss', 'train/ppl', 'eval/loss_avg', 'eval/loss']).roles).toEqual({
    loss: 'none',
    'train/loss': 'trainLoss',
    'train/ppl': 'none',
    'eval/loss_avg': 'none',
    'eval/loss': 'validLoss',
  });
});

test('what the loss is of follows from what else was measured', () => {
  expect(proposeMapping(['loss', 'val_loss']).loss).toBe('tokens');
  expect(proposeMapping(['loss', 'val_loss', 'val_acc']).loss).toBe('classes');
  expect(proposeMapping(['loss', 'val_loss', 'val_mae']).loss).toBe('squares');
  // Without a validation loss there is no evaluation that it could be of.
  expect(proposeMapping(['loss', 'val_acc']).roles['val_acc']).toBe('none');
});

const series = (name: string, steps: number[], values: number[], times: number[] | null = null) => ({
  name,
  steps,
  values,
  times,
});

test('series become steps and evaluations, with the newest of what is recorded less often', () => {
  const run = {
    run: null,
    series: [
      series('a', [1, 2, 4], [4, 2, 1], [100, 101, 103]),
      series('b', [2, 4], [Math.exp(3), Math.exp(2)]),
      series('c', [2], [0.5]),
      series('d', [4], [2]),
      series('e', [0, 3], [0.1, 0.01]),
    ],
  };
  const roles = { a: 'trainLoss', b: 'validPerplexity', c: 'accuracy', d: 'testBits', e: 'learningRate' } as const;
  const { steps, evals, recorded } = recordedCurves(run, { loss: 'tokens', roles });
  expect(steps.map(({ step, loss, learningRate, elapsed, at }) => [step, loss, learningRate, elapsed, at])).toEqual([
    [1, 4, 0.1, 0, 100_000],
    [2, 2, 0.1, 1, 101_000],
    [4, 1, 0.01, 3, 103_000],
  ]);
  expect(evals.map(({ step, split, loss, figures }) => [step, split, loss, figures])).toEqual([
    [2, 'valid', 3, { accuracy: 0.5 }],
    [4, 'valid', 2, {}],
    [4, 'test', 2 * Math.LN2, {}],
  ]);
  expect(recorded).toEqual(['learningRate', 'time', 'clock']);
});

test.each<[Record<string, CurveRole>, RegExp]>([
  [{}, /No series is said to be a loss or a perplexity/],
  [{ a: 'trainLoss', b: 'trainPerplexity' }, /"a" and "b" are both said to be the loss of the training part/],
  [{ a: 'trainLoss', b: 'accuracy' }, /"b" is measured at evaluations, which need a validation loss/],
  [{ b: 'validPerplexity' }, /"b" cannot be a perplexity: it is -1 at step 2/],
])('%j is refused', (roles, message) => {
  const run = { run: null, series: [series('a', [1], [1]), series('b', [1, 2], [1, -1])] };
  expect(() => recordedCurves(run, { loss: 'tokens', roles })).toThrow(message);
});
