/** Small data corpora of every kind, and the engine's own look at them. */
import type { Corpus } from '../../../src/api/types.ts';
import type { DataConfig } from '../../../src/engine/data/config.ts';
import { inspectData, type Inspection } from '../../../src/engine/data/inspect.ts';
import type { EngineFiles } from '../../../src/engine/files.ts';
import { corpus, random } from './fake-data.ts';

function lines(count: number, make: (index: number, next: () => number) => string): string {
  const next = random(count);
  return Array.from({ length: count }, (_, index) => `${make(index, next)}\n`).join('');
}

const pick = <T>(from: readonly T[], next: () => number): T => from[Math.floor(next() * from.length)]!;

const praise = ['a wonderful, warm film', 'the best acting of the year', 'funny and moving from start to end'];
const blame = ['dull and far too long', 'the plot makes no sense', 'not worth the ticket'];

const sentiment = `text,label\n${lines(200, (i, next) => `"${pick(i % 2 ? praise : blame, next)}, number ${i}",${i % 2 ? 'positive' : 'negative'}`)}`;

const dates = `text,language\n${lines(120, (i) => `word${i},${['Arabic', 'Chinese', 'Czech', 'Dutch', 'English', 'French', 'German', 'Greek', 'Irish', 'Italian'][i % 10]}`)}`;

const tags: Readonly<Record<string, string>> = {
  the: 'DET',
  dog: 'NOUN',
  sees: 'VERB',
  a: 'DET',
  red: 'ADJ',
  ball: 'NOUN',
};
const tagged = lines(60, (_, next) =>
  ['the', pick(['dog', 'ball'], next), 'sees', 'a', 'red', pick(['dog', 'ball'], next), '']
    .map((word) => (word ? `${word}\t${tags[word]}` : ''))
    .join('\n'),
);

const digits = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const pairs = lines(
  100,
  (i) => `${i + 100}\t${Array.from(String(i + 100), (digit) => digits[Number(digit)]).join(' ')}`,
);

const english = lines(80, (i) => `A man in shirt number ${i} is standing in the street.`);
const german = lines(80, (i) => `Ein Mann im Hemd Nummer ${i} steht auf der Straße.`);

const sines = `t,mix,noisy\n${lines(400, (i, next) => `${i},${(Math.sin(i / 9) + Math.sin(i / 23)).toFixed(4)},${(Math.sin(i / 9) + next() - 0.5).toFixed(4)}`)}`;

const flowers = `sepal length,sepal width,petal length,petal width,species\n${lines(90, (i, next) => {
  const kind = i % 3;
  const size = (least: number) => (least + next() + kind).toFixed(1);
  return [size(4), size(2), size(1), size(0), ['setosa', 'versicolor', 'virginica'][kind]].join(',');
})}`;

const broken = `text,label\n${lines(60, (i, next) => {
  const text = pick(praise, next).replaceAll(',', '');
  if (i % 9 === 4) return `${text} without a label`;
  return i === 30
    ? `${text},seen only once`
    : `${text} ${i},${i % 2 ? 'good' : 'a label with a very long name indeed, which nobody would expect'.replace(',', '')}`;
})}`;

const named = {
  'movie-reviews.csv': sentiment,
  'names.csv': dates,
  'tagging.conll': tagged,
  'numbers.tsv': pairs,
  'multi30k-train.en': english,
  'multi30k-train.de': german,
  'sines.csv': sines,
  'iris.csv': flowers,
  'broken.csv': broken,
};

const texts: ReadonlyMap<string, string> = new Map(Object.entries(named));

/** Their corpora: the id is the name. */
export function dataTexts(): Corpus[] {
  return [...texts].map(([name, text], index) => ({
    ...corpus(0),
    id: name,
    name,
    source: `/home/ada/data/${name}`,
    createdAt: corpus(20 + index).createdAt,
    bytes: text.length,
    characters: text.length,
    lines: text.split('\n').length - 1,
  }));
}

export const isDataText = (id: string) => texts.has(id);

/** A text by its corpus; running text for all others. */
const textOf = (id: string) =>
  texts.get(id) ?? 'It was a bright cold day in April.\nThe clocks were striking thirteen.\n'.repeat(40);

/** Files by corpus, for looking through them. */
const files = {
  async *readChunks(path: string, start = 0, end?: number) {
    yield await Promise.resolve(new TextEncoder().encode(textOf(path)).subarray(start, end));
  },
  size: (path: string) => Promise.resolve(new TextEncoder().encode(textOf(path)).length),
} as Pick<EngineFiles, 'readChunks' | 'size'> as EngineFiles;

export function inspectText(id: string, target: string | null, data: DataConfig | null): Promise<Inspection> {
  return inspectData(files, { path: id, targetPath: target }, data, new AbortController().signal);
}
