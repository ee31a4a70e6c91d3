import { describe, expect, it } from 'vitest';
import { xAxis, yAxis } from '../../../../src/renderer/lib/charts/axis.ts';
import type { CurvesController } from '../../../../src/renderer/lib/charts/curves-controller.ts';
import { drawingOf, lineConfig } from '../../../../src/renderer/lib/charts/line-chart.ts';
import { frameOf, type Series } from '../../../../src/renderer/lib/charts/series.ts';
import { drawn, look } from './stand-in-canvas.ts';

function draw(series: readonly Series[], { smoothing = 0, logX = false, logY = false, clip = false } = {}) {
  const frame = frameOf(series, { smoothing, geometric: false, logX, logY, clip, zoom: null, xMax: null })!;
  const axes = { xAxis: xAxis('step', logX), yAxis: yAxis(logY, String) };
  const { chart, calls } = drawn(lineConfig({ frame, ...axes, logX, logY }, look));
  return { ...drawingOf(chart), calls };
}

/** Of all curves, the one in front last. */
function linesOf({ chart }: ReturnType<typeof draw>) {
  return (chart.getDatasetMeta(0).controller as CurvesController).pixels;
}

const long = Array.from({ length: 10_000 }, (_, i) => i);
const noisy = long.map((i) => Math.sin(i * 12.9898) * (i % 997 === 0 ? 3 : 1));
const red = 'rgb(255, 0, 0)';
const series = (more: Partial<Series> = {}): Series => ({
  id: 'a',
  label: 'a',
  color: red,
  x: long,
  y: noisy,
  ...more,
});

describe('a chart', () => {
  it('draws the extremes of long curves, and says of how many points', () => {
    const drawing = draw([series()]);
    const [line] = linesOf(drawing);
    const { layout, drawn: points, measured } = drawing;
    expect(Math.min(...line!.map(({ y }) => y))).toBeCloseTo(layout.py(Math.max(...noisy)), 6);
    expect(Math.max(...line!.map(({ y }) => y))).toBeCloseTo(layout.py(Math.min(...noisy)), 6);
    expect(measured).toBe(10_000);
    expect(points).toBe(line!.length);
    expect(points).toBeLessThanOrEqual(4 * 400);
  });
  it('draws the extremes of points that are means of many', () => {
    const means = { x: [0, 1, 2], y: [1, 2, 1.5], extremes: { low: [0, 1, 1], high: [3, 5, 2] }, count: [10, 10, 4] };
    const drawing = draw([series(means)]);
    const values = linesOf(drawing)[0]!.map(({ y }) => Math.abs(Math.round(drawing.layout.valueAt(y))));
    expect(values).toEqual([0, 3, 1, 5, 2, 1]);
    expect(drawing.measured).toBe(24);
  });
  it('strokes every point it keeps, in order', () => {
    const drawing = draw([series()]);
    const stroked = drawing.calls.filter(({ method, strokeStyle }) => method === 'lineTo' && strokeStyle === red);
    const [, ...rest] = linesOf(drawing)[0]!;
    expect(stroked.map(({ args }) => args)).toEqual(rest.map(({ x, y }) => [x, y]));
  });
  it('draws the smoothed curve over the measured one', () => {
    const { chart } = draw([series()], { smoothing: 0.9 });
    expect(chart.data.datasets[0]!.data.map(({ borderColor }) => borderColor)).toEqual(['rgba(255, 0, 0, 0.16)', red]);
  });
  it('places values as its scales do, also by logarithms', () => {
    for (const log of [false, true]) {
      const drawing = draw([series({ x: [1, 10, 50], y: [2, 8, 4] })], { logX: log, logY: log });
      const { layout } = drawing;
      linesOf(drawing)[0]!.forEach(({ x, y }, i) => {
        expect(x).toBeCloseTo(layout.px([1, 10, 50][i]!), 6);
        expect(y).toBeCloseTo(layout.py([2, 8, 4][i]!), 6);
      });
    }
  });
  it('breaks off where a logarithm has no value', () => {
    const drawing = draw([series({ x: [0, 1, 2, 3], y: [1, 0, 2, 4] })], { logY: true });
    expect(linesOf(drawing)[0]!.map(({ skip }) => skip)).toEqual([false, true, false, false]);
  });
  it('leaves outliers out of its axis', () => {
    const spiked = noisy.map((value, i) => (i === 5000 ? 1000 : value));
    const top = (clip: boolean) => draw([series({ y: spiked })], { clip }).chart.scales['y']!.max;
    expect(top(false)).toBeGreaterThan(1000);
    expect(top(true)).toBeLessThan(10);
  });
  it('fills a band between its edges', () => {
    const drawing = draw([series({ x: [0, 1], y: [2, 3], band: { low: [0, 1], high: [4, 5] } })]);
    const fills = drawing.calls.filter(
      ({ method, fillStyle }) => method === 'fill' && fillStyle === 'rgba(255, 0, 0, 0.18)',
    );
    expect(fills).toHaveLength(1);
    const area = drawing.calls.slice(0, drawing.calls.indexOf(fills[0]!));
    const corners = area.slice(area.findLastIndex(({ method }) => method === 'beginPath'));
    const values = corners.flatMap(({ args: [, y] }) => (y === undefined ? [] : [drawing.layout.valueAt(y as number)]));
    expect(Math.max(...values)).toBeCloseTo(5, 6);
    expect(Math.min(...values)).toBeCloseTo(0, 6);
  });
  it('marks the best value with its label', () => {
    const { calls } = draw([series({ x: [0, 1, 2], y: [3, 1, 2], mark: { x: 1, y: 1, label: 'best 1.00' } })]);
    expect(calls.filter(({ method }) => method === 'fillText').map(({ args }) => args[0])).toContain('best 1.00');
  });
  it('is clipped at whole pixels', () => {
    const { layout } = draw([series({ y: noisy.map((value) => value * 12_345.678) })]);
    const edges = [layout.left, layout.right, layout.top, layout.bottom];
    expect(edges).toEqual(edges.map(Math.round));
  });
  it('labels its axes with round numbers, those of a log axis too', () => {
    const labels = ({ calls }: ReturnType<typeof draw>) =>
      calls.filter(({ method }) => method === 'fillText').map(({ args }) => args[0]);
    expect(labels(draw([series()]))).toEqual(['0', '2,000', '4,000', '6,000', '8,000', '-2', '0', '2']);
    expect(labels(draw([series({ y: long.map((i) => i + 1) })], { logY: true }))).toEqual(
      expect.arrayContaining(['1', '100', '10k']),
    );
  });
});
