/** Looking through the data of a run before it is trained on, and saying what is wrong with them. */
import type { DataInspection } from '../../../api/types.ts';
import type { RunConfig } from '../../../engine/training/config.ts';
import type { Client } from './app-session.ts';
import type { Look } from './data-options.ts';
import { UsageError } from './errors.ts';
import { count } from './format.ts';
import type { RunCorpora } from './run-options.ts';
import { printable, type Terminal } from './terminal.ts';

/** What a corpus looks like. */
export async function lookAt(client: Client, { main, targets }: RunCorpora, signal: AbortSignal): Promise<Look> {
  return client.corpora.inspect({ id: main, target: targets.main, data: null }, { signal });
}

/** How many numbers the first line of a file of word vectors says that each has. */
export async function widthOfVectors(client: Client, id: string): Promise<number> {
  const { text } = await client.corpora.text({ id, offset: 0, length: 200_000 });
  const cells = (text.split('\n', 1)[0] ?? '').trim().split(/[ \t]+/);
  // word2vec writes how many words there are, and how wide they are, first.
  const counted = cells.length === 2 && cells.every((cell) => /^\d+$/.test(cell));
  return counted ? Number(cells[1]) : cells.length - 1;
}

/**
 * Tells how the files are read and what is left out of them.
 * @param files their names, for people
 * @throws UsageError naming the lines that cannot be used, unless they are to be left out
 */
export async function checkData(
  client: Client,
  config: RunConfig,
  files: RunCorpora,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { data } = config;
  if (data.kind === 'text') return;
  const targets =
    data.kind === 'pairs'
      ? { main: data.targetCorpus, valid: data.validTargetCorpus, test: data.testTargetCorpus }
      : { main: null, valid: null, test: null };
  const sources = [
    { id: config.corpus, target: targets.main, file: files.main },
    { id: config.validCorpus, target: targets.valid, file: files.valid },
    { id: config.testCorpus, target: targets.test, file: files.test },
  ];
  const refusals: string[] = [];
  for (const { id, target, file } of sources) {
    if (id === null) continue;
    const found = await client.corpora.inspect({ id, target, data }, { signal });
    report(found, file!, data.skipBadRows, terminal);
    const bad = problemsOf(found);
    if (bad.length > 0 && data.skipBadRows) terminal.note([`Left out of ${file}:`, ...bad].join('\n'));
    else if (bad.length > 0)
      refusals.push(`${file} has ${examples(data, found.rows - found.usable)} that cannot be used:`, ...bad);
  }
  if (refusals.length > 0) {
    throw new UsageError([...refusals, 'Correct them, or leave them out with --skip-bad-rows.'].join('\n'));
  }
}

/** Problems that are named; the others are counted. */
const mostNamed = 20;

function problemsOf({ problems, moreProblems }: DataInspection): string[] {
  const more = problems.length - mostNamed + moreProblems;
  return [
    ...problems.slice(0, mostNamed).map(({ line, message }) => `  Line ${line}: ${printable(message)}`),
    ...(more > 0 ? [`  And ${count(more)} more.`] : []),
  ];
}

function report(found: DataInspection, file: string, skipping: boolean, terminal: Terminal): void {
  const { data, rows: all, usable, problems, labels, moreLabels, notes } = found;
  if (terminal.json) terminal.event({ event: 'data', file, data, rows: all, usable, problems });
  const left = all > usable && skipping ? `, ${count(all - usable)} left out` : '';
  const kinds = labels.length > 0 ? `, ${count(labels.length + moreLabels)} labels` : '';
  terminal.line(printable(`${file}: ${examples(data, all)}${left}${kinds}, read as ${describeData(data)}`));
  for (const note of notes) terminal.note(printable(note));
}

/** "1 sentence", "2,000 rows" */
function examples({ kind }: RunConfig['data'], n: number): string {
  const what = kind === 'tagged' ? 'sentence' : kind === 'pairs' ? 'pair' : 'row';
  return `${count(n)} ${what}${n === 1 ? '' : 's'}`;
}

/** How a file is read, in a few words. */
export function describeData(data: RunConfig['data']): string {
  switch (data.kind) {
    case 'text':
      return 'running text';
    case 'tagged':
      return `${data.format === 'conllu' ? 'CoNLL-U' : `${data.separator}-separated columns`}: tokens in column ${data.tokenColumn}, tags in column ${data.tagColumn}`;
    case 'table':
      return `${data.format}: text in column ${data.textColumn}, label in column ${data.labelColumn}`;
    case 'pairs':
      return data.targetCorpus === null
        ? `${data.format}: source in column ${data.sourceColumn}, target in column ${data.targetColumn}`
        : 'the sources of line-aligned pairs';
    case 'numeric':
      return `${data.format}: ${data.inputs.join(', ')}${data.targets === null ? '' : ` → ${data.targets.join(', ')}`}`;
  }
}
