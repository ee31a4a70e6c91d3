/** The inside of an LSTM: the cell state runs along the top, the gates stand below it (after Olah, "Understanding LSTM Networks", 2015). */
import { insideEquations as text } from '../../../../lib/messages/inside-equations.ts';
import { gate, halfGate, letter, operator, r, type Line, type Picture } from './picture.ts';

const letters = ['f', 'i', 'g', 'o'] as const;
const at = { f: 190, i: 296, g: 396, o: 502, out: 604 };
const [left, right] = [40, 728];
const [cellLine, written, shown, gates, bus] = [60, 114, 142, 180, 236];
const { meaning, parts } = text;

const feed = (one: (typeof letters)[number]): Line => ({
  key: `feed-${one}`,
  terms: [`W-${one}`, `U-${one}`, `b-${one}`],
  path: `M${at[one]} ${bus}V${gates + halfGate}`,
  kind: 'plain',
  arrow: true,
});

export const lstmPicture: Picture = {
  width: 768,
  height: 330,
  body: [96, 22, 556, 242],
  lines: [
    { key: 'x-in', terms: ['x'], path: `M132 288V${bus}`, kind: 'plain' },
    ...letters.map(feed),
    { key: 'bus', terms: ['x', 'h-old'], path: `M132 ${bus}H${at.o}`, kind: 'plain' },
    { key: 'h-in', terms: ['h-old'], path: `M${left + 20} ${bus}H132`, kind: 'state' },
    { key: 'c-down', terms: ['c'], path: `M${at.out} ${cellLine}V82`, kind: 'plain', arrow: true },
    { key: 'c-in', terms: ['c-old'], path: `M${left + 20} ${cellLine}H${at.f - r}`, kind: 'cell', arrow: true },
    { key: 'kept', terms: ['keep'], path: `M${at.f + r} ${cellLine}H${at.g - r}`, kind: 'cell', arrow: true },
    { key: 'c-out', terms: ['c'], path: `M${at.g + r} ${cellLine}H${right - 18}`, kind: 'cell', arrow: true },
    { key: 'f-out', terms: ['f'], path: `M${at.f} ${gates - halfGate}V${cellLine + r}`, kind: 'plain', arrow: true },
    {
      key: 'i-out',
      terms: ['i'],
      path: `M${at.i} ${gates - halfGate}V${written}H${at.g - r}`,
      kind: 'plain',
      arrow: true,
    },
    { key: 'g-out', terms: ['g'], path: `M${at.g} ${gates - halfGate}V${written + r}`, kind: 'plain', arrow: true },
    { key: 'written', terms: ['write'], path: `M${at.g} ${written - r}V${cellLine + r}`, kind: 'plain', arrow: true },
    { key: 'squashed', terms: ['squash'], path: `M${at.out} 104V${shown - r}`, kind: 'plain', arrow: true },
    {
      key: 'o-out',
      terms: ['o'],
      path: `M${at.o} ${gates - halfGate}V${shown}H${at.out - r}`,
      kind: 'plain',
      arrow: true,
    },
    { key: 'h-up', terms: ['h'], path: `M676 ${bus}V6`, kind: 'plain', arrow: true },
    { key: 'h-out', terms: ['h'], path: `M${at.out} ${shown + r}V${bus}H${right - 18}`, kind: 'state', arrow: true },
  ],
  dots: [[132, bus], ...letters.slice(0, 3).map((one) => [at[one], bus] as const), [at.out, cellLine], [676, bus]],
  nodes: [
    letter('c-old', 'c', 't−1', left, cellLine, meaning.cOld),
    operator('keep', '×', at.f, cellLine, parts.keep, { dx: 0, dy: -20, anchor: 'middle' }),
    operator('c', '+', at.g, cellLine, meaning.c),
    operator('write', '×', at.g, written, parts.write, { dx: 18, dy: 0, anchor: 'start' }),
    {
      ...{ key: 'at-squash', terms: ['squash'], shape: 'function', x: at.out, y: 93, label: 'tanh' },
      ...{ name: parts.squash, value: { of: 'squash', dx: 30, dy: 30, anchor: 'start' } },
    },
    operator('h', '×', at.out, shown, meaning.h),
    letter('c', 'c', 't', right, cellLine, meaning.c),
    ...letters.map((one) => gate(one, at[one], gates)),
    letter('h-old', 'h', 't−1', left, bus, meaning.hOld),
    letter('x', 'x', 't', 132, 300, parts.input),
    letter('h', 'h', 't', right, bus, meaning.h),
  ],
};
