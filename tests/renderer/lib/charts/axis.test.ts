import { expect, test } from 'vitest';
import { yAxis } from '../../../../src/renderer/lib/charts/axis.ts';

test('an axis of shares has room above the whole, but no mark there', () => {
  const { ticks, tick } = yAxis(false, String, true);
  const marks = ticks(0.9, 1.1, 4);
  expect(marks.map((mark) => tick(mark, marks))).toEqual(['90 %', '95 %', '100 %']);
  expect(yAxis(false, String).ticks(0.9, 1.1, 4).at(-1)).toBe(1.1);
});
