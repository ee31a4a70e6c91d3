import { describe, expect, it } from 'vitest';
import { BinaryMetrics } from '../../../src/engine/metrics/binary.ts';
import { MultilabelMetrics } from '../../../src/engine/metrics/multilabel.ts';
import { logSoftmax, sigmoid, softmax } from '../../../src/engine/metrics/outputs.ts';
import { expectClose } from '../../compare.ts';
import { logit } from './logits.ts';

describe('several labels', () => {
  /**
   * targets  1 1 0 | 0 1 0 | 0 0 0    label a: TP 1 FP 1 FN 0: F1 2/3    micro: TP 2 FP 1 FN 1: F1 4/6
   * answers  1 0 0 | 1 1 0 | 0 0 0    label b: TP 1 FP 0 FN 1: F1 2/3    macro: (2/3 + 2/3 + 0) / 3
   *                                   label c: never: 0                  exact: the last of three
   */
  const targets = [1, 1, 0, 0, 1, 0, 0, 0, 0];
  const answers = [1, 0, 0, 1, 1, 0, 0, 0, 0].map((yes) => (yes ? 0.5 : -0.5));

  it('micro and macro F1, exact match and reports', () => {
    const metrics = new MultilabelMetrics(['a', 'b', 'c']);
    metrics.add(answers, targets, { T: 1, B: 3, lengths: null });
    const result = metrics.result();
    expect(result).toMatchObject({ examples: 3, exactMatch: 1 / 3, microF1: 4 / 6 });
    expect(result.macroF1).toBeCloseTo(4 / 9, 15);
    expect(result.labels).toEqual([
      { label: 'a', precision: 1 / 2, recall: 1, f1: 2 / 3, support: 1, predicted: 2 },
      { label: 'b', precision: 1, recall: 1 / 2, f1: 2 / 3, support: 2, predicted: 1 },
      { label: 'c', precision: 0, recall: 0, f1: 0, support: 0, predicted: 0 },
    ]);
  });

  it('at every step of sentences: padding does not count', () => {
    const metrics = new MultilabelMetrics(['a']);
    // [T=2,B=2,1]; the second sentence has one token.
    metrics.add([1, -1, 1, 1], [1, 0, 0, 0], { T: 2, B: 2, lengths: [2, 1] });
    expect(metrics.result()).toMatchObject({ examples: 3, exactMatch: 2 / 3, microF1: 2 / 3 });
    expect(() => new MultilabelMetrics(['a']).result()).toThrow('nothing to measure');
  });
});

describe('yes or no', () => {
  it('accuracy, F1 and log loss', () => {
    // scikit-learn's example of log_loss: spam, ham, ham, spam with p(spam) = 0.9, 0.1, 0.2, 0.65:
    // -(ln 0.9 + ln 0.9 + ln 0.8 + ln 0.65) / 4 = 0.21616…
    const metrics = new BinaryMetrics();
    metrics.add([0.9, 0.1, 0.2, 0.65].map(logit), [1, 0, 0, 1], 4);
    expect(metrics.result().logLoss).toBeCloseTo(0.21616187468057912, 14);
    expect(metrics.result()).toMatchObject({ accuracy: 1, f1: 1 });
    metrics.add([0.9, 0.4, 0.3].map(logit), [0, 1, 1], 3);
    // TP 2, FP 1, FN 2, TN 2.
    expect(metrics.result()).toMatchObject({
      ...{ examples: 7, accuracy: 4 / 7, precision: 2 / 3, recall: 1 / 2 },
      counts: { truePositive: 2, falsePositive: 1, falseNegative: 2, trueNegative: 2 },
    });
    expect(metrics.result().f1).toBeCloseTo(4 / 7, 15);
  });

  it('stays finite where a probability is 0 or 1 to the last digit, and says no at one half', () => {
    const metrics = new BinaryMetrics();
    metrics.add([1000, -1000, 0], [0, 1, 1], 3);
    expect(metrics.result().logLoss).toBeCloseTo((2000 + Math.LN2) / 3, 10);
    expect(metrics.result().counts.falseNegative).toBe(2);
    expect(() => new BinaryMetrics().result()).toThrow('nothing to measure');
  });
});

describe('probabilities', () => {
  it('softmax of a row, without overflow', () => {
    expectClose(softmax([9, 9, ...[1, 2, 4].map(Math.log)], 0, 2), [0.5, 0.5], { rtol: 1e-15 });
    expectClose(softmax([0, 0, 0, ...[1, 2, 5].map(Math.log)], 1, 3), [1 / 8, 2 / 8, 5 / 8], { rtol: 1e-15 });
    expectClose(logSoftmax([1e4, 0], 0, 2), [0, -1e4], {});
    expectClose([sigmoid(800), sigmoid(-800), sigmoid(Math.log(3))], [1, 0, 0.75], { rtol: 1e-15, atol: 1e-300 });
  });
});
