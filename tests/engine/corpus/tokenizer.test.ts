import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { learnTokenizer, looksPrepared } from '../../../src/engine/corpus/tokenizer-learner.ts';
import { deserializeTokenizer, type Tokenizer } from '../../../src/engine/corpus/tokenizer.ts';
import { tokenizerSchema, type TokenizerConfig } from '../../../src/engine/training/config.ts';
import { text, utf8 } from './texts.ts';

const sample = new URL('../../../resources/samples/timemachine.txt', import.meta.url);
const timeMachine = readFileSync(sample, 'utf8');

function config(settings: Partial<TokenizerConfig> & Pick<TokenizerConfig, 'kind'>): TokenizerConfig {
  return tokenizerSchema.parse(settings);
}

function learn(settings: Partial<TokenizerConfig> & Pick<TokenizerConfig, 'kind'>, from: string): Promise<Tokenizer> {
  return learnTokenizer(config(settings), from);
}

function streamed(tokenizer: Tokenizer, ids: Int32Array): string {
  const decoder = tokenizer.decoder();
  return Array.from(ids, (id) => decoder.push(id)).join('') + decoder.end();
}

function tokens(tokenizer: Tokenizer): string[] {
  return Array.from({ length: tokenizer.vocabularySize }, (_, id) => tokenizer.tokenText(id));
}

describe.each([
  ['code points', { kind: 'char' }],
  ['graphemes', { kind: 'char', unit: 'grapheme' }],
  ['byte pairs', { kind: 'bpe', maxVocabulary: 300 }],
] as const)('%s', (_, settings) => {
  test('come back exactly, at once and one by one', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (string) => {
        const tokenizer = await learn(settings, string);
        const ids = tokenizer.encode(string);
        expect(tokenizer.decode(ids)).toBe(string);
        expect(streamed(tokenizer, ids)).toBe(string);
        expect(ids.every((id) => id >= 0 && id < tokenizer.vocabularySize && id !== tokenizer.unknownId)).toBe(true);
        expect(tokenizer.unknown(string)).toEqual([]);
      }),
    );
  });
});

describe.each([
  ['code points', { kind: 'char' }],
  ['graphemes', { kind: 'char', unit: 'grapheme', lowercase: true, minFrequency: 2 }],
  ['words', { kind: 'word', maxVocabulary: 8 }],
  ['byte pairs', { kind: 'bpe', maxVocabulary: 280, lowercase: true }],
] as const)('%s', (_, settings) => {
  test('survive JSON', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, async (training, string) => {
        const tokenizer = await learn(settings, training);
        const again = deserializeTokenizer(JSON.parse(JSON.stringify(tokenizer)));
        expect(again.encode(string)).toEqual(tokenizer.encode(string));
        expect(tokens(again)).toEqual(tokens(tokenizer));
        expect(again.config).toEqual(tokenizer.config);
        expect(again.unknown(string)).toEqual(tokenizer.unknown(string));
      }),
      { numRuns: 50 },
    );
  });

  test('a token id outside the vocabulary is an error', async () => {
    const tokenizer = await learn(settings, 'aa bb');
    expect(() => tokenizer.decode([tokenizer.vocabularySize])).toThrow(RangeError);
    expect(() => tokenizer.decoder().push(-1)).toThrow(RangeError);
  });
});

