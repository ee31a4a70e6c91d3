import { describe, expect, it } from 'vitest';
import { CELLS, recurrentCase } from '../reference/recurrent-case.ts';
import { computeRecurrent, testRecurrent } from '../suites/recurrent.ts';
import { createNative, targets } from './device.ts';

for (const name of targets) testRecurrent({ name, create: () => createNative(name, 3) });

describe('recurrent sequences of the C++ kernels', () => {
  describe.each(targets)('%s', (target) => {
    it.each(CELLS)('of %s give the same bits whatever the number of threads', async (cell) => {
      const size = { cell, T: 5, B: 19, I: 33, H: 50 };
      const option = { accumulate: false, initialState: true };
      const results = [];
      for (const threads of [1, 2, 3, 1]) {
        const some = createNative(target, threads);
        results.push(await computeRecurrent(some, recurrentCase(some, size), option));
        some.dispose();
      }
      for (const other of results.slice(1)) expect(other).toEqual(results[0]);
    });
  });
});
