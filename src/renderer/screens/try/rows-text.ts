/** Rows of numbers as people type or paste them: cells of a CSV, with or without its header, or numbers side by side. */
import { parseNumber } from '../../lib/number-field.ts';
import { tryOut as text } from '../../lib/messages/try.ts';

export interface ReadRows {
  readonly rows: readonly (readonly number[])[];
  /** A sentence with the line; the rows before it were read. */
  readonly problem: string | null;
}

const delimiters = ['\t', ';', ',', /\s+/] as const;

/** The cells of a line, by the first delimiter that it has. */
export function cellsOf(line: string): string[] {
  const trimmed = line.trim();
  const delimiter = delimiters.find((one) => trimmed.split(one).length > 1);
  const cells = delimiter === undefined ? [trimmed] : trimmed.split(delimiter);
  return cells.map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

/** A cell's number; NaN where it is none. */
export function cellNumber(cell: string, decimal: '.' | ','): number {
  const number = parseNumber(decimal === ',' ? cell.replaceAll('.', '').replace(',', '.') : cell);
  return number ?? NaN;
}

/**
 * Reads rows of the given columns. A first line without any number is a header: columns are then found by their names, so that a
 * whole table can be pasted.
 */
export function readRows(typed: string, columns: readonly string[], decimal: '.' | ',' = '.'): ReadRows {
  const lines = typed.split(/\r\n?|\n/).map((line, at) => ({ number: at + 1, line }));
  const full = lines.filter(({ line }) => line.trim() !== '');
  let order = columns.map((_, at) => at);
  let width = columns.length;
  const header = cellsOf(full[0]?.line ?? '');
  if (full.length > 0 && header.every((cell) => Number.isNaN(cellNumber(cell, decimal)))) {
    full.shift();
    order = columns.map((name) => header.indexOf(name));
    width = header.length;
    const missing = columns.filter((_, at) => order[at] === -1);
    if (missing.length > 0) return { rows: [], problem: text.rows.noColumn(missing.join(', ')) };
  }
  const rows: number[][] = [];
  for (const { number, line } of full) {
    const cells = cellsOf(line);
    if (cells.length !== width) return { rows, problem: text.rows.width(number, cells.length, width) };
    const values = order.map((at) => cellNumber(cells[at]!, decimal));
    const bad = values.findIndex(Number.isNaN);
    if (bad >= 0) return { rows, problem: text.rows.notANumber(number, columns[bad]!, cells[order[bad]!]!) };
    rows.push(values);
  }
  return { rows, problem: null };
}

/** Rows as CSV, with a header. */
export function csvOf(columns: readonly string[], rows: readonly (readonly (number | string)[])[]): string {
  const cell = (value: number | string) => {
    const written = String(value);
    return /[",\r\n]/.test(written) ? `"${written.replaceAll('"', '""')}"` : written;
  };
  return [columns, ...rows].map((row) => row.map(cell).join(',')).join('\n') + '\n';
}
