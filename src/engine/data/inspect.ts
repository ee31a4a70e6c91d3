/** What a person is told of a data file before they train on it. */
import type { EngineFiles } from '../files.ts';
import type { DataConfig } from './config.ts';
import type { Problem } from './rows.ts';
import { suggestData } from './suggest.ts';
import { refuseLonelyClasses, survey, type DataSource, type Survey } from './survey.ts';
import { isOrdered } from './splitting.ts';

export interface Inspection {
  /** How the file was read: as asked, else as suggested. */
  readonly data: DataConfig;
  /** What its beginning looks like. */
  readonly suggested: DataConfig;
  /** Rows, sentences or pairs; 0 of running text, which has none. */
  readonly rows: number;
  /** Those without a problem. */
  readonly usable: number;
  /** The first ones by line; `moreProblems` counts the others. */
  readonly problems: readonly Problem[];
  readonly moreProblems: number;
  /** Names of the columns, or their numbers where they have none. */
  readonly columns: readonly string[];
  /** What the fields of `preview` are. */
  readonly fields: readonly string[];
  readonly preview: readonly (readonly string[])[];
  /** The most frequent first; `moreLabels` counts the others. Empty where labels are numbers. */
  readonly labels: readonly { readonly label: string; readonly count: number }[];
  readonly moreLabels: number;
  /** Sentences about what is no problem but good to know. */
  readonly notes: readonly string[];
}

const mostProblems = 100;
const mostLabels = 1000;
/** Classes from which on a label column looks like something else. */
const suspiciousShare = 0.5;

/**
 * Reads a data file from end to end.
 * @param data how to read it; null: as its beginning suggests
 * @throws CorpusError when it cannot be read so at all (a column is not there); the signal's reason when it was cancelled
 */
export async function inspectData(
  files: EngineFiles,
  source: DataSource,
  data: DataConfig | null,
  signal: AbortSignal,
): Promise<Inspection> {
  const suggested = await suggestData(files, source.path);
  const used = data ?? suggested;
  if (used.kind === 'text') {
    const nothing = {
      problems: [],
      moreProblems: 0,
      columns: [],
      fields: [],
      preview: [],
      labels: [],
      moreLabels: 0,
      notes: [],
    };
    return { data: used, suggested, rows: 0, usable: 0, ...nothing };
  }
  const found = await survey(files, source, used, { signal }, mostProblems);
  const lonely = refuseLonelyClasses(found, used);
  const labels = [...found.labels].sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
  return {
    data: used,
    suggested,
    rows: found.rows,
    usable: found.lines.length - lonely.size,
    problems: [...found.problems.kept].sort((a, b) => a.line - b.line),
    moreProblems: found.problems.more,
    columns: found.columns,
    fields: fieldNames(used),
    preview: found.preview,
    labels: labels.slice(0, mostLabels).map(({ label, count }) => ({ label, count })),
    moreLabels: Math.max(0, labels.length - mostLabels),
    notes: notesOf(found, used),
  };
}

function fieldNames(data: Exclude<DataConfig, { kind: 'text' }>): string[] {
  switch (data.kind) {
    case 'tagged':
      return ['tokens', 'tags'];
    case 'table':
      return ['text', 'label'];
    case 'pairs':
      return ['source', 'target'];
    case 'numeric':
      return [...data.inputs, ...(data.targets ?? [])].map(String);
  }
}

function* notes(found: Survey, data: Exclude<DataConfig, { kind: 'text' }>): Generator<string> {
  const { skips, labels, lines, problems } = found;
  const number = (n: number) => n.toLocaleString('en-US');
  if (skips.ranges > 0)
    yield `${number(skips.ranges)} lines of multiword tokens (1-2) are passed over: their words follow.`;
  if (skips.emptyNodes > 0)
    yield `${number(skips.emptyNodes)} empty nodes (1.1) are passed over: they are not in the text.`;
  if (data.kind === 'tagged') {
    const rare = labels.filter(({ count }) => count === 1).map(({ label }) => label);
    if (rare.length > 0)
      yield `Seen only once: the ${rare.length === 1 ? 'tag' : 'tags'} ${rare.slice(0, 10).join(', ')}${rare.length > 10 ? ' and others' : ''}.`;
  }
  if (data.kind === 'table' && data.label.is === 'class' && labels.length > lines.length * suspiciousShare) {
    yield `There are ${number(labels.length)} different labels in ${number(lines.length)} rows: is this the label column?`;
  }
  if (isOrdered(data) && problems.count > 0) {
    yield 'Without its bad rows the series has gaps; no window reaches across one.';
  }
}

function notesOf(found: Survey, data: Exclude<DataConfig, { kind: 'text' }>): string[] {
  return [...notes(found, data)];
}
