/** Numbers to predict from: typed ones, and tables. */
import type { ModelInput } from '../../../api/types.ts';
import type { NumericConfig } from '../../../engine/data/config.ts';
import { delimitedFormat, delimitedRows, type CellRow } from '../../../engine/data/delimited.ts';
import { parseNumber } from '../../../engine/data/numbers.ts';
import { quoted } from '../../../engine/data/rows.ts';
import { UsageError } from './errors.ts';

/**
 * "5.1,3.5;4.9,3.0": cells separated by commas, rows by semicolons. Where a network reads one column, every number is a row.
 * @throws UsageError naming what is no number
 */
export function typedRows(text: string, { inputColumns }: Pick<ModelInput, 'inputColumns'>): number[][] {
  const cells = text.split(/[;\n]/).map((row) => row.split(','));
  const rows = inputColumns.length === 1 ? cells.flat().map((cell) => [cell]) : cells;
  return rows.map((row, i) => {
    if (row.length !== inputColumns.length) {
      throw new UsageError(
        `--input, row ${i + 1} has ${row.length} numbers: this network reads ${inputColumns.length}, the columns ${inputColumns.join(', ')}.`,
      );
    }
    return row.map((cell, place) => numberIn(cell, '.', `--input, row ${i + 1}`, inputColumns[place]!));
  });
}

/**
 * The input columns of a table that is written as the run's data are: by their names where its first row has them all, otherwise by
 * their places.
 * @param name of the file, for messages
 * @throws UsageError naming the line that cannot be read
 */
export async function tableRows(
  text: string,
  name: string,
  { inputColumns }: Pick<ModelInput, 'inputColumns'>,
  data: NumericConfig,
): Promise<number[][]> {
  const rows: CellRow[] = [];
  const withoutMark = text.replace(/^\ufeff/, '').replaceAll(/\r\n?/g, '\n');
  for await (const block of delimitedRows(once(withoutMark), delimitedFormat(data))) rows.push(...block);
  const [first] = rows;
  if (!first) throw new UsageError(`${name} has no rows.`);
  const names = first.cells.map((cell) => cell.trim());
  const hasNames = inputColumns.every((column) => names.includes(column));
  const isHeader = hasNames && names.some((cell) => Number.isNaN(parseNumber(cell, data.decimal)));
  const places = isHeader ? inputColumns.map((column) => names.indexOf(column)) : placesIn(names, name, inputColumns);
  return rows.slice(isHeader ? 1 : 0).map(({ line, cells, problem }) => {
    if (problem) throw new UsageError(`${name}, line ${line}: ${problem}`);
    return places.map((place, i) =>
      numberIn(cells[place] ?? '', data.decimal, `${name}, line ${line}`, inputColumns[i]!),
    );
  });
}

/** Of a table without names: all its columns, or those that the run's data were read from. */
function placesIn(first: readonly string[], name: string, inputColumns: readonly string[]): number[] {
  if (first.length === inputColumns.length) return inputColumns.map((_, i) => i);
  const numbers = inputColumns.map((column) => (/^\d+$/.test(column) ? Number(column) - 1 : NaN));
  if (numbers.every((place) => place < first.length)) return numbers;
  throw new UsageError(
    `${name} has the columns ${first.join(', ')}: this network reads ${inputColumns.length}, ${inputColumns.join(', ')}.`,
  );
}

function numberIn(cell: string, decimal: '.' | ',', where: string, column: string): number {
  const value = parseNumber(cell, decimal);
  if (Number.isNaN(value)) throw new UsageError(`${where}: column ${column} holds ${quoted(cell)}, not a number.`);
  return value;
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
