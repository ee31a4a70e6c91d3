/** Looking through a data file once: what is in it, what is wrong, which labels there are. */
import type { EngineFiles } from '../files.ts';
import type { ExampleData } from './config.ts';
import { splitLabels, yesOrNo } from './labels.ts';
import { readNumeric, type NumericRow } from './read-numeric.ts';
import { readPairs, type TextPair } from './read-pairs.ts';
import { readTable, type LabelledText, type TakeColumns } from './read-table.ts';
import { readTagged, type TaggedSentence, type TaggedSkips } from './read-tagged.ts';
import { ProblemList, type Row } from './rows.ts';
import type { Reading } from './text-lines.ts';

/** Files that examples are read from. */
export interface DataSource {
  readonly path: string;
  /** Pairs in two line-aligned files: that of the targets. */
  readonly targetPath: string | null;
}

export type Example = TaggedSentence | LabelledText | TextPair | NumericRow;

/** The rows of a data file, whatever it is. */
export function readExamples(
  files: EngineFiles,
  { path, targetPath }: DataSource,
  data: ExampleData,
  reading: Reading,
  onColumns?: TakeColumns,
  skips?: TaggedSkips,
): AsyncGenerator<Row<Example>[]> {
  switch (data.kind) {
    case 'tagged':
      return readTagged(files, path, data, reading, skips);
    case 'table':
      return readTable(files, path, data, reading, onColumns);
    case 'pairs':
      return readPairs(files, path, targetPath, data, reading, onColumns);
    case 'numeric':
      return readNumeric(files, path, data, reading, onColumns);
  }
}

export interface LabelCount {
  readonly label: string;
  /** Examples, or tokens, that have it. */
  count: number;
  /** Of the first example. */
  readonly line: number;
}

export interface Survey {
  /** Rows, sentences or pairs, good and bad. */
  readonly rows: number;
  /** Line of every good one, in order. */
  readonly lines: readonly number[];
  /** Which of `labels` each good one has, where a label is a class or yes or no (then 1 and 0); else -1. */
  readonly labelOf: readonly number[];
  /** In order of appearance; none where labels are numbers. */
  readonly labels: readonly LabelCount[];
  readonly problems: ProblemList;
  /** Names of the file's columns, or their numbers; of two files none. */
  readonly columns: readonly string[];
  /** The first good ones, field by field. */
  readonly preview: readonly (readonly string[])[];
  readonly skips: TaggedSkips;
}

const mostPreviewed = 20;
/** Characters of a previewed field. */
const longestPreview = 500;

export async function survey(
  files: EngineFiles,
  source: DataSource,
  data: ExampleData,
  reading: Reading,
  mostProblems: number,
): Promise<Survey> {
  const labels = new Map<string, LabelCount & { readonly index: number }>();
  const problems = new ProblemList(mostProblems);
  const skips = { ranges: 0, emptyNodes: 0, comments: 0 };
  const lines: number[] = [];
  const labelOf: number[] = [];
  const preview: string[][] = [];
  let columns: readonly string[] = [];
  let rows = 0;
  const count = (label: string, line: number): number => {
    const known = labels.get(label);
    if (known) known.count++;
    else labels.set(label, { label, count: 1, line, index: labels.size });
    return known?.index ?? labels.size - 1;
  };
  const blocks = readExamples(files, source, data, reading, (names) => (columns = names), skips);
  for await (const block of blocks) {
    for (const { line, example, problem } of block) {
      rows++;
      if (!example) {
        problems.add(line, problem!);
        continue;
      }
      lines.push(line);
      labelOf.push(countLabels(example, data, line, count));
      if (preview.length < mostPreviewed)
        preview.push(fields(example, data).map((field) => field.slice(0, longestPreview).toWellFormed()));
    }
  }
  return { rows, lines, labelOf, labels: [...labels.values()], problems, columns, preview, skips };
}

/** Counts an example's labels; gives the one that the split keeps in proportion, or -1. */
function countLabels(
  example: Example,
  data: ExampleData,
  line: number,
  count: (label: string, line: number) => number,
): number {
  if (data.kind === 'tagged') {
    for (const tag of (example as TaggedSentence).tags) {
      for (const label of tagLabels(tag, data.tagSeparator)) count(label, line);
    }
    return -1;
  }
  if (data.kind === 'numeric') {
    const { label } = example as NumericRow;
    return label === null ? -1 : count(label, line);
  }
  if (data.kind !== 'table') return -1;
  const { label } = example as LabelledText;
  switch (data.label.is) {
    case 'class':
      return count(label, line);
    case 'binary':
      count(label, line);
      return yesOrNo(label, data.label.positive)!;
    case 'labels':
      for (const one of splitLabels(label, data.label.separator)) count(one, line);
      return -1;
    case 'number':
      return -1;
  }
}

/** The labels of a tag cell. */
export function tagLabels(tag: string, separator: string | null): string[] {
  return separator === null ? [tag] : splitLabels(tag, separator, '_');
}

function fields(example: Example, data: ExampleData): string[] {
  if ('tokens' in example) return [example.tokens.join(' '), example.tags.join(' ')];
  if ('source' in example) return [example.source, example.target];
  if ('text' in example) return [example.text, example.label];
  // Without targets of their own the inputs are there twice.
  const shown = data.kind === 'numeric' && data.targets === null ? data.inputs.length : example.values.length;
  return [...Array.from(example.values.subarray(0, shown), String), ...(example.label === null ? [] : [example.label])];
}

/** Whether examples are of one class each. */
export function hasClasses(data: ExampleData): boolean {
  return (data.kind === 'table' && data.label.is === 'class') || (data.kind === 'numeric' && data.targetIs === 'class');
}

/**
 * Which of a survey's labels only one example has: it could be learned from or measured on, not both. Adds a problem for each. For
 * the file that parts are split from.
 */
export function refuseLonelyClasses(found: Survey, data: ExampleData): Set<number> {
  const lonely = new Set<number>();
  if (!hasClasses(data)) return lonely;
  found.labels.forEach(({ label, count, line }, index) => {
    if (count > 1) return;
    lonely.add(index);
    found.problems.add(
      line,
      `The label ${JSON.stringify(label)} is seen only here: one example cannot be both learned from and measured on. Add examples, or correct the label.`,
    );
  });
  return lonely;
}
