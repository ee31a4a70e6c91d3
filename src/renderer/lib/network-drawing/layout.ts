/**
 * Where everything stands in the drawing of a network unrolled in time: columns are time steps, rows are what happens at each
 * step, from the input token at the bottom to the prediction and its target at the top. Pure geometry in pixels, y downwards.
 *
 * Rows are made by one list, columns by another, and connections by their kind; a row that runs from right to left, or a second
 * block of columns, is another entry in them.
 */
import type { Architecture } from '../../../engine/model/spec.ts';

/** One place in time. */
export interface Column {
  /** Stays the same while settings change, so that what is drawn can move: `t1`, `t2`, …, `gap`, `last`. */
  readonly key: string;
  /** The time step in a formula, `1` or `T`; null in the gap. */
  readonly step: string | null;
  /** Zero-based position in the token sequence; null in the gap. */
  readonly position: number | null;
  readonly x: number;
}

export type RowKind = 'target' | 'prediction' | 'output' | 'cell' | 'more-layers' | 'embedding' | 'input';

/** One stage of the computation, the same at each step. */
export interface Row {
  readonly key: string;
  readonly kind: RowKind;
  /** Recurrent layer, from 1; null for other rows. */
  readonly layer: number | null;
  /** Middle and height. */
  readonly y: number;
  readonly height: number;
}

export interface Connection {
  readonly key: string;
  /** `h` and `c` are the states carried in time, `up` is what a step computes from the row below. */
  readonly kind: 'h' | 'c' | 'up';
  /** SVG path. */
  readonly path: string;
  readonly arrow: boolean;
}

/** Units dropped on the way up: a mark on each arrow, and where the row of them stands. */
export interface DropoutMark {
  readonly key: string;
  readonly y: number;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly connections: readonly Connection[];
  readonly dropouts: readonly DropoutMark[];
  /** The matrix shared by input and output; null if it is not. */
  readonly tie: { readonly path: string; readonly x: number; readonly y: number } | null;
  /** Width of a cell, and of a token, which may be a longer word. */
  readonly boxWidth: number;
  readonly tokenWidth: number;
  /** Room for the rows' names at the left. */
  readonly gutter: number;
  /** Where the state that the first step starts from stands. */
  readonly startX: number;
}

/** Distance of columns, at least; columns shown, at most. */
const PITCH = 76;
const MOST_COLUMNS = 8;
const GUTTER = 140;
const MARGIN = 36;
const TIE_MARGIN = 60;
const TOP = 8;

/** Above this many layers the middle ones are drawn as an ellipsis. */
const MOST_LAYERS = 4;

const heights: Readonly<Record<RowKind, number>> = {
  target: 24,
  prediction: 20,
  output: 30,
  cell: 38,
  'more-layers': 12,
  embedding: 30,
  input: 44,
};
/** Space under a row of this kind, for the arrow from the row below it. */
const gaps: Readonly<Record<RowKind, number>> = {
  target: 4,
  prediction: 12,
  output: 30,
  cell: 30,
  'more-layers': 14,
  embedding: 14,
  input: 0,
};

/**
 * @param steps T
 * @param width of the drawing in pixels
 */
export function layOut(architecture: Architecture, steps: number, width: number): Drawing {
  const rightMargin = architecture.tie ? TIE_MARGIN : MARGIN;
  const columns = columnsOf(steps, GUTTER, width - rightMargin);
  const rows = rowsOf(architecture);
  const pitch = columns.length > 1 ? columns[1]!.x - columns[0]!.x : PITCH;
  const boxWidth = Math.min(64, pitch - 30);
  const tokenWidth = Math.min(104, pitch - 10);
  const startX = columns[0]!.x - boxWidth / 2 - 30;
  const bottom = rows.at(-1)!;
  const frame = { columns, rows, boxWidth, startX };
  return {
    ...frame,
    tokenWidth,
    width,
    height: bottom.y + bottom.height / 2 + TOP,
    gutter: GUTTER,
    connections: [...upward(frame), ...inTime(architecture, frame)],
    dropouts: dropoutsOf(architecture, rows),
    tie: architecture.tie ? tieOf(frame) : null,
  };
}

type Frame = Pick<Drawing, 'columns' | 'rows' | 'boxWidth' | 'startX'>;

