import { describe, expect, it } from 'vitest';
import {
  columnWidths,
  inView,
  reach,
  rowHeight,
  usualZoom,
} from '../../../../../src/renderer/screens/inside/neurons/heat-view.ts';

describe('the view of a heat map', () => {
  it('shows what is at least partly in view, and no more than there is', () => {
    expect(inView(0, 100, 10, 50)).toEqual({ from: 0, to: 10 });
    expect(inView(15, 100, 10, 50)).toEqual({ from: 1, to: 12 });
    expect(inView(490, 100, 10, 50)).toEqual({ from: 49, to: 50 });
    expect(inView(0, 100, 10, 0)).toEqual({ from: 0, to: 0 });
  });

  it('rows are as high as fit, from 2 to 16 pixels', () => {
    expect([1, 32, 128, 2048].map((units) => rowHeight(units, 352))).toEqual([16, 11, 3, 2]);
  });

  it('columns are as wide as all fit; of a long text as wide as can be seen', () => {
    expect(columnWidths[usualZoom(100, 1000)]).toBe(8);
    expect(columnWidths[usualZoom(2, 1000)]).toBe(48);
    expect(columnWidths[usualZoom(20_000, 1000)]).toBe(3);
  });

  it('scrolls no further than needed', () => {
    expect(reach(100, 50, 10, 12)).toBe(100);
    expect(reach(100, 50, 10, 3)).toBe(30);
    expect(reach(100, 50, 10, 20)).toBe(160);
  });
});
