/** One answer for a whole sequence: classification, rating, yes or no, several labels, a forecast at the end. */
import type { Architecture } from '../../../engine/model/spec.ts';
import { columnsOf, pitchOf } from './columns.ts';
import { bottomOf, GUTTER, leftOf, Sheet, topOf, type Box, type Drawing } from './drawing.ts';
import { answerOnce } from './head.ts';
import { drawInputs, textOf } from './inputs.ts';
import type { NetworkData } from './layout.ts';
import { line, rise, TIP, type Point } from './paths.ts';
import { drawStack, type Stack } from './stack.ts';

const MARGIN = 36;
const POOL = { width: 76, height: 26, room: 44 } as const;

export function layOutManyToOne(a: Architecture, data: NetworkData, width: number): Drawing {
  const sheet = new Sheet();
  const columns = columnsOf(data.steps, GUTTER, width - MARGIN);
  const pitch = pitchOf(columns);
  const { vectors, y } = drawInputs(sheet, {
    part: 'network',
    columns,
    letter: 'x',
    boxWidth: Math.min(64, pitch - 30),
    tokenWidth: Math.min(104, pitch - 10),
    textAt: textOf(data.tokens),
    named: true,
  });
  const stack = drawStack(sheet, {
    architecture: a,
    part: 'network',
    columns,
    pitch,
    bidirectional: a.bidirectional,
    spaced: a.bidirectional,
    joined: a.pooling !== 'last',
    below: vectors,
    y,
    dropsBelow: a.dropout > 0 && a.embedding > 0,
    starts: true,
    leaves: false,
    named: true,
    mostLayers: a.bidirectional ? 3 : 4,
  });
  const last = stack.tops.get(columns.at(-1)!.key)!;
  const middle = (columns[0]!.x + columns.at(-1)!.x) / 2;
  const below = a.pooling === 'last' && !a.bidirectional ? last : pool(sheet, stack, middle, a.pooling);
  answerOnce(sheet, {
    architecture: a,
    below,
    drops: a.dropout > 0,
    targets: data.targets,
    labels: data.labels,
    horizon: a.task === 'forecasting' ? a.horizon : 0,
    from: GUTTER,
    to: width - 8,
  });
  return sheet.finish(width);
}

/** One vector of all steps, or of the last that each direction computed. */
function pool(sheet: Sheet, stack: Stack, x: number, kind: Architecture['pooling']): Box {
  const y = stack.y - POOL.room - POOL.height / 2;
  const { width, height } = POOL;
  const box = sheet.box({ key: 'network-pool', kind: 'pool', x, y, width, height });
  const sources = kind === 'last' ? lastOfEach(stack) : [...stack.tops.values()];
  sources.forEach((source, i) => {
    // Side by side into its lower edge, as the steps stand.
    const share = sources.length > 1 ? i / (sources.length - 1) - 0.5 : 0;
    const end: Point = [x + share * (width - 20), bottomOf(box) + TIP];
    // Under a second direction's row the way leads past it first.
    const lower = topOf(source) > stack.y + 1;
    const start: Point = [lower ? leftOf(source) + 5 : source.x, stack.y];
    const past = lower ? line([start[0], topOf(source)], start) : '';
    sheet.edge('pool', source, box, past + rise(start, end));
  });
  sheet.name('pool', y);
  return box;
}

/** Where each direction ends: the right-to-left one at the first step. From left to right; of a single step once. */
export function lastOfEach({ rows, tops }: Stack): Box[] {
  const { forward, backward } = rows.at(-1)!;
  const columns = [...tops.values()];
  // What a sum or a normalisation makes of a state stands above it.
  const above = (cell: Box, top: Box) => (top.kind === 'sum' || top.kind === 'norm' ? top : cell);
  const end = above(forward.at(-1)!, columns.at(-1)!);
  return backward ? [...new Set([above(backward[0]!, columns[0]!), end])] : [end];
}
