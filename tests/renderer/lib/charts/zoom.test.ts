import { describe, expect, it } from 'vitest';
import { placeLabels } from '../../../../src/renderer/lib/charts/marks.ts';
import { between, pan, zoomAround } from '../../../../src/renderer/lib/charts/zoom.ts';

const full = { from: 0, to: 100 };

describe('zoom', () => {
  it('keeps the point under the pointer in its place', () => {
    expect(zoomAround(full, full, 25, 0.5, false)).toEqual({ from: 12.5, to: 62.5 });
  });
  it('shows everything again when widened far enough, and never less than something', () => {
    expect(zoomAround({ from: 10, to: 60 }, full, 30, 4, false)).toBeNull();
    const narrow = zoomAround({ from: 50, to: 50.02 }, full, 50.01, 0.001, false)!;
    expect(narrow.to - narrow.from).toBeCloseTo(0.01, 10);
  });
  it('works in the logarithm', () => {
    const view = zoomAround({ from: 1, to: 100 }, { from: 1, to: 100 }, 10, 0.5, true)!;
    expect(view.from).toBeCloseTo(Math.sqrt(10), 10);
    expect(view.to).toBeCloseTo(10 * Math.sqrt(10), 10);
  });
  it('pans up to the edge', () => {
    expect(pan({ from: 20, to: 40 }, full, 0.5, false)).toEqual({ from: 30, to: 50 });
    expect(pan({ from: 20, to: 40 }, full, 50, false)).toEqual({ from: 80, to: 100 });
    expect(pan(full, full, 1, false)).toBeNull();
  });
  it('takes a selection in either direction, but not nothing', () => {
    expect(between(60, 20, full, false)).toEqual({ from: 20, to: 60 });
    expect(between(20, 20, full, false)).toBeNull();
  });
});

describe('placeLabels', () => {
  const area = { left: 0, right: 200, top: 0, bottom: 100 };
  it('puts a label below its point, or above where there is no room', () => {
    const [below] = placeLabels([{ id: 'a', x: 100, y: 50, width: 30 }], area);
    expect(below).toEqual({ id: 'a', x: 85, y: 64 });
    const [above] = placeLabels([{ id: 'a', x: 100, y: 95, width: 30 }], area);
    expect(above).toEqual({ id: 'a', x: 85, y: 81 });
  });
  it('keeps labels inside and apart, the first first, and leaves out what does not fit', () => {
    const crowd = Array.from({ length: 12 }, (_, i) => ({ id: `p${i}`, x: 190, y: 50 + i, width: 30 }));
    const placed = placeLabels(crowd, area);
    expect(placed[0]!.id).toBe('p0');
    expect(placed.length).toBeLessThan(12);
    for (const a of placed) {
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(a.x + 30).toBeLessThanOrEqual(200);
      for (const b of placed) if (a !== b) expect(Math.abs(a.y - b.y) >= 16 || Math.abs(a.x - b.x) >= 30).toBe(true);
    }
  });
});
