/** Guessing from the beginning of a text how it wants to be read. A person may correct the guess. */
import Papa from 'papaparse';
import type { EngineFiles } from '../files.ts';
import { columnSchema, dataSchema, type Column, type DataConfig } from './config.ts';
import { splitLabels, yesOrNo } from './labels.ts';
import { parseNumber } from './numbers.ts';

/** Bytes looked at. */
const headBytes = 1 << 18;
const mostLines = 500;

/** As if for a run on this text alone. */
export async function suggestData(files: EngineFiles, path: string): Promise<DataConfig> {
  const decoder = new TextDecoder();
  let head = '';
  let bytes = 0;
  for await (const chunk of files.readChunks(path, 0, headBytes)) {
    head += decoder.decode(chunk, { stream: true });
    bytes += chunk.length;
  }
  const lines = head.replaceAll(/\r\n?/g, '\n').split('\n');
  // The last line may be cut off, or is what follows the last line end.
  if (bytes === headBytes || lines.at(-1) === '') lines.pop();
  return suggestFromLines(lines.slice(0, mostLines));
}

/** The same from the first lines of a text. */
export function suggestFromLines(lines: readonly string[]): DataConfig {
  return suggestJson(lines) ?? suggestTagged(lines) ?? suggestCells(lines) ?? dataSchema.parse({ kind: 'text' });
}

function full(lines: readonly string[]): string[] {
  return lines.filter((line) => line.trim() !== '');
}

function suggestJson(lines: readonly string[]): DataConfig | null {
  const [first] = full(lines);
  if (!first?.trimStart().startsWith('{')) return null;
  let value: unknown;
  try {
    value = JSON.parse(first);
  } catch {
    return null;
  }
  const names = Object.keys(value as object);
  if (names.length < 2) return null;
  const records = full(lines).flatMap((line): Record<string, unknown>[] => {
    try {
      const record: unknown = JSON.parse(line);
      return typeof record === 'object' && record !== null ? [record as Record<string, unknown>] : [];
    } catch {
      return [];
    }
  });
  const columns = names.map((name) => records.map((record) => cellText(record[name])));
  return suggestTable({ format: 'jsonl' }, names, columns);
}

function cellText(value: unknown): string {
  return Array.isArray(value) ? value.join(';') : String(value ?? '');
}

function suggestTagged(lines: readonly string[]): DataConfig | null {
  const data = full(lines).filter((line) => !line.startsWith('# '));
  if (data.length === 0) return null;
  if (share(data, (line) => /^\d+([-.]\d+)?\t/.test(line) && line.split('\t').length === 10) >= 1 - mostRagged) {
    return dataSchema.parse({ kind: 'tagged', format: 'conllu', tokenColumn: 2, tagColumn: 4 });
  }
  // Sentences are told by the blank lines between them.
  const blank = lines.length - full(lines).length;
  if (blank < 1 || blank > data.length / 2) return null;
  for (const [separator, pattern] of [
    ['tab', '\t'],
    ['space', ' '],
  ] as const) {
    const rows = data.map((line) => line.split(pattern));
    const width = Math.max(...rows.map((row) => row.length));
    if (width < 2 || width > 20) continue;
    // A line may lack its tag. Tokens and tags are words: a cell of several is a text's.
    const isWhole = (row: readonly string[]) => row.length === width && !row.some((cell) => /\S\s+\S/.test(cell));
    if (share(rows, isWhole) < 1 - mostRagged) continue;
    return dataSchema.parse({ kind: 'tagged', separator, tagColumn: width });
  }
  return null;
}

/** Rows that may have another number of cells than the others and still be taken for mistakes. */
const mostRagged = 0.2;
/** The same where the first row names a text or a label. */
const mostRaggedNamed = 0.5;

const delimiters = [
  { delimiter: '\t', options: { format: 'tsv' } },
  { delimiter: ',', options: { format: 'csv' } },
  { delimiter: ';', options: { format: 'csv', delimiter: ';' } },
  { delimiter: '|', options: { format: 'csv', delimiter: '|' } },
] as const;

function suggestCells(lines: readonly string[]): DataConfig | null {
  for (const { delimiter, options } of delimiters) {
    const quoting = delimiter !== '\t';
    const rows = Papa.parse<string[]>(lines.join('\n'), {
      ...{ delimiter, newline: '\n', skipEmptyLines: true },
      ...(quoting ? {} : { fastMode: true }),
    }).data;
    const width = rows[0]?.length ?? 0;
    if (width < 2 || raggedShare(rows, width) > (namesLabels(rows[0]!) ? mostRaggedNamed : mostRagged)) continue;
    const whole = rows.filter((row) => row.length === width);
    if (delimiter === ',' && looksLikeProse(whole)) continue;
    const suggested = suggestColumns(options, whole, width);
    if (suggested) return suggested;
  }
  return null;
}

function raggedShare(rows: readonly (readonly string[])[], width: number): number {
  return share(rows, (row) => row.length !== width);
}

/** Sentences have commas too, but a space after them. */
function looksLikeProse(rows: readonly (readonly string[])[]): boolean {
  const inner = rows.flatMap((row) => row.slice(1));
  return inner.filter((cell) => /^\s+\p{L}/u.test(cell)).length > inner.length / 2;
}

