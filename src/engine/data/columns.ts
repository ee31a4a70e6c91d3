/** Finding the columns that a configuration names. */
import { CorpusError } from '../corpus/errors.ts';
import type { Column } from './config.ts';
import { quoted } from './rows.ts';

const mostNamed = 20;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).map(quoted).join(', ');
  return names.length > mostNamed ? `${shown} and ${names.length - mostNamed} more` : shown;
}

/**
 * Places, from 0, of columns in a table's rows.
 * @param header names by place; null where the table has none
 * @param width cells of a row
 * @throws CorpusError for one that the table lacks
 */
export function findColumns(columns: readonly Column[], header: readonly string[] | null, width: number): number[] {
  return columns.map((column) => {
    if (typeof column === 'number') {
      if (column <= width) return column - 1;
      throw new CorpusError(`There is no column ${column}: the first row has ${width}.`);
    }
    if (!header) {
      throw new CorpusError(
        `Column ${quoted(column)} is chosen by its name, but the first row is not read as names. Choose it by its number, or say that the file has a header.`,
      );
    }
    const names = header.map((name) => name.trim());
    const place = names.indexOf(column);
    if (place < 0) throw new CorpusError(`There is no column ${quoted(column)}. The columns are ${listed(names)}.`);
    if (names.lastIndexOf(column) !== place) {
      throw new CorpusError(
        `Column ${quoted(column)} is there twice, as number ${place + 1} and ${names.lastIndexOf(column) + 1}: choose it by its number.`,
      );
    }
    return place;
  });
}
