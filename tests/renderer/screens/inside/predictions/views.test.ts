import { describe, expect, it } from 'vitest';
import type { Confusion } from '../../../../../src/engine/inside/looks/predictions.ts';
import {
  answersIn,
  choosesClasses,
  choosesEveryStep,
  countsOf,
  surpriseOf,
  worstMistake,
} from '../../../../../src/renderer/screens/inside/predictions/views.ts';
import { usualConfig } from '../../../../../src/engine/training/task-presets.ts';
import { tasks } from '../../../../../src/engine/model/spec.ts';

describe('what can be seen of predictions', () => {
  it('depends on the task', () => {
    const of = (test: typeof choosesClasses) => tasks.filter((task) => test(usualConfig(task).architecture));
    expect(of(choosesEveryStep)).toEqual(['language-model', 'tagging', 'translation', 'conditional-generation']);
    expect(of(choosesClasses)).toEqual(['tagging', 'classification', 'binary', 'standard']);
    const several = { ...usualConfig('tagging').architecture, multilabel: true };
    expect([choosesEveryStep(several), choosesClasses(several)]).toEqual([false, false]);
  });

  it('the mean surprise is over what was predicted, its perplexity two to its power', () => {
    expect(surpriseOf({ surprisal: Float32Array.of(NaN, 1, 3, 2) })).toEqual({ bits: 2, hardest: 2 });
    expect(surpriseOf({ surprisal: Float32Array.of(NaN) })).toBeNull();
  });
});

describe('confusions', () => {
  const found = {
    labels: ['a', 'b', 'c'],
    truth: Int32Array.of(0, 0, 0, 1, 2),
    answer: Int32Array.of(0, 1, 1, 1, 0),
    probability: Float32Array.of(0.9, 0.5, 0.7, 0.8, 0.6),
  } as unknown as Confusion;

  it('are counted, and the most frequent mistake found', () => {
    const counts = countsOf(found);
    expect(counts).toEqual([
      [1, 2, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
    expect(worstMistake(counts)).toEqual({ target: 0, answer: 1, count: 2 });
    expect(worstMistake([[3]])).toBeNull();
  });

  it('lead to their examples, the surest first; labels that stand together too', () => {
    const all = new Set([0, 1, 2]);
    expect(answersIn(found, 0, 1, all)).toEqual([2, 1]);
    expect(answersIn(found, -1, 0, new Set([0, 1]))).toEqual([4]);
    expect(answersIn(found, 1, 0, all)).toEqual([]);
  });
});