describe('characters', () => {
  test('the vocabulary is <unk>, then the most frequent first, then by code point', async () => {
    const tokenizer = await learn({ kind: 'char' }, 'bbaac\n😀');
    expect(tokens(tokenizer)).toEqual(['<unk>', 'a', 'b', '⏎', 'c', '😀']);
    expect([...tokenizer.encode('abz😀')]).toEqual([1, 2, 0, 5]);
    expect(tokenizer.decode([1, 0, 2])).toBe('a\ufffdb');
    expect(tokenizer.unknown('zäaäz')).toEqual(['z', 'ä']);
  });

  test('The Time Machine, letters only and lower-cased, has the vocabulary of Dive into Deep Learning', async () => {
    // d2l.TimeMachine: 173,428 tokens, 28 different with <unk>; counted independently with Python.
    const letters = timeMachine.replace(/[^A-Za-z]+/g, ' ');
    const tokenizer = await learn({ kind: 'char', lowercase: true }, letters);
    expect(tokenizer.encode(letters).length).toBe(173_428);
    expect(tokenizer.vocabularySize).toBe(28);
    expect(tokens(tokenizer).slice(0, 6)).toEqual(['<unk>', '␣', 'e', 't', 'a', 'i']);
  });

  test('rare characters and those beyond the vocabulary are <unk>', async () => {
    expect(tokens(await learn({ kind: 'char', minFrequency: 2 }, 'aaabbc'))).toEqual(['<unk>', 'a', 'b']);
    expect(tokens(await learn({ kind: 'char', maxVocabulary: 2 }, 'aaabbc'))).toEqual(['<unk>', 'a']);
  });

  test('grapheme clusters are one token each', async () => {
    const tokenizer = await learn({ kind: 'char', unit: 'grapheme' }, 'e\u0301👨‍👩‍👧\r\ne\u0301');
    expect(tokens(tokenizer)).toEqual(['<unk>', 'e\u0301', '␍⏎', '👨‍👩‍👧']);
    expect(tokenizer.unknown('e🇨🇭')).toEqual(['e', '🇨🇭']);
  });

  test('lower-casing applies to prompts too, and never depends on the surroundings', async () => {
    const tokenizer = await learn({ kind: 'char', lowercase: true }, 'ΑΣ Σ İ');
    expect(tokenizer.decode(tokenizer.encode('ΑΣ ΣΑ'))).toBe('ασ σα');
    expect(tokenizer.unknown('ασİ')).toEqual([]);
  });

  test('a lone surrogate in a prompt is an unknown character, not an error', async () => {
    const tokenizer = await learn({ kind: 'char' }, 'ab');
    expect([...tokenizer.encode('a\ud800b')]).toEqual([1, 0, 2]);
  });
});

describe('words', () => {
  test('vocabulary, newline and unknown words', async () => {
    const tokenizer = await learn({ kind: 'word' }, 'the cat, the dog\nthe end\r\n');
    expect(tokens(tokenizer)).toEqual(['<unk>', 'the', '⏎', ',', 'cat', 'dog', 'end']);
    expect([...tokenizer.encode('the  zebra\rend')]).toEqual([1, 0, 2, 6]);
    expect(tokenizer.unknown('the zebra, a zebra')).toEqual(['zebra', 'a']);
    expect(tokenizer.decode([1, 4, 3, 0, 2, 1])).toBe('the cat, <unk>\nthe');
  });

  test.each([
    'He said, "Don\'t (ever) go -- 3.14 % of $ 10,000!" Yes: no; “quoted” text…\nA new line.',
    '我思故我在。（笛卡尔）\nカタカナ、ひらがな',
  ])('spaces go where typography puts them: %j', async (string) => {
    const tokenizer = await learn({ kind: 'word' }, string);
    expect(tokenizer.decode(tokenizer.encode(string))).toBe(string.replace(' %', '%'));
  });

  test('decoded text is read as the same tokens again', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (string) => {
        const tokenizer = await learn({ kind: 'word' }, string);
        fc.pre(!looksPrepared(utf8.encode(string)));
        const ids = tokenizer.encode(string);
        const decoded = tokenizer.decode(ids);
        expect(streamed(tokenizer, ids)).toBe(decoded);
        expect([...tokenizer.encode(decoded)]).toEqual([...ids]);
      }),
      { numRuns: 1000 },
    );
  });

  test('a corpus prepared like Penn Treebank keeps its words: V counts <unk> and the line end once', async () => {
    // 9,998 words, <unk> and the line end: 10,000, as everywhere in the literature.
    const words = Array.from({ length: 9_998 }, (_, i) => ['mr.', "n't", '$', 'u.s.', 'N', "'s", '&'][i] ?? `w-${i}.a`);
    const lines = words.map((word, i) => ` ${word} ${i % 15 === 0 ? '<unk>' : word} the-rest. \n`);
    const tokenizer = await learn({ kind: 'word' }, lines.join(''));
    expect(tokenizer.vocabularySize).toBe(10_000 + 1); // "the-rest." is one more
    const ids = tokenizer.encode(lines[0]!);
    expect(ids[1]).toBe(tokenizer.unknownId);
    expect(tokenizer.decode(ids)).toBe('mr. <unk> the-rest.\n');
    expect(tokenizer.unknown(' u.s. did <unk> \n')).toEqual(['did']);
  });

  test('one <unk> in a text about language models does not make it a prepared one', () => {
    const prose = 'Rare words become <unk> in most corpora. '.padEnd(40_000, 'And so on it goes, for ever. ');
    expect(looksPrepared(utf8.encode(prose))).toBe(false);
    expect(looksPrepared(utf8.encode(' the <unk> of the N \n'))).toBe(true);
  });
});

