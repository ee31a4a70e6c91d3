/** Rows of cells: CSV and its relatives, read by Papa Parse a piece of text at a time. */
import Papa from 'papaparse';
import { longestLine } from './text-lines.ts';

export interface DelimitedFormat {
  readonly delimiter: string;
  readonly quoting: boolean;
}

export interface CellRow {
  /** Where it begins, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** What is wrong with its quotes; null if nothing. */
  readonly problem: string | null;
}

/** The format that a configuration means. */
export function delimitedFormat(config: {
  readonly format: string;
  readonly delimiter: string | null;
  readonly quoting: boolean | null;
}): DelimitedFormat {
  const tabs = config.format === 'tsv';
  return { delimiter: config.delimiter ?? (tabs ? '\t' : ','), quoting: config.quoting ?? !tabs };
}

/** Papa Parse's result for one row. */
interface Step {
  readonly data: readonly (readonly string[])[];
  readonly errors: readonly { readonly code: string }[];
  readonly meta: { readonly cursor: number };
}

/**
 * The rows of a text whose line ends are \n, those of each piece together. Lines without a character are not rows.
 */
export async function* delimitedRows(
  pieces: AsyncIterable<string>,
  format: DelimitedFormat,
): AsyncGenerator<CellRow[]> {
  const reader = new DelimitedReader(format);
  for await (const piece of pieces) {
    yield reader.push(piece, false);
    if (reader.lost) return;
  }
  yield reader.push('', true);
}

class DelimitedReader {
  /** A quote that never closes took the rest of the file. */
  lost = false;
  readonly #format: DelimitedFormat;
  #rest = '';
  #line = 1;

  constructor(format: DelimitedFormat) {
    this.#format = format;
  }

  push(piece: string, last: boolean): CellRow[] {
    const { delimiter, quoting } = this.#format;
    const text = this.#rest + piece;
    const rows: CellRow[] = [];
    let consumed = 0;
    const step = ({ data, errors, meta }: Step) => {
      const cells = data[0]!;
      const codes = new Set(errors.map(({ code }) => code));
      const lines = lineEnds(text, consumed, meta.cursor);
      if (cells.length > 1 || cells[0] !== '') {
        rows.push({
          line: this.#line,
          cells,
          problem: quoteProblem(codes, text[meta.cursor - 1] === '\n' ? lines : lines + 1),
        });
      }
      this.#line += lines;
      consumed = meta.cursor;
    };
    const parser = new Papa.Parser({
      delimiter,
      newline: '\n',
      // The published types leave out what the low-level parser gives a step.
      step: step as never,
      // Fast mode splits at line ends and delimiters and knows no quotes.
      ...(quoting ? {} : { fastMode: true }),
    });
    parser.parse(text, 0, !last);
    this.#rest = text.slice(consumed);
    if (!last && this.#rest.length > longestLine) {
      this.lost = true;
      rows.push({ line: this.#line, cells: [], problem: endlessRow(quoting && this.#rest.includes('"')) });
    }
    return rows;
  }
}

function lineEnds(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

function quoteProblem(codes: ReadonlySet<string>, lines: number): string | null {
  const advice = 'Double the quotes ("") that belong to the text, or read the file without quoting.';
  if (codes.has('InvalidQuotes')) {
    const taken = lines > 1 ? `, and a cell takes ${lines} lines: was a quote never closed?` : '.';
    return `The quotes do not match: text follows a closing quote${taken} ${advice}`;
  }
  if (codes.has('MissingQuotes')) {
    return `A quote opens here and never closes, so a cell takes all ${lines} lines to the end of the file. ${advice}`;
  }
  return null;
}

function endlessRow(inQuotes: boolean): string {
  const size = longestLine.toLocaleString('en-US');
  return inQuotes
    ? `A quote opens in this row and does not close within ${size} characters, so the rest of the file cannot be read. Close it, double it ("") if it belongs to the text, or read the file without quoting.`
    : `The row has more than ${size} characters, so the rest of the file is not read: this does not look like one example a row.`;
}
