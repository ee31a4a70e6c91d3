/** Rows with a text and a label: CSV, TSV, JSON lines. */
import { CorpusError } from '../corpus/errors.ts';
import type { EngineFiles } from '../files.ts';
import { findColumns } from './columns.ts';
import type { Column, TableConfig } from './config.ts';
import { delimitedFormat, delimitedRows, type CellRow } from './delimited.ts';
import { labelProblem } from './labels.ts';
import { bad, good, quoted, type Row } from './rows.ts';
import { textLines, textPieces, tooLongMessage, type Reading } from './text-lines.ts';

export interface LabelledText {
  readonly text: string;
  /** Without white space around it. */
  readonly label: string;
}

/** Told the columns' names (their numbers, where there is no header) before the first rows come. */
export type TakeColumns = (names: readonly string[]) => void;

const nothing = () => {};

export async function* readTable(
  files: EngineFiles,
  path: string,
  config: TableConfig,
  reading: Reading,
  onColumns: TakeColumns = nothing,
): AsyncGenerator<Row<LabelledText>[]> {
  if (config.format === 'jsonl') {
    yield* readJsonLines(files, path, config, reading, onColumns);
    return;
  }
  const columns = [config.textColumn, config.labelColumn];
  for await (const rows of readColumns(files, path, config, columns, reading, onColumns)) {
    yield rows.map((row) =>
      row.example ? labelled(row.line, row.example[0]!, row.example[1]!.trim(), config) : { ...row, example: null },
    );
  }
}

function labelled(line: number, text: string, label: string, config: TableConfig): Row<LabelledText> {
  if (text.trim() === '') return bad(line, `The text (column ${quoted(String(config.textColumn))}) is empty.`);
  const problem = labelProblem(label, config.label);
  return problem ? bad(line, problem) : good(line, { text, label });
}

/**
 * The cells of the chosen columns, in the order chosen.
 * @throws CorpusError when a column is not there, or nothing is
 */
export async function* readColumns(
  files: EngineFiles,
  path: string,
  config: Parameters<typeof delimitedFormat>[0] & { readonly header: boolean },
  columns: readonly Column[],
  reading: Reading,
  onColumns: TakeColumns = nothing,
): AsyncGenerator<Row<readonly string[]>[]> {
  let names: readonly string[] | null = null;
  let places: number[] = [];
  let width = 0;
  const begin = (first: CellRow): boolean => {
    if (first.problem) throw new CorpusError(`Line ${first.line}: ${first.problem}`);
    width = first.cells.length;
    places = findColumns(columns, config.header ? first.cells : null, width);
    names = config.header ? first.cells.map((name) => name.trim()) : first.cells.map((_, place) => String(place + 1));
    onColumns(names);
    return config.header;
  };
  for await (const rows of delimitedRows(textPieces(files, path, reading), delimitedFormat(config))) {
    const from = names === null && rows.length > 0 && begin(rows[0]!) ? 1 : 0;
    yield rows.slice(from).map(({ line, cells, problem }) => {
      if (problem) return bad(line, problem);
      if (cells.length !== width) return bad(line, raggedMessage(cells.length, width, config.header ? names! : null));
      return good(
        line,
        places.map((place) => cells[place]!),
      );
    });
  }
  if (names === null) throw new CorpusError('The file has no rows.');
}

function raggedMessage(cells: number, width: number, names: readonly string[] | null): string {
  const expected = names && width <= 8 ? `${width} columns (${names.join(', ')})` : `${width} columns`;
  const cause = cells > width ? 'A cell that holds the delimiter has to stand in quotes.' : 'Is a delimiter missing?';
  return `The row has ${cells} ${cells === 1 ? 'cell' : 'cells'}, and the table ${expected}. ${cause}`;
}

async function* readJsonLines(
  files: EngineFiles,
  path: string,
  config: TableConfig,
  reading: Reading,
  onColumns: TakeColumns,
): AsyncGenerator<Row<LabelledText>[]> {
  let names: string[] | null = null;
  for await (const lines of textLines(files, path, reading)) {
    const rows: Row<LabelledText>[] = [];
    for (const { line, text, tooLong } of lines) {
      if (text.trim() === '') continue;
      const value = tooLong ? tooLongMessage : parseObject(text);
      if (typeof value === 'string') {
        rows.push(bad(line, value));
        continue;
      }
      if (names === null) {
        names = Object.keys(value);
        onColumns(names);
        findColumns([config.textColumn, config.labelColumn], names, names.length);
      }
      rows.push(fromObject(line, value, names, config));
    }
    yield rows;
  }
  if (names === null) throw new CorpusError('No line of the file holds a JSON object.');
}

/** The object of a line, or what is wrong. */
function parseObject(text: string): Readonly<Record<string, unknown>> | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'The line is not JSON.';
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return 'The line is JSON, but not an object with named values: {"text": …, "label": …}.';
}

function fromObject(
  line: number,
  object: Readonly<Record<string, unknown>>,
  names: readonly string[],
  config: TableConfig,
): Row<LabelledText> {
  const keyOf = (column: Column) => (typeof column === 'number' ? names[column - 1]! : column);
  const [textKey, labelKey] = [keyOf(config.textColumn), keyOf(config.labelColumn)];
  const cell = (key: string) => (Object.hasOwn(object, key) ? object[key] : undefined);
  const text = cell(textKey);
  if (typeof text !== 'string') return bad(line, `${quoted(textKey)} is ${kindOf(text)}, not a text.`);
  const label = labelOf(cell(labelKey), config);
  if (label === null) return bad(line, `${quoted(labelKey)} is ${kindOf(cell(labelKey))}, not a label.`);
  return labelled(line, text, label.trim(), config);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'missing';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function labelOf(value: unknown, { label }: TableConfig): string | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (label.is !== 'labels') return null;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string' && !item.includes(label.separator)))
    return null;
  return value.join(label.separator);
}
