import { expect, it } from 'vitest';
import { partnerOf } from '../../../../src/renderer/screens/new-run/partner.ts';

const corpora = (...names: string[]) =>
  names.map((name) => ({
    id: name,
    name: name.replace(/\*$/, ''),
    lines: name.endsWith('*') ? 7 : 100,
    missing: false,
  }));

it.each([
  ['europarl.en', ['europarl.de'], 'europarl.de'],
  ['europarl.en.txt', ['book.txt', 'europarl.de.txt', 'europarl.de'], 'europarl.de.txt'],
  ['EN_train', ['de_train', 'de_valid'], 'de_train'],
  ['sentences english', ['sentences german'], 'sentences german'],
])('%s among %j is of one kind with %s', (source, others, partner) => {
  expect(partnerOf(source, corpora(source, ...others))).toBe(partner);
});

it.each([
  ['two that are as near', 'x.en', ['x.de', 'x.fr']],
  ['another number of lines', 'x.en', ['x.de*']],
  ['what differs is no language', 'part-1', ['part-2']],
  ['nothing alike', 'x.en', ['y.de']],
])('none: %s', (_why, source, others) => {
  expect(partnerOf(source, corpora(source, ...others))).toBeNull();
});

it('what is gone is no partner, nor is a corpus of itself', () => {
  expect(partnerOf('x.en', [...corpora('x.en'), { ...corpora('x.de')[0]!, missing: true }])).toBeNull();
  expect(partnerOf('x.en', corpora('x.en'))).toBeNull();
  expect(partnerOf('gone', corpora('x.en'))).toBeNull();
});
