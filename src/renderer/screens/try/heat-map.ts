/** Where the parts of a heat map stand: pure arithmetic, in CSS pixels. */

export interface HeatLayout {
  /** Width and height of a cell. */
  readonly cell: number;
  /** Room for the names of the rows, and above the map for those of the columns. */
  readonly left: number;
  readonly top: number;
  /** Most characters of a name that are written; longer ones end in an ellipsis. */
  readonly rowCharacters: number;
  readonly columnCharacters: number;
}

/** Of a token's name in the map's font. */
const characterWidth = 7;
const padding = 10;
const smallest = 16;
const largest = 30;
const longestName = 14;
/** Names of columns stand at this angle. */
const slant = Math.PI / 4;

function longest(names: readonly string[]): number {
  return Math.min(
    longestName,
    names.reduce((most, name) => Math.max(most, [...name].length), 1),
  );
}

/**
 * Cells as large as fit, within what can be read and what is calm; where they do not fit, the map scrolls.
 * @param width that there is for the whole map
 */
export function layoutOf(rows: readonly string[], columns: readonly string[], width: number): HeatLayout {
  const rowCharacters = longest(rows);
  const columnCharacters = longest(columns);
  const left = rowCharacters * characterWidth + padding;
  const slanted = columnCharacters * characterWidth * Math.sin(slant);
  const room = (width - left - slanted) / Math.max(1, columns.length);
  const cell = Math.max(smallest, Math.min(largest, Math.floor(room)));
  return { cell, left, top: Math.ceil(slanted) + padding + 8, rowCharacters, columnCharacters };
}

/** A name that is no longer than its room. */
export function shortName(name: string, characters: number): string {
  const all = [...name];
  return all.length <= characters ? name : `${all.slice(0, characters - 1).join('')}…`;
}

export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** The cell after a key; null for a key that moves nothing. */
export function moved(at: Cell, key: string, rows: number, columns: number): Cell | null {
  const to = {
    ArrowLeft: { ...at, column: at.column - 1 },
    ArrowRight: { ...at, column: at.column + 1 },
    ArrowUp: { ...at, row: at.row - 1 },
    ArrowDown: { ...at, row: at.row + 1 },
    Home: { ...at, column: 0 },
    End: { ...at, column: columns - 1 },
    PageUp: { ...at, row: 0 },
    PageDown: { ...at, row: rows - 1 },
  }[key];
  if (!to) return null;
  const within = (value: number, count: number) => Math.min(Math.max(value, 0), count - 1);
  return { row: within(to.row, rows), column: within(to.column, columns) };
}
