import { describe, expect, it } from 'vitest';
import { Bleu } from '../../../src/engine/metrics/bleu.ts';
import { SequenceMetrics } from '../../../src/engine/metrics/sequences.ts';
import { tokenize13a } from '../../../src/engine/metrics/tokenize-13a.ts';
import { expectClose } from '../../compare.ts';
import { oneHot } from './logits.ts';

function bleu(pairs: readonly (readonly [string, ...string[]])[], lowercase = false) {
  const metric = new Bleu({ lowercase });
  for (const [hypothesis, ...references] of pairs) metric.add(hypothesis, references);
  return metric.result();
}

describe('13a tokens', () => {
  it.each([
    ['Hello, world!', 'Hello , world !'],
    ['a 3.14, 1,000. b', 'a 3.14 , 1,000 . b'],
    ['no.1 1.no', 'no . 1 1 . no'],
    ["It wasn't well-known 1990-2000", "It wasn't well-known 1990 - 2000"],
    ['&quot;x&quot; &amp; &lt;y&gt;', '" x " & < y >'],
    ['&amp;lt;', '<'],
    ['a<skipped>b re-\nstart\nnow', 'ab restart now'],
    ['$5 (50%) [x]/y~ `z` a_b @c #d', '$ 5 ( 50 % ) [ x ] / y ~ ` z ` a _ b @ c # d'],
    ['Schöne „Grüße“\u00a0– é. 日本。', 'Schöne „Grüße“ – é . 日本。'],
    ['😀, 😀.', '😀 , 😀 .'],
    ['..', '. .'],
    [' \n', ''],
  ])('%j', (text, tokens) => {
    expect(tokenize13a(text).join(' ')).toBe(tokens);
  });
});

describe('BLEU', () => {
  /** The example of sacreBLEU's documentation, whose figures its own tests state: three sentences, two references each. */
  const documented: [string, string, string][] = [
    ['The dog bit the man.', 'The dog bit the man.', 'The dog had bit the man.'],
    ["It wasn't surprising.", 'It was not unexpected.', 'No one was surprised.'],
    ['The man had just bitten him.', 'The man bit him first.', 'The man had bitten the dog.'],
  ];

  it('sacreBLEU’s documented example', () => {
    const result = bleu(documented);
    expect(result.score).toBeCloseTo(48.530827, 6);
    expect(result).toMatchObject({
      correct: [14, 7, 5, 3],
      total: [17, 14, 11, 8],
      brevityPenalty: 0.9428731438548749,
    });
    expect(result.signature).toBe('nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp');
  });

  it('by hand: smoothing of missing orders, and brevity', () => {
    // a b c d e against a b c x e f g: 1-grams 4/5, 2-grams 2/4, 3-grams 1/3, 4-grams 0/2 → 1/(2·2); bp = exp(1 - 7/5).
    const result = bleu([['a b c d e', 'a b c x e f g']]);
    expectClose(result.precisions, [80, 50, 100 / 3, 25], { rtol: 1e-15 });
    expect(result.brevityPenalty).toBeCloseTo(Math.exp(-0.4), 15);
    expect(result.score).toBeCloseTo(100 * Math.exp(-0.4) * (0.8 * 0.5 * (1 / 3) * 0.25) ** 0.25, 12);
    // Two missing orders: 3-grams 0/2 → 1/(2·2), 4-grams 0/1 → 1/(4·1).
    expect(bleu([['a b x y', 'a b c d']]).precisions).toEqual([50, 100 / 3, 25, 25]);
  });

  it('clips repeated n-grams by the reference, and sums over the corpus before it divides', () => {
    // Papineni et al.'s example: "the" occurs seven times, at most twice in a reference.
    const the = bleu([['the the the the the the the', 'the cat is on the mat', 'there is a cat on the mat']]);
    expect([the.correct[0], the.total[0]]).toEqual([2, 7]);
    const two = bleu([
      ['a b c d', 'a b c d'],
      ['x y z w', 'p q r s'],
    ]);
    expect(two.correct).toEqual([4, 3, 2, 1]);
    expect(two.score).toBeCloseTo(50, 12);
  });

  it('of several references the closest length counts, the shorter of two as close', () => {
    expect(bleu([['a b c d', 'a b c d e', 'a b c']]).referenceLength).toBe(3);
    expect(bleu([['a b c d', 'a b', 'a b c d e', 'a b c d e f']]).referenceLength).toBe(5);
  });

  it('100 for equal texts, 0 where nothing matches, is said, or is long enough', () => {
    expect(bleu([['A b c d.', 'A b c d.']]).score).toBeCloseTo(100, 12);
    expect(bleu([['w x y z', 'a b c d']]).score).toBe(0);
    expect(bleu([['', 'a b c d']])).toMatchObject({ score: 0, brevityPenalty: 0 });
    expect(bleu([['a b', 'a b']])).toMatchObject({ score: 0, precisions: [100, 100, 0, 0] });
    expect(new Bleu().result().score).toBe(0);
  });

  it('case counts unless it is told otherwise', () => {
    const pair: [string, string] = ['EIN Hund läuft Über', 'ein hund läuft über'];
    expect(bleu([pair]).correct).toEqual([1, 0, 0, 0]);
    expect(bleu([pair], true)).toMatchObject({ correct: [4, 3, 2, 1], signature: expect.stringContaining('case:lc') });
  });

  it('refuses no reference, and another number of them', () => {
    expect(() => new Bleu().add('a', [])).toThrow('there is none');
    const metric = new Bleu();
    metric.add('a', ['a']);
    expect(() => metric.add('a', ['a', 'b'])).toThrow('1 before, and now 2');
  });
});

describe('sequences', () => {
  it('token accuracy without padding, exact match, BLEU', () => {
    const metrics = new SequenceMetrics();
    expect(() => metrics.result()).toThrow('nothing to measure');
    metrics.addTokens(oneHot([3, 2, 0, 1], 4), [3, 1, -1, 1], 4, 4);
    expect(metrics.result()).toMatchObject({ tokenAccuracy: 2 / 3, tokens: 3, exactMatch: null, bleu: null });
    metrics.addText('one two  three four\n', 'one two three four');
    metrics.addText('One two', 'one two');
    expect(metrics.result()).toMatchObject({ texts: 2, exactMatch: 1 / 2, bleu: { correct: [5, 3, 2, 1] } });
    const lower = new SequenceMetrics({ lowercase: true });
    lower.addText('One two', 'one TWO');
    expect(lower.result()).toMatchObject({ exactMatch: 1, tokenAccuracy: null });
  });
});
