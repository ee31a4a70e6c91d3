/** Recurrent layers on top of each other, unrolled in time; a second direction stands above the first and runs from right to left. */
import type { Architecture } from '../../../engine/model/spec.ts';
import { isStep, type Column } from './columns.ts';
import { bottomOf, leftOf, rightOf, topOf, type Box, type Part, type Sheet } from './drawing.ts';
import { elbow, line, TIP, type Point } from './paths.ts';

export interface StackPlan {
  readonly architecture: Architecture;
  readonly part: Part;
  readonly columns: readonly Column[];
  readonly pitch: number;
  readonly bidirectional: boolean;
  /** Rows as far apart as those of two directions, to stand beside a bidirectional stack. */
  readonly spaced: boolean;
  /** The outputs of both directions are joined at every step of the top layer too. */
  readonly joined: boolean;
  /** What layer 1 reads, by column. */
  readonly below: ReadonlyMap<string, Box>;
  /** Upper edge of all of these. */
  readonly y: number;
  /** Their units are dropped on the way into layer 1. */
  readonly dropsBelow: boolean;
  /** States start at h₀, drawn before the first cell. */
  readonly starts: boolean;
  /** States go on after the last cell. */
  readonly leaves: boolean;
  /** Rows are named at the left. */
  readonly named: boolean;
  /** Above this many layers the middle ones are drawn as an ellipsis. */
  readonly mostLayers: number;
}

export interface LayerRow {
  readonly layer: number;
  /** Cells in the order of the columns, an ellipsis in the gap. */
  readonly forward: readonly Box[];
  readonly backward: readonly Box[] | null;
}

export interface Stack {
  /** From the lowest up. */
  readonly rows: readonly LayerRow[];
  /** What leads on upward, by column. */
  readonly tops: ReadonlyMap<string, Box>;
  /** The upper edge of all. */
  readonly y: number;
}

export const CELL = { height: 38, paired: 32, widest: 64 } as const;
const SUM = 14;
const NORM = 16;
const CONCAT = { width: 38, height: 14 } as const;
const DOTS = 14;
/** From the row below to a layer: with dropout, or an arrow that forks. */
const ROOM = 30;
const FORK = 10;
const BRANCH = 7;
/** How far a residual connection keeps from the cells: arrows between them keep their heads. */
const BESIDE = 12;

/** Width of a cell where columns are `pitch` apart, and how far two directions stand to the left and to the right of the middle. */
export function cellSize(pitch: number, bidirectional: boolean): { width: number; shift: number } {
  if (!bidirectional) return { width: Math.min(CELL.widest, pitch - 30), shift: 0 };
  const width = Math.min(48, (pitch - 18) / 1.62);
  return { width, shift: width * 0.31 };
}

/** How far the cells of a column reach to either side. */
export function reach(pitch: number, bidirectional: boolean): number {
  const { width, shift } = cellSize(pitch, bidirectional);
  return width / 2 + shift;
}

/** Layers from the lowest up; null where some are left out. */
export function shownLayers(count: number, most: number): (number | null)[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i + 1);
  return most < 4 ? [1, null, count] : [1, 2, null, count];
}

export function layerKey(layer: number, layers: number): string {
  return layer === layers && layer > 1 ? 'top' : String(layer);
}

export function drawStack(sheet: Sheet, plan: StackPlan): Stack {
  const { layers, dropout } = plan.architecture;
  const rows: LayerRow[] = [];
  let level: Pick<Stack, 'tops' | 'y'> = { tops: plan.below, y: plan.y };
  for (const layer of shownLayers(layers, plan.mostLayers)) {
    if (layer === null) {
      level = drawEllipsis(sheet, plan, level);
      continue;
    }
    const drops = layer === 1 ? plan.dropsBelow : dropout > 0;
    const drawn = drawLayer(sheet, plan, level, layer, drops);
    rows.push(drawn.row);
    level = drawn;
  }
  return { rows, tops: level.tops, y: level.y };
}

type Level = Pick<Stack, 'tops' | 'y'>;

