/** The inside of a GRU: the state runs along the top; the reset gate decides what the candidate sees of it, the update gate what stays. */
import { insideEquations as text } from '../../../../lib/messages/inside-equations.ts';
import { gate, halfGate, letter, operator, r, type Line, type Picture } from './picture.ts';

const at = { z: 208, r: 316, reset: 412, n: 524, branch: 116, x: 150 };
const [left, right] = [40, 728];
const [stateLine, split, gates, hBus, xBus] = [60, 104, 164, 222, 256];
const { meaning, parts } = text;

const feed = (one: 'r' | 'z'): Line => ({
  key: `feed-${one}`,
  terms: [`W-${one}`, `U-${one}`, `b-${one}`],
  path: `M${at[one]} ${xBus}V${gates + halfGate}`,
  kind: 'plain',
  arrow: true,
});

/** @param reset where: after the product of state and weights, or before it */
export function gruPicture(reset: 'after' | 'before'): Picture {
  /** The candidate's weights on the state stand before the reset's product, or behind it. */
  const weights = reset === 'after' ? 364 : 466;
  const [toWeights, fromWeights]: Line['terms'][] =
    reset === 'after' ? [['h-old'], ['U-n', 'b-hn']] : [['reset'], ['U-n']];
  return {
    width: 768,
    height: 346,
    body: [96, 22, 556, 262],
    lines: [
      { key: 'x-in', terms: ['x'], path: `M${at.x} 304V${xBus}`, kind: 'plain' },
      feed('z'),
      feed('r'),
      {
        key: 'x-candidate',
        terms: ['x', 'W-n', 'b-in', 'b-n'],
        path: `M${at.r} ${xBus}H${at.n}V${gates + halfGate}`,
        kind: 'plain',
        arrow: true,
      },
      { key: 'x-bus', terms: ['x'], path: `M${at.x} ${xBus}H${at.r}`, kind: 'plain' },
      {
        key: 'h-down',
        terms: ['h-old'],
        path: `M${at.branch} ${stateLine}V${hBus}H${reset === 'after' ? weights - 20 : at.reset - r}`,
        kind: 'plain',
        arrow: true,
      },
      ...(reset === 'after'
        ? ([
            {
              key: 'product',
              terms: fromWeights!,
              path: `M${weights + 20} ${hBus}H${at.reset - r}`,
              kind: 'plain',
              arrow: true,
            },
            { key: 'reset-out', terms: ['reset'], path: `M${at.reset + r} ${hBus}H${at.n}`, kind: 'plain' },
          ] satisfies Line[])
        : ([
            {
              key: 'reset-out',
              terms: toWeights!,
              path: `M${at.reset + r} ${hBus}H${weights - 20}`,
              kind: 'plain',
              arrow: true,
            },
            { key: 'product', terms: fromWeights!, path: `M${weights + 20} ${hBus}H${at.n}`, kind: 'plain' },
          ] satisfies Line[])),
      { key: 'h-up', terms: ['h'], path: `M676 ${stateLine}V6`, kind: 'plain', arrow: true },
      { key: 'h-in', terms: ['h-old'], path: `M${left + 20} ${stateLine}H${at.z - r}`, kind: 'state', arrow: true },
      { key: 'stays', terms: ['old-part'], path: `M${at.z + r} ${stateLine}H${at.n - r}`, kind: 'state', arrow: true },
      { key: 'h-out', terms: ['h'], path: `M${at.n + r} ${stateLine}H${right - 18}`, kind: 'state', arrow: true },
      { key: 'z-rest', terms: ['z'], path: `M${at.z} ${split}H${at.reset - 22}`, kind: 'plain', arrow: true },
      { key: 'z-out', terms: ['z'], path: `M${at.z} ${gates - halfGate}V${stateLine + r}`, kind: 'plain', arrow: true },
      { key: 'rest', terms: ['rest'], path: `M${at.reset + 22} ${split}H${at.n - r}`, kind: 'plain', arrow: true },
      {
        key: 'r-out',
        terms: ['r'],
        path: `M${at.r} ${gates - halfGate}V130H${at.reset}V${hBus - r}`,
        kind: 'plain',
        arrow: true,
      },
      { key: 'n-out', terms: ['n'], path: `M${at.n} ${gates - halfGate}V${split + r}`, kind: 'plain', arrow: true },
      { key: 'new', terms: ['new-part'], path: `M${at.n} ${split - r}V${stateLine + r}`, kind: 'plain', arrow: true },
    ],
    dots: [
      ...[at.branch, 676].map((x) => [x, stateLine] as const),
      ...[at.z, at.r, at.n].map((x) => [x, hBus] as const),
      ...[at.z, at.r].map((x) => [x, xBus] as const),
      [at.z, split],
    ],
    nodes: [
      letter('h-old', 'h', 't−1', left, stateLine, meaning.hOld),
      operator('old-part', '×', at.z, stateLine, parts['old-part'], { dx: 0, dy: -20, anchor: 'middle' }),
      operator('h', '+', at.n, stateLine, meaning.h),
      letter('h', 'h', 't', right, stateLine, meaning.h),
      {
        ...{ key: 'at-rest', terms: ['rest'], shape: 'function', x: at.reset, y: split, label: '1 − z' },
        ...{ name: parts.rest, value: { of: 'rest', dx: 0, dy: -20, anchor: 'middle' } },
      },
      operator('new-part', '×', at.n, split, parts['new-part'], { dx: 18, dy: 0, anchor: 'start' }),
      gate('z', at.z, gates),
      gate('r', at.r, gates),
      gate('n', at.n, gates),
      {
        ...{ key: 'at-product', terms: fromWeights!, shape: 'function', x: weights, y: hBus, label: 'W' },
        ...{ name: parts.recurrentProduct, value: { of: 'U-n', dx: 0, dy: 22, anchor: 'middle' } },
      },
      operator('reset', '×', at.reset, hBus, reset === 'after' ? parts.resetAfter : parts.reset, {
        ...{
          dx: reset === 'after' ? 14 : -4,
          dy: reset === 'after' ? -16 : 22,
          anchor: reset === 'after' ? 'start' : 'middle',
        },
      }),
      letter('x', 'x', 't', at.x, 316, parts.input),
    ],
  };
}
