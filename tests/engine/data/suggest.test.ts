import { expect, test } from 'vitest';
import { suggestFromLines } from '../../../src/engine/data/suggest.ts';

const sentence = ['the\tDET', 'cat\tNOUN', 'runs\tVERB', ''];
const repeat = (lines: readonly string[]) => Array.from({ length: 10 }, () => lines).flat();

test('a tag file with a few tokens that lack their tag is one with mistakes, not a table', () => {
  const broken = ['orphan', 'word', '', 'the\tDET', 'dog', ''];
  expect(suggestFromLines([...repeat(sentence), ...broken])).toMatchObject({ kind: 'tagged', separator: 'tab' });
  const spaced = repeat(sentence).map((line) => line.replace('\t', ' '));
  expect(suggestFromLines([...spaced, 'orphan', ''])).toMatchObject({ kind: 'tagged', separator: 'space' });
});

test('CoNLL-U with a line that is none is still that', () => {
  const line = (n: number) => `${n}\tcat\tcat\tNOUN\tNN\t_\t0\troot\t_\t_`;
  const lines = repeat(['# text = cat cat', line(1), line(2), '']);
  expect(suggestFromLines([...lines, '1\tcat', ''])).toMatchObject({ kind: 'tagged', format: 'conllu' });
});

test('pairs with a blank line between are no tagged sentence', () => {
  const pairs = Array.from({ length: 10 }, (_, i) => `number ${i}\tthe number that is ${i}`);
  expect(suggestFromLines([...pairs, '', ...pairs.map((pair) => `${pair} again`)])).toMatchObject({ kind: 'pairs' });
});

test('a poem is running text', () => {
  const poem = ['Tyger Tyger, burning bright,', 'In the forests of the night;', 'What immortal hand or eye,', ''];
  expect(suggestFromLines(repeat(poem))).toEqual({ kind: 'text' });
});
