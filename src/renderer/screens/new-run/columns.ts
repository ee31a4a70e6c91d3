/** Columns as a person chooses them: by name where they have one of their own, else by number. Pure module. */
import type { Column, DataConfig } from '../../../engine/data/config.ts';
import { newRun as text } from '../../lib/messages/new-run.ts';

export interface ColumnNames {
  /** Of the columns, in order; their numbers where they have none. */
  readonly names: readonly string[];
  /** The file names them. */
  readonly named: boolean;
}

/** The configuration's way to say each of these columns. */
export function columnValues({ names, named }: ColumnNames): Column[] {
  const unique = (name: string) => name !== '' && names.indexOf(name) === names.lastIndexOf(name);
  return names.map((name, place) => (named && unique(name) ? name : place + 1));
}

/** Whether data read so name their columns. */
export function namesColumns(data: DataConfig): boolean {
  return 'header' in data && (data.header || data.format === 'jsonl');
}

/** The same for a column, however it is said. */
export function columnKey(column: Column, { names, named }: ColumnNames): string {
  const place = typeof column === 'number' ? column - 1 : named ? names.indexOf(column) : -1;
  return place >= 0 && place < names.length ? String(place) : `? ${column}`;
}

export interface ColumnItem {
  readonly value: string;
  readonly label: string;
  readonly column: Column;
}

/** The file's columns, and after them those that are chosen but not there. */
export function columnItems(columns: ColumnNames, chosen: readonly Column[]): ColumnItem[] {
  const values = columnValues(columns);
  const items = columns.names.map((name, place) => ({
    value: String(place),
    label: columns.named && name !== '' ? name : text.reading.number(place + 1),
    column: values[place]!,
  }));
  const lost = chosen.filter((column) => columnKey(column, columns).startsWith('?'));
  // While the columns are not known, none is known to be missing.
  const label = (column: Column) => {
    const name = typeof column === 'number' ? text.reading.number(column) : column;
    return columns.names.length > 0 ? text.reading.notInFile(name) : name;
  };
  return [...items, ...lost.map((column) => ({ value: columnKey(column, columns), label: label(column), column }))];
}

/** A column said by its number, for when names no longer count; as it is where the file has no such name. */
export function byNumber(column: Column, { names }: ColumnNames): Column {
  const place = typeof column === 'string' ? names.indexOf(column) : -1;
  return place < 0 ? column : place + 1;
}
