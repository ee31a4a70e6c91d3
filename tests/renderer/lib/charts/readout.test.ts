import { describe, expect, it } from 'vitest';
import { readings, snap, stepAlong, tableRows, valueAt } from '../../../../src/renderer/lib/charts/readout.ts';
import { frameOf, type FrameOptions, type Series } from '../../../../src/renderer/lib/charts/series.ts';

const plain: FrameOptions = { smoothing: 0, geometric: false, logX: false, logY: false, zoom: null, xMax: null };
const line = (id: string, x: number[], y: number[], more: Partial<Series> = {}): Series => ({
  id,
  label: id,
  color: 'black',
  x,
  y,
  ...more,
});

const train = line('train', [1, 2, 3, 4, 5], [9, 8, 7, NaN, 5]);
const valid = line('valid', [2, 4], [8.5, 7.5], { raw: true });

describe('frameOf', () => {
  it('reaches over everything that can be drawn', () => {
    const frame = frameOf([train, valid], plain)!;
    expect(frame.x).toEqual({ from: 1, to: 5 });
    expect(frame.y.from).toBeCloseTo(5 - 0.2, 12);
    expect(frame.y.to).toBeCloseTo(9 + 0.2, 12);
  });
  it('fits y to what is in view', () => {
    const frame = frameOf([train], { ...plain, zoom: { from: 1.5, to: 3.5 } })!;
    expect(frame.y.from).toBeCloseTo(7 - 0.05, 12);
    expect(frame.y.to).toBeCloseTo(8 + 0.05, 12);
  });
  it('leaves out what a logarithmic axis cannot show', () => {
    const frame = frameOf([line('a', [0, 1, 2], [4, 0, 3])], { ...plain, logX: true, logY: true })!;
    expect(frame.full.to / frame.full.from).toBeCloseTo(1.21, 12); // one point: 2 / 1.1 to 2 · 1.1
    expect(frame.y.from).toBeCloseTo(3 / 1.1, 12);
  });
  it('reaches to a planned end', () => {
    expect(frameOf([train], { ...plain, xMax: 100 })!.x).toEqual({ from: 1, to: 100 });
  });
  it('smooths all but the raw curves and keeps what was measured behind', () => {
    const [a, b] = frameOf([train, valid], { ...plain, smoothing: 0.5 })!.curves;
    expect(a!.behind).toBe(train.y);
    expect(b!.behind).toBeNull();
    expect(b!.y).toBe(valid.y);
  });
  it('is null when nothing is finite', () => {
    expect(frameOf([], plain)).toBeNull();
    expect(frameOf([line('a', [1, 2], [NaN, Infinity])], plain)).toBeNull();
  });
});

describe('the crosshair', () => {
  const frame = frameOf([train, valid], plain)!;
  it('snaps to the nearest measurement of any curve', () => {
    expect(snap(frame.curves, 3.2, 0.1)).toBe(3);
    expect(snap(frame.curves, 3.8, 0.1)).toBe(4);
    expect(snap(frame.curves, 9, 0.1)).toBeNull();
  });
  it('reads each curve, highest first, where it was measured', () => {
    expect(readings(frame.curves, 3, 0.5).map(({ series, x, y }) => [series.id, x, y])).toEqual([
      ['valid', 2, 8.5],
      ['train', 3, 7],
    ]);
    expect(readings(frame.curves, 5, 0.5).map(({ series }) => series.id)).toEqual(['train']);
  });
  it('steps along the measurements and stops at the ends', () => {
    expect(stepAlong(frame, 2, 1, 0)).toBe(3);
    expect(stepAlong(frame, 3, -1, 0)).toBe(2);
    expect(stepAlong(frame, 1, 1, 2)).toBe(3);
    expect(stepAlong(frame, 5, 1, 0)).toBeNull();
    expect(stepAlong(frame, 1, -1, 0)).toBeNull();
  });
});

describe('the table', () => {
  const frame = frameOf([train, valid], plain)!;
  it('has a row for each x', () => {
    expect(tableRows(frame.curves, frame.x, 100)).toEqual({ rows: [1, 2, 3, 4, 5], total: 5 });
    expect(valueAt(frame.curves[0]!, 3)).toBe(7);
    expect(valueAt(frame.curves[0]!, 4)).toBeNull();
    expect(valueAt(frame.curves[1]!, 3)).toBeNull();
  });
  it('chooses evenly among many, and keeps all of the few', () => {
    const long = Array.from({ length: 1001 }, (_, i) => i);
    const { rows, total } = tableRows(
      frameOf([line('a', long, long), line('b', [333, 777], [1, 2])], plain)!.curves,
      { from: 0, to: 1000 },
      13,
    );
    expect(total).toBe(1001);
    expect(rows).toEqual([0, 100, 200, 300, 333, 400, 500, 600, 700, 777, 800, 900, 1000]);
  });
});