function drawEllipsis(sheet: Sheet, { columns, part, named }: StackPlan, below: Level): Level {
  const y = below.y - 14 - 6;
  const tops = new Map<string, Box>();
  for (const { key, x } of columns.filter(isStep)) {
    const dots = sheet.box({
      key: `${part}-more:${key}`,
      kind: 'dots',
      part,
      x,
      y,
      width: DOTS,
      height: 12,
      text: '⋮',
    });
    const from = below.tops.get(key)!;
    sheet.edge('up', from, dots, line([x, topOf(from)], [x, bottomOf(dots)]), false);
    tops.set(key, dots);
  }
  if (named) sheet.name('more-layers', y);
  return { tops, y: y - 6 };
}

function drawLayer(
  sheet: Sheet,
  plan: StackPlan,
  below: Level,
  layer: number,
  drops: boolean,
): Level & { row: LayerRow } {
  const { architecture: a, columns, bidirectional, spaced, named } = plan;
  const id = layerKey(layer, a.layers);
  const top = layer === a.layers;
  const adds = a.residual && layer > 1;
  const joins = bidirectional && (!top || plan.joined || adds || a.layerNorm);

  const from = below.y - (adds ? BRANCH : 0);
  const floor = from - (spaced ? ROOM + FORK : ROOM);
  const height = spaced ? CELL.paired : CELL.height;
  const lowest = floor - height / 2;
  const highest = spaced ? lowest - height - 12 : lowest;
  const cell = bidirectional || !spaced ? lowest : (lowest + highest) / 2;

  const rowOf = (y: number, backward: boolean) => cells(sheet, plan, { layer, id, y, height, backward });
  const forward = rowOf(cell, false);
  const backward = bidirectional ? rowOf(highest, true) : null;
  if (drops) {
    const y = (from + floor + (spaced ? FORK : 0)) / 2;
    for (const { key, x } of columns.filter(isStep)) sheet.dropout(`${plan.part}-${id}:${key}`, x, y);
    if (named) sheet.name('dropout', y, layer);
  }
  if (named) {
    sheet.name('cell', cell, layer);
    if (backward) sheet.name('backward', highest, layer);
  }

  let y = highest - height / 2;
  const place = (space: number, size: number) => {
    const middle = y - space - size / 2;
    y = middle - size / 2;
    return middle;
  };
  const concatY = spaced && (joins || !bidirectional) ? place(12, CONCAT.height) : null;
  const sumY = adds ? place(8, SUM) : null;
  const normY = a.layerNorm ? place(8, NORM) : null;
  if (named) {
    if (joins) sheet.name('concat', concatY!, layer);
    if (sumY !== null) sheet.name('sum', sumY, layer);
    if (normY !== null) sheet.name('norm', normY, layer);
  }

  const tops = new Map<string, Box>();
  columns.forEach((column, i) => {
    if (!isStep(column)) return;
    const { key, x, step } = column;
    const source = below.tops.get(key)!;
    const common = { part: plan.part, step, layer, x };
    const named = (kind: string) => ({ key: `${plan.part}-${kind}-${id}:${key}`, row: `${plan.part}-${kind}-${id}` });
    enter(sheet, source, forward[i]!, backward?.[i] ?? null);
    let last = forward[i]!;
    if (joins) {
      const concat = sheet.box({ ...named('concat'), ...common, ...CONCAT, kind: 'concat', y: concatY! });
      join(sheet, forward[i]!, backward![i]!, concat);
      last = concat;
    }
    if (sumY !== null) {
      const sum = sheet.box({ ...named('sum'), ...common, kind: 'sum', y: sumY, width: SUM, height: SUM });
      sheet.edge('up', last, sum, line([x, topOf(last)], [x, bottomOf(sum)]), false);
      sheet.edge('residual', source, sum, around(source, sum, x - reach(plan.pitch, bidirectional) - BESIDE));
      last = sum;
    }
    if (normY !== null) {
      const width = Math.min(44, cellSize(plan.pitch, bidirectional).width);
      const norm = sheet.box({ ...named('norm'), ...common, kind: 'norm', y: normY, width, height: NORM });
      sheet.edge('up', last, norm, line([x, topOf(last)], [x, bottomOf(norm)]), false);
      last = norm;
    }
    tops.set(key, last);
  });
  return { row: { layer, forward, backward }, tops, y };
}

interface CellRow {
  readonly layer: number;
  readonly id: string;
  readonly y: number;
  readonly height: number;
  readonly backward: boolean;
}

