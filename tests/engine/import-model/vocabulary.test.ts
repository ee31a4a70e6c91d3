import { describe, expect, it } from 'vitest';
import { placeRows, placeTokens } from '../../../src/engine/import-model/place-tokens.ts';
import { learnTokens, printable, readVocabularyFile, tokensOf } from '../../../src/engine/import-model/vocabulary.ts';

describe('vocabularies of other programs', () => {
  it.each([
    ['a text of characters', 'abc'],
    ['a list', ['a', 'b', 'c']],
    ['token to number', { a: 0, b: 1, c: 2 }],
    ['token to number, from 1', { a: 1, b: 2, c: 3 }],
    ['number to token', { 0: 'a', 1: 'b', 2: 'c' }],
    [
      'a map, as a pickle has it',
      new Map<unknown, unknown>([
        ['c', 2],
        ['a', 0],
        ['b', 1],
      ]),
    ],
    ["torch-rnn's, both ways", { idx_to_token: { 1: 'a', 2: 'b', 3: 'c' }, token_to_idx: { a: 1, b: 2, c: 3 } }],
    ["a tokeniser of Hugging Face's", { version: '1.0', model: { type: 'WordLevel', vocab: { a: 0, b: 1, c: 2 } } }],
  ])('%s', (_what, raw) => {
    expect(tokensOf(raw, 3)).toEqual(['a', 'b', 'c']);
  });

  it('numbers without a token, as the padding of Keras, are named by their number', () => {
    expect(tokensOf({ a: 1, b: 2 }, 3)).toEqual(['<0>', 'a', 'b']);
  });

  it('another size is refused with both numbers', () => {
    const message = 'The vocabulary has 3 tokens and the model 4: it is not the one that the model was trained with.';
    expect(() => tokensOf(['a', 'b', 'c'], 4)).toThrow(message);
    expect(() => readVocabularyFile('a\nb\nc\n', 4)).toThrow(message);
    expect(() => tokensOf({ a: 0, b: 99 }, 4)).toThrow('The vocabulary has 100 tokens and the model 4');
    expect(() => tokensOf(3, 4)).toThrow('This is no vocabulary');
  });

  it("word_language_model's dictionary: words in order of appearance, <eos> at the end of each line", () => {
    expect(learnTokens('the cat\n\nthe  dog <unk>\n', 'words', 5)).toEqual(['the', 'cat', '<eos>', 'dog', '<unk>']);
  });

  it('characters, sorted and as they come', () => {
    expect(learnTokens('b𝒜a', 'sorted-characters', 3)).toEqual(['a', 'b', '𝒜']);
    expect(learnTokens('bab', 'characters', 2)).toEqual(['b', 'a']);
    expect(printable).toHaveLength(100);
  });
});

describe('tokens in our order', () => {
  it('what is unknown is 0, the end of a line is a line end', () => {
    const { tokenizer, order } = placeTokens(['the', '<unk>', '<eos>', 'cat']);
    expect(order).toEqual([1, 0, 2, 3]);
    expect(Array.from(tokenizer.encode('the dog\nthe cat'))).toEqual([1, 0, 2, 1, 3]);
  });

  it('special tokens of a character model never stand in a text', () => {
    const { tokenizer, order } = placeTokens(['<pad>', 'a', 'b']);
    expect(tokenizer.config.kind).toBe('char');
    expect(order).toEqual([-1, 0, 1, 2]);
    expect(Array.from(tokenizer.encode('ab<'))).toEqual([2, 3, 0]);
  });

  it('a token that is there twice is refused', () => {
    expect(() => placeTokens(['a', 'b', 'a'])).toThrow('The vocabulary has "a" twice');
  });

  it('the row of a token that was added is the mean of all', () => {
    const tensor = { shape: [2, 2], read: () => Float32Array.of(1, 2, 3, 6) };
    expect(Array.from(placeRows(tensor, [-1, 1, 0], false).read())).toEqual([2, 4, 3, 6, 1, 2]);
    expect(Array.from(placeRows({ shape: [2], read: () => Float32Array.of(1, 3) }, [-1, 0, 1], true).read())).toEqual([
      -18, 1, 3,
    ]);
  });
});
