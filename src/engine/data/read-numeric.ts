/** Rows of numbers, with a class for those that have one. */
import type { EngineFiles } from '../files.ts';
import type { NumericConfig } from './config.ts';
import { numberAdvice, parseNumber } from './numbers.ts';
import { readColumns, type TakeColumns } from './read-table.ts';
import { bad, good, quoted, type Row } from './rows.ts';
import type { Reading } from './text-lines.ts';

export interface NumericRow {
  /** The input columns, then, unless they are a class, the target columns. */
  readonly values: Float64Array;
  /** Where the target is a class. */
  readonly label: string | null;
}

export async function* readNumeric(
  files: EngineFiles,
  path: string,
  config: NumericConfig,
  reading: Reading,
  onColumns?: TakeColumns,
): AsyncGenerator<Row<NumericRow>[]> {
  const { inputs, targetIs, decimal } = config;
  const targets = config.targets ?? inputs;
  const columns = [...inputs, ...targets];
  const numbers = targetIs === 'class' ? inputs.length : columns.length;
  const toRow = (line: number, cells: readonly string[]): Row<NumericRow> => {
    const values = new Float64Array(numbers);
    for (let i = 0; i < numbers; i++) {
      const cell = cells[i]!;
      values[i] = parseNumber(cell, decimal);
      if (!Number.isNaN(values[i])) continue;
      const name = quoted(String(columns[i]));
      if (cell.trim() === '') return bad(line, `Column ${name} is empty.`);
      return bad(line, `Column ${name} holds ${quoted(cell)}, not a number.${numberAdvice(cell, decimal)}`);
    }
    if (targetIs !== 'class') return good(line, { values, label: null });
    const label = cells[numbers]!.trim();
    return label === '' ? bad(line, 'The label is missing.') : good(line, { values, label });
  };
  for await (const rows of readColumns(files, path, config, columns, reading, onColumns)) {
    yield rows.map((row) => (row.example ? toRow(row.line, row.example) : { ...row, example: null }));
  }
}
