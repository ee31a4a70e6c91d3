import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowsInView } from '../../../src/renderer/lib/rows-in-view.ts';

test('what is in view is drawn, and the table keeps its height', () => {
  const size = fc.integer({ min: 0, max: 5_000 });
  fc.assert(
    fc.property(size, fc.integer({ min: 1, max: 60 }), size, size, (count, height, scrollTop, viewport) => {
      const { start, end, above, below } = rowsInView(count, height, scrollTop, viewport);
      expect(above + (end - start) * height + below).toBe(count * height);
      const first = Math.floor(scrollTop / height);
      const last = Math.min(count, Math.ceil((scrollTop + viewport) / height)) - 1;
      if (first < count) {
        expect(start).toBeLessThanOrEqual(first);
        expect(end).toBeGreaterThan(last);
      }
    }),
  );
});

test('of a thousand rows only those around the view are drawn', () => {
  const { start, end } = rowsInView(1_000, 36, 10_000, 600);
  expect(end - start).toBeLessThan(40);
});