describe('byte pairs', () => {
  test('merges are those of counting anew each time', async () => {
    // The textbook algorithm (Sennrich et al. 2016, Algorithm 1), ties by the smaller symbols.
    const plain = timeMachine.slice(0, 4000).replaceAll("'", '’'); // no contractions, which this expression lacks
    const pieces = plain.match(/ ?[A-Za-z]+| ?\d+| ?[^\sA-Za-z\d]+|\s+(?!\S)|\s+/g)!;
    const words = pieces.map((piece) => [...utf8.encode(piece)]);
    const expected = [];
    for (let made = 256; made < 330; made++) {
      const counts = new Map<number, number>();
      for (const word of words) {
        for (let i = 1; i < word.length; i++) {
          const key = word[i - 1]! * 1000 + word[i]!;
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      }
      const [key] = [...counts].sort(([a, m], [b, n]) => n - m || a - b)[0]!;
      const pair = [Math.floor(key / 1000), key % 1000] as const;
      expected.push([...pair]);
      for (const word of words) {
        for (let i = 1; i < word.length; i++) {
          if (word[i - 1] === pair[0] && word[i] === pair[1]) word.splice(i - 1, 2, made);
        }
      }
    }
    const tokenizer = await learn({ kind: 'bpe', maxVocabulary: 330 }, plain);
    expect(tokenizer.toJSON()).toMatchObject({ merges: expected });
    expect([...tokenizer.encode(plain)]).toEqual(words.flat());
  });

  test('any text can be said, whatever was learnt from', async () => {
    const tokenizer = await learn({ kind: 'bpe', maxVocabulary: 400 }, timeMachine.slice(0, 20_000));
    expect(tokenizer.vocabularySize).toBe(400);
    expect(tokenizer.unknownId).toBe(null);
    fc.assert(
      fc.property(text, (string) => {
        expect(tokenizer.decode(tokenizer.encode(string))).toBe(string);
      }),
    );
  });

  test('streaming holds incomplete characters back', async () => {
    const tokenizer = await learn({ kind: 'bpe', maxVocabulary: 256 }, 'a');
    const decoder = tokenizer.decoder();
    expect(Array.from(tokenizer.encode('é😀'), (id) => decoder.push(id))).toEqual(['', 'é', '', '', '', '😀']);
    expect(decoder.push(0xe2)).toBe('');
    expect(decoder.end()).toBe('\ufffd');
  });

  test('tokens are shown as text where they are text, as bytes where they are not', async () => {
    const tokenizer = await learn({ kind: 'bpe', maxVocabulary: 257 }, ' é é é é');
    expect(tokenizer.tokenText(0x20)).toBe('␣');
    expect(tokenizer.tokenText(0xc3)).toBe('‹C3›');
    expect(tokenizer.tokenText(256)).toBe('‹20 C3›');
  });

  test('a vocabulary without room for the bytes is refused with the numbers', async () => {
    await expect(learn({ kind: 'bpe', maxVocabulary: 100 }, 'abc')).rejects.toThrow(/256 bytes.*vocabulary of 100/);
  });

  test('pairs seen once are not merged: the vocabulary may stay smaller than asked', async () => {
    expect((await learn({ kind: 'bpe', maxVocabulary: 5000 }, 'abcdef')).vocabularySize).toBe(256);
  });
});

describe('what is not a tokeniser is refused', () => {
  const good = { format: 'unroll-tokenizer/1', kind: 'char', config: config({ kind: 'char' }), tokens: ['a'] };
  test.each([
    ['nothing', null],
    ['another format', { ...good, format: 'other/2' }],
    ['a token twice', { ...good, tokens: ['a', 'a'] }],
    ['a token that is no text', { ...good, tokens: ['\ud800'] }],
    ['an unknown field', { ...good, extra: 1 }],
    ['a merge of what comes later', { ...good, kind: 'bpe', tokens: undefined, merges: [[256, 1]] }],
  ])('%s', (_, json) => {
    expect(() => deserializeTokenizer(json)).toThrow(/not a tokeniser of this program/);
  });
  test('the good one passes', () => {
    expect(deserializeTokenizer(good).vocabularySize).toBe(2);
  });
});