/** x₁ x₂ x₃ … x_T: the first steps and the last, as many as there is room for. */
function columnsOf(steps: number, from: number, to: number): Column[] {
  const room = Math.max(4, Math.min(MOST_COLUMNS, Math.floor((to - from) / PITCH)));
  const numbered = (n: number) => ({ key: `t${n}`, step: String(n), position: n - 1 });
  const first = steps <= room ? steps : room - 2;
  const slots = Array.from({ length: first }, (_, i): Omit<Column, 'x'> => numbered(i + 1));
  if (first < steps) {
    slots.push({ key: 'gap', step: null, position: null }, { key: 'last', step: 'T', position: steps - 1 });
  }
  // Few steps do not spread over the whole width.
  const pitch = Math.min((to - from) / slots.length, 132);
  const start = from + Math.max(0, to - from - pitch * slots.length) / 2;
  return slots.map((slot, i) => ({ ...slot, x: start + pitch * (i + 0.5) }));
}

/** Recurrent layers from the top down; null where some are left out. */
function layersOf(count: number): (number | null)[] {
  if (count <= MOST_LAYERS) return Array.from({ length: count }, (_, i) => count - i);
  return [count, null, 2, 1];
}

function rowsOf(architecture: Architecture): Row[] {
  const rows: Row[] = [];
  let y = TOP;
  const add = (kind: RowKind, layer: number | null = null) => {
    const height = heights[kind];
    const key = layer === null ? kind : layer === architecture.layers && layer > 1 ? 'cell-top' : `cell-${layer}`;
    rows.push({ key, kind, layer, y: y + height / 2, height });
    y += height + gaps[kind];
  };
  add('target');
  add('prediction');
  add('output');
  for (const layer of layersOf(architecture.layers)) {
    if (layer === null) add('more-layers');
    else add('cell', layer);
  }
  add('embedding');
  add('input');
  return rows;
}

/** From each row to the one above it, at every step. A target is compared, not computed: nothing leads to it. */
function upward({ columns, rows }: Frame): Connection[] {
  const stages = rows.filter((row) => row.kind !== 'target');
  return columns
    .filter((column) => column.step !== null)
    .flatMap(({ key, x }) =>
      stages.slice(1).map((below, i): Connection => {
        const above = stages[i]!;
        const room = above.kind === 'prediction' || above.kind === 'more-layers' ? 0 : 2;
        return {
          key: `${key}/${below.key}`,
          kind: 'up',
          path: line(x, below.y - below.height / 2, x, above.y + above.height / 2 + room),
          arrow: above.kind !== 'more-layers',
        };
      }),
    );
}

/** The states from each step to the next in every recurrent row; an LSTM carries two. */
function inTime({ cell }: Architecture, { columns, rows, boxWidth, startX }: Frame): Connection[] {
  const states = cell === 'lstm' ? (['c', 'h'] as const) : (['h'] as const);
  const half = boxWidth / 2;
  return rows
    .filter((row) => row.kind === 'cell')
    .flatMap((row) =>
      states.flatMap((state) => {
        const y = row.y + (cell === 'lstm' ? (state === 'c' ? -9 : 9) : 0);
        const made: Connection[] = [];
        const add = (key: string, from: number, to: number, arrow: boolean) =>
          made.push({ key: `${row.key}/${key}/${state}`, kind: state, path: line(from, y, to, y), arrow });
        add('start', startX + 14, columns[0]!.x - half - 2, true);
        columns.forEach((column, i) => {
          const next = columns[i + 1];
          const from = column.step === null ? column.x + 14 : column.x + half;
          if (!next) add(column.key, from, from + 20, true);
          else add(column.key, from, next.step === null ? next.x - 14 : next.x - half - 2, next.step !== null);
        });
        return made;
      }),
    );
}

/** After the embedding, between layers and before the output, as the engine applies it. One-hot inputs lose nothing. */
function dropoutsOf({ dropout, embedding }: Architecture, rows: readonly Row[]): DropoutMark[] {
  if (dropout === 0) return [];
  return rows.flatMap((row, i): DropoutMark[] => {
    const above = rows[i - 1];
    const drops = row.kind === 'cell' || row.kind === 'more-layers' || (row.kind === 'embedding' && embedding > 0);
    if (!drops || !above || above.kind === 'more-layers') return [];
    const middle = (above.y + above.height / 2 + row.y - row.height / 2) / 2;
    return [{ key: `dropout-${row.key}`, y: middle }];
  });
}

/** A bracket at the right from the output down to the embedding. */
function tieOf({ columns, rows, boxWidth }: Frame): Drawing['tie'] {
  const output = rows.find((row) => row.kind === 'output')!;
  const embedding = rows.find((row) => row.kind === 'embedding')!;
  const from = columns.at(-1)!.x + boxWidth / 2 + 4;
  const x = from + 34;
  return {
    path: `M${from} ${output.y}H${x - 6}Q${x} ${output.y} ${x} ${output.y + 6}V${embedding.y - 6}Q${x} ${embedding.y} ${x - 6} ${embedding.y}H${from}`,
    x,
    y: (output.y + embedding.y) / 2,
  };
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `M${x1} ${y1}L${x2} ${y2}`;
}
