import { describe, expect, it } from 'vitest';
import type { featureNames } from '../../../../../src/renderer/screens/inside/neurons/features.ts';
import {
  featureOf,
  frequentPieces,
  tokenFeature,
} from '../../../../../src/renderer/screens/inside/neurons/features.ts';

const of = (name: (typeof featureNames)[number], text: string) => [...featureOf(name, [...text])].join('');

describe('features of a text', () => {
  it.each([
    ['quotes', 'a "b c" d', '001111000'],
    ['quotes', '“a” b «c»', '110000110'],
    ['line', 'ab\ncd', '12012'],
    ['brackets', 'a(b[c])', '0112210'],
    ['word', "it's 2.", '1111010'],
    ['space', 'a b\n', '0101'],
    ['capital', 'The Ä', '10001'],
    ['vowel', 'Über', '1010'],
    ['digit', 'a1٣', '011'],
    ['punctuation', 'a, b!', '01001'],
    ['newline', 'a\n\nb', '0110'],
  ] as const)('%s of %j', (name, text, expected) => {
    expect(of(name, text)).toBe(expected);
  });

  it('a quotation that is never closed ends with its paragraph', () => {
    expect(of('quotes', '"ab\n\nc "d"')).toBe('1111000110');
  });

  it('are told of tokens of several characters by their last one, spaces around them aside', () => {
    expect([...featureOf('word', ['the ', 'cat', ' sat', ', ', '“'])]).toEqual([1, 1, 1, 0, 0]);
    expect([...featureOf('space', ['the ', 'cat'])]).toEqual([1, 0]);
    expect([...featureOf('quotes', ['"Yes', '" ', 'no'])]).toEqual([1, 0, 0]);
  });

  it('an empty piece, half of a character, keeps what was before', () => {
    expect([...featureOf('line', ['a', '', 'b'])]).toEqual([1, 1, 2]);
  });
});

describe('tokens', () => {
  it('the most frequent first, and where one stands', () => {
    expect(frequentPieces([...'abcbcc'], 2)).toEqual(['c', 'b']);
    expect([...tokenFeature('b', [...'abcb'])]).toEqual([0, 1, 0, 1]);
  });
});
