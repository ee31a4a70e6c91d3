import { expect, test } from 'vitest';
import { frameOf } from '../../../../src/renderer/lib/charts/series.ts';

const options = { smoothing: 0.6, geometric: true, logX: false, logY: true, zoom: null, xMax: null };
const one = (x: number[], y: number[]) => [{ id: 'a', label: 'a', color: '#000', x, y }];

test('a run’s very first step can be drawn, smoothed, on any axis', () => {
  for (const logY of [false, true]) {
    const frame = frameOf(one([1], [65]), { ...options, logY });
    expect(frame?.curves[0]?.y[0]).toBeCloseTo(65, 10);
    expect(frame && frame.y.from < 65 && frame.y.to > 65).toBe(true);
  }
});

test('nothing that could be drawn is no frame', () => {
  expect(frameOf(one([], []), options)).toBeNull();
  expect(frameOf(one([1, 2], [Number.NaN, Infinity]), options)).toBeNull();
});
