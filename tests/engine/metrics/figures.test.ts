import { describe, expect, it } from 'vitest';
import { figureInfo, figureNames, figuresOf, hasPerplexity, headlineOf } from '../../../src/engine/metrics/figures.ts';
import { SequenceMetrics } from '../../../src/engine/metrics/sequences.ts';
import { tasks } from '../../../src/engine/model/spec.ts';

function translated(...pairs: readonly (readonly [string, string])[]) {
  const metrics = new SequenceMetrics({ lowercase: false });
  for (const [hypothesis, reference] of pairs) metrics.addText(hypothesis, reference);
  return figuresOf(metrics.result());
}

describe('figures', () => {
  it('lead with the most telling', () => {
    const figures = translated(['a b c d', 'a b c d']);
    expect(Object.keys(figures)).toEqual(['bleu', 'exactMatch']);
    expect(headlineOf(figures)).toBe('bleu');
    expect(figures.bleu).toBeCloseTo(100, 9);
    expect(headlineOf({})).toBeNull();
  });

  it('leave BLEU out where no translation has four tokens: it would be 0 whatever was translated', () => {
    expect(translated(['uno dos', 'uno dos'], ['tres', 'tres'])).toEqual({ exactMatch: 1 });
  });

  it('are all described', () => {
    for (const name of figureNames) expect(figureInfo[name].label).not.toBe('');
  });

  it('have a perplexity beside them where the output is a distribution over tokens', () => {
    expect(tasks.filter(hasPerplexity)).toEqual(['language-model', 'translation', 'conditional-generation']);
  });
});
