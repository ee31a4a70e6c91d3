/** The lower end of a network: what each step reads, and the vector that it becomes. */
import { isStep, type Column } from './columns.ts';
import { bottomOf, topOf, type Box, type Part, type Sheet } from './drawing.ts';
import { line, TIP } from './paths.ts';

export const VECTOR = { height: 30, widest: 64 } as const;
export const TOKEN = 24;
const SYMBOL = 18;
/** Space between an input's letter and its vector. */
const ROOM = 14;

export interface Inputs {
  readonly part: Part;
  readonly columns: readonly Column[];
  readonly letter: 'x' | 'y';
  readonly boxWidth: number;
  readonly tokenWidth: number;
  readonly textAt: (position: number) => string | null;
  readonly named: boolean;
  /** Lower edge. */
  readonly floor?: number;
}

/** Returns the vectors, by column, and the letters under them. */
export function drawInputs(
  sheet: Sheet,
  { part, columns, letter, boxWidth, tokenWidth, textAt, named, floor = 0 }: Inputs,
): { vectors: Map<string, Box>; letters: Map<string, Box>; y: number } {
  const token = floor - TOKEN / 2;
  const symbol = token - TOKEN / 2 - 2 - SYMBOL / 2;
  const vector = symbol - SYMBOL / 2 - ROOM - VECTOR.height / 2;
  const vectors = new Map<string, Box>();
  const letters = new Map<string, Box>();
  for (const column of columns) {
    const { key, x, step } = column;
    const common = { part, x, step };
    const at = (row: string) => ({ key: `${part}-${row}:${key}`, row: `${part}-${row}` });
    if (!isStep(column)) {
      for (const [row, y] of [
        ['token', (token + symbol) / 2],
        ['vector', vector],
      ] as const) {
        sheet.box({ ...at(row), part, x, y, kind: 'dots', width: 14, height: 12, text: '⋯' });
      }
      continue;
    }
    const text = textAt(column.position);
    sheet.box({
      ...at('token'),
      ...common,
      kind: 'token',
      role: 'input',
      y: token,
      width: tokenWidth,
      height: TOKEN,
      text,
    });
    const name = sheet.box({
      ...at('letter'),
      ...common,
      kind: 'symbol',
      letter,
      y: symbol,
      width: 24,
      height: SYMBOL,
      step: letter === 'y' ? before(step!) : step,
    });
    const box = sheet.box({
      ...at('vector'),
      ...common,
      kind: 'vector',
      y: vector,
      width: boxWidth,
      height: VECTOR.height,
      text,
    });
    sheet.edge('up', name, box, line([x, topOf(name)], [x, bottomOf(box) + TIP]));
    letters.set(key, name);
    vectors.set(key, box);
  }
  if (named) {
    sheet.name('input', (token + symbol) / 2);
    sheet.name('vector', vector);
  }
  return { vectors, letters, y: vector - VECTOR.height / 2 };
}

/** What a sequence has at a position, null beyond what is known of it. */
export function textOf(sequence: readonly string[]): (position: number) => string | null {
  return (position) => sequence[position] ?? null;
}

/** The step before one: a decoder reads at step t what it wrote at t - 1. */
function before(step: string): string {
  return /^\d+$/.test(step) ? String(Number(step) - 1) : `${step}−1`;
}

/** A text to be written: its tokens, and its steps, which count its end too. `T` where nothing is known of it. */
export function written(targets: readonly string[], T: number): { words: readonly string[]; T: number } {
  const words = targets.filter((token) => token !== '<bos>' && token !== '<eos>');
  return { words, T: targets.length > 0 ? words.length + 1 : T };
}
