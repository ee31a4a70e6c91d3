import { describe, expect, it } from 'vitest';
import { drawn, moved, revealed, whole, zoomed } from '../../../../../src/renderer/screens/inside/weights/view.ts';

const size = { width: 400, height: 200 };

describe('the view of a map', () => {
  it('keeps what is under the pointer where it is', () => {
    const view = zoomed(whole, 4, 100, 150, size);
    expect(drawn(Float32Array.of(100, 150), view)).toEqual(Float32Array.of(100, 150));
    expect(drawn(Float32Array.of(110, 150), view)).toEqual(Float32Array.of(140, 150));
    expect(zoomed(view, 1 / 4, 100, 150, size)).toEqual(whole);
  });

  it('is never smaller than the whole, nor beyond its edges', () => {
    expect(zoomed(whole, 0.1, 30, 30, size)).toEqual(whole);
    expect(moved(whole, 50, -50, size)).toEqual(whole);
    const near = zoomed(whole, 2, 0, 0, size);
    expect(moved(near, -1e6, -1e6, size)).toEqual({ scale: 2, x: -400, y: -200 });
    expect(zoomed(whole, 1e9, 200, 100, size).scale).toBe(64);
  });

  it('moves no further than needed to show a point', () => {
    const view = { scale: 4, x: -400, y: -200 };
    expect(revealed(view, 200, 100, 20, size)).toEqual(view);
    expect(revealed(view, 450, 10, 20, size)).toEqual({ scale: 4, x: -470, y: -190 });
  });
});
