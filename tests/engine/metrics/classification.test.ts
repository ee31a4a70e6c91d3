import { describe, expect, it } from 'vitest';
import { ClassificationMetrics } from '../../../src/engine/metrics/classification.ts';
import { TaggingMetrics } from '../../../src/engine/metrics/tagging.ts';
import { oneHot } from './logits.ts';

/**
 * scikit-learn's example of classification_report: y_true = [0, 1, 2, 2, 2], y_pred = [0, 0, 2, 2, 1]:
 *   class 0: precision 1/2, recall 1, F1 2/3; class 1: all 0; class 2: precision 1, recall 2/3, F1 4/5;
 *   accuracy 3/5, macro F1 (2/3 + 0 + 4/5) / 3 = 22/45.
 */
const targets = [0, 1, 2, 2, 2];
const predictions = [0, 0, 2, 2, 1];

describe('classification', () => {
  it('accuracy, macro F1, reports and the confusion matrix, over batches', () => {
    const metrics = new ClassificationMetrics(['a', 'b', 'c']);
    metrics.add(oneHot(predictions.slice(0, 2), 3), targets.slice(0, 2), 2);
    metrics.add(oneHot(predictions.slice(2), 3), targets.slice(2), 3);
    const result = metrics.result();
    expect(result).toMatchObject({
      kind: 'classification',
      examples: 5,
      accuracy: 3 / 5,
      confusion: [
        [1, 0, 0],
        [1, 0, 0],
        [0, 1, 2],
      ],
    });
    expect(result.macroF1).toBeCloseTo(22 / 45, 15);
    expect(result.classes).toEqual([
      { label: 'a', precision: 1 / 2, recall: 1, f1: 2 / 3, support: 1, predicted: 2 },
      { label: 'b', precision: 0, recall: 0, f1: 0, support: 1, predicted: 1 },
      { label: 'c', precision: 1, recall: 2 / 3, f1: 4 / 5, support: 3, predicted: 2 },
    ]);
  });

  it('a class that neither occurs nor was predicted is reported, and does not lower the mean', () => {
    const metrics = new ClassificationMetrics(['a', 'b', 'never']);
    metrics.add(oneHot([0, 1], 3), [0, 1], 2);
    const result = metrics.result();
    expect(result.macroF1).toBe(1);
    expect(result.classes[2]).toEqual({ label: 'never', precision: 0, recall: 0, f1: 0, support: 0, predicted: 0 });
  });

  it('takes the first of equal logits, leaves -1 out, refuses what is no class and no examples', () => {
    const metrics = new ClassificationMetrics(['a', 'b']);
    expect(() => metrics.result()).toThrow('There is nothing to measure');
    metrics.add([1, 1, 0, 1], [0, -1], 2);
    expect(metrics.result()).toMatchObject({ examples: 1, accuracy: 1 });
    expect(() => metrics.add([0, 1], [2], 1)).toThrow('Class 2 is not of the 2');
  });
});

describe('tagging', () => {
  it('counts tokens and whole sentences, not padding', () => {
    const metrics = new TaggingMetrics(['D', 'N', 'V']);
    // Sentences D N V (right), N V (V taken for N), D (right), side by side: [T=3,B=3].
    const tags = [...[0, 1, 0], ...[1, 2, -1], ...[2, -1, -1]];
    const said = [...[0, 1, 0], ...[1, 1, 2], ...[2, 0, 1]];
    metrics.add(oneHot(said, 3), tags, 3, 3);
    const result = metrics.result();
    expect(result).toMatchObject({ sentences: 3, tokens: 6, tokenAccuracy: 5 / 6, sentenceAccuracy: 2 / 3 });
    expect(result.tags.map(({ f1 }) => f1)).toEqual([1, 4 / 5, 2 / 3]);
    expect(result.macroF1).toBeCloseTo((1 + 4 / 5 + 2 / 3) / 3, 15);
    expect(() => new TaggingMetrics(['D']).result()).toThrow('no tokens');
  });
});
