import { expect, it } from 'vitest';
import { ramp } from '../../../../src/renderer/lib/charts/ramp.ts';

it('a scale of colours goes from end to end, and stays visible on its ground', () => {
  expect(ramp(0, false)).toBe('rgb(68 1 84)');
  expect(ramp(1, true)).toBe('rgb(181 222 43)');
  expect(ramp(-1, true)).toBe(ramp(0, true));
  expect(ramp(0, true)).not.toBe(ramp(0, false));
});