/** The cells of one direction, and the states between them. */
function cells(sheet: Sheet, plan: StackPlan, { layer, id, y, height, backward }: CellRow): Box[] {
  const { columns, part, pitch, bidirectional } = plan;
  const { width, shift } = cellSize(pitch, bidirectional);
  const row = `${part}-${backward ? 'backward' : 'cell'}-${id}`;
  const boxes = columns.map(({ key, step, x }) => {
    const common = { key: `${row}:${key}`, row, part, layer, backward, y, step };
    const at = x + (backward ? shift : -shift);
    return step === null
      ? sheet.box({ ...common, kind: 'dots', x, width: DOTS, height: 12, text: '⋯' })
      : sheet.box({ ...common, kind: 'cell', x: at, width, height, letter: part === 'decoder' ? 's' : 'h' });
  });
  inTime(sheet, plan, backward ? [...boxes].reverse() : boxes, backward ? -1 : 1);
  return boxes;
}

/** Handed on from cell to cell, to the right (1) or to the left (-1). */
function inTime(
  sheet: Sheet,
  { architecture, starts, leaves, part }: StackPlan,
  row: readonly Box[],
  sign: 1 | -1,
): void {
  const lstm = architecture.cell === 'lstm';
  const first = row[0]!;
  const after = (box: Box) => box.x + sign * (box.width / 2);
  const before = (box: Box) => box.x - sign * (box.width / 2 + (box.kind === 'dots' ? 0 : TIP));
  const start = starts
    ? sheet.box({
        key: `${first.row}-start`,
        kind: 'start',
        part,
        x: first.x - sign * (first.width / 2 + 30),
        y: first.y,
        width: 20,
        height: lstm ? first.height : 18,
        backward: sign < 0,
        layer: first.layer,
      })
    : null;
  for (const kind of statesOf(architecture)) {
    const y = first.y + stateShift(kind, architecture);
    if (start) sheet.edge(kind, start, first, line([start.x + sign * 14, y], [before(first), y]));
    row.forEach((box, i) => {
      const next = row[i + 1];
      if (next) sheet.edge(kind, box, next, line([after(box), y], [before(next), y]), next.kind !== 'dots');
      else if (leaves) sheet.edge(kind, box, null, line([after(box), y], [after(box) + sign * 20, y]));
    });
  }
}

/** What a cell hands on: an LSTM two states. */
export function statesOf({ cell }: Pick<Architecture, 'cell'>): readonly ('h' | 'c')[] {
  return cell === 'lstm' ? ['c', 'h'] : ['h'];
}

export function stateShift(state: 'h' | 'c', { cell }: Pick<Architecture, 'cell'>): number {
  if (cell !== 'lstm') return 0;
  return state === 'c' ? -9 : 9;
}

/** From below into a cell, or past the lower one into both. */
function enter(sheet: Sheet, from: Box, forward: Box, backward: Box | null): void {
  const start: Point = [from.x, topOf(from)];
  const arrow = from.kind !== 'dots' || backward === null;
  if (!backward) {
    sheet.edge('up', from, forward, line(start, [from.x, bottomOf(forward) + TIP]), arrow);
    return;
  }
  const fork = bottomOf(forward) + FORK;
  const beside = (rightOf(forward) + rightOf(backward)) / 2;
  sheet.edge(
    'up',
    from,
    forward,
    elbow(start, [from.x, fork], [forward.x, fork], [forward.x, bottomOf(forward) + TIP]),
  );
  sheet.edge('up', from, backward, elbow(start, [from.x, fork], [beside, fork], [beside, bottomOf(backward) + TIP]));
}

/** Both directions' outputs, side by side in one vector. */
function join(sheet: Sheet, forward: Box, backward: Box, concat: Box): void {
  const beside = Math.max((leftOf(forward) + leftOf(backward)) / 2, leftOf(concat) + 3);
  sheet.edge('up', forward, concat, line([beside, topOf(forward)], [beside, bottomOf(concat) + TIP]));
  const x = Math.min(backward.x, rightOf(concat) - 5);
  sheet.edge('up', backward, concat, line([x, topOf(backward)], [x, bottomOf(concat) + TIP]));
}

/** A residual connection, around a layer at its left. */
function around(from: Box, sum: Box, x: number): string {
  const y = topOf(from) - BRANCH;
  return elbow([from.x, topOf(from)], [from.x, y], [x, y], [x, sum.y], [leftOf(sum) - TIP, sum.y]);
}