function suggestColumns(
  options: Readonly<Record<string, string>>,
  rows: readonly (readonly string[])[],
  width: number,
): DataConfig | null {
  const column = (place: number, from: number) => rows.slice(from).map((row) => row[place]!.trim());
  const places = Array.from({ length: width }, (_, place) => place);
  const decimal =
    options['delimiter'] === ';' && rows.slice(1).some((row) => row.some((cell) => /^\s*[+-]?\d+,\d+\s*$/.test(cell)))
      ? ','
      : '.';
  const numeric = (cells: readonly string[]) =>
    cells.length > 0 && share(cells, (cell) => !Number.isNaN(parseNumber(cell, decimal))) > 0.9;
  const numericPlaces = places.filter((place) => numeric(column(place, 1)));
  const header =
    numericPlaces.some((place) => Number.isNaN(parseNumber(rows[0]![place]!, decimal))) || namesLabels(rows[0]!);
  const names = header ? rows[0]!.map((name) => name.trim()) : places.map((place) => place + 1);
  const from = header ? 1 : 0;
  const columns = places.map((place) => column(place, from));
  const other = places.find((place) => !numericPlaces.includes(place));
  const reads = other !== undefined && (textNames.test(String(names[other])) || share(columns[other]!, isProse) > 0.5);
  if (numericPlaces.length >= width - 1 && numericPlaces.length > 0 && !reads) {
    return suggestNumeric({ ...options, header, decimal }, names, rows, numericPlaces, other);
  }
  if (!header && width === 2 && share(columns[1]!, distinct()) > 0.5) {
    return dataSchema.parse({ kind: 'pairs', ...options });
  }
  return suggestTable({ ...options, header }, names, columns);
}

/** A column as it can be asked for: by its number where its name is none, or that of others too. */
function columnAt(names: readonly (string | number)[], place: number): Column {
  const name = names[place]!;
  const isOnlyOne = names.indexOf(name) === names.lastIndexOf(name);
  return isOnlyOne && columnSchema.safeParse(name).success ? name : place + 1;
}

/** Words with spaces between. */
function isProse(cell: string): boolean {
  return /\p{L}\S*\s+\S*\p{L}/u.test(cell);
}

function suggestNumeric(
  options: object,
  names: readonly (string | number)[],
  rows: readonly (readonly string[])[],
  numericPlaces: readonly number[],
  other: number | undefined,
): DataConfig {
  // A column that rises by one from row to row counts time, and is no input.
  const counts = (place: number) => {
    const values = rows.slice(1).map((row) => Number(row[place]));
    return values.length > 1 && values.every((value, i) => i === 0 || value === values[i - 1]! + 1);
  };
  const useful = numericPlaces.filter((place) => !counts(place));
  const inputs = (useful.length > 0 ? useful : numericPlaces).map((place) => columnAt(names, place));
  const classes = other === undefined ? [] : rows.slice(1).map((row) => row[other]!);
  // A text beside the numbers is a class where it repeats, else a date.
  if (other !== undefined && share(classes, distinct()) < 0.5) {
    return dataSchema.parse({
      kind: 'numeric',
      ...options,
      layout: 'rows',
      inputs,
      targets: [columnAt(names, other)],
      targetIs: 'class',
    });
  }
  return dataSchema.parse({ kind: 'numeric', ...options, layout: 'series', inputs });
}

const labelNames = /^(label|labels|class|category|target|sentiment|rating|score|stars|tag|tags|y)$/i;
const textNames = /^(text|sentence|review|comment|message|title|content|document|body|x)$/i;

function namesLabels(row: readonly string[]): boolean {
  return row.some((cell) => labelNames.test(cell.trim()) || textNames.test(cell.trim()));
}

/** The label column is that of few different values, the text that of the most characters. */
function suggestTable(
  options: object,
  names: readonly (string | number)[],
  columns: readonly (readonly string[])[],
): DataConfig | null {
  const places = names.map((_, place) => place);
  const characters = (place: number) => columns[place]!.reduce((sum, cell) => sum + cell.length, 0);
  const named = (pattern: RegExp, not = -1) =>
    places.find((place) => place !== not && pattern.test(String(names[place])));
  const text =
    named(textNames) ?? places.reduce((best, place) => (characters(place) > characters(best) ? place : best), 0);
  const different = (place: number) => new Set(columns[place]).size;
  const label =
    named(labelNames, text) ??
    places.filter((place) => place !== text && different(place) > 1).sort((a, b) => different(a) - different(b))[0];
  if (label === undefined) return null;
  return dataSchema.parse({
    ...{ kind: 'table', ...options, textColumn: columnAt(names, text), labelColumn: columnAt(names, label) },
    label: suggestLabel(columns[label]!),
  });
}

function suggestLabel(cells: readonly string[]): unknown {
  const labels = [...new Set(cells)].filter((label) => label !== '');
  const numbers = labels.filter((label) => !Number.isNaN(parseNumber(label)));
  if (labels.length === 2 && new Set(labels.map((label) => yesOrNo(label, null))).size === 2 && numbers.length === 2)
    return { is: 'binary' };
  if (numbers.length > labels.length * 0.9 && labels.length > 2) return { is: 'number' };
  const several = [';', '|', ','].find((separator) => share(cells, (cell) => cell.includes(separator)) > 0.1);
  if (several && new Set(cells.flatMap((cell) => splitLabels(cell, several))).size < labels.length) {
    return { is: 'labels', separator: several };
  }
  return { is: 'class' };
}

function share<T>(items: readonly T[], has: (item: T) => boolean): number {
  return items.length === 0 ? 0 : items.filter(has).length / items.length;
}

/** Whether an item is the first of its kind. */
function distinct(): (cell: string) => boolean {
  const seen = new Set<string>();
  return (cell) => !seen.has(cell) && seen.add(cell).size > 0;
}
