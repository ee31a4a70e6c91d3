import { describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { base, computeTokenInput, testTokenInput } from '../suites/token-input.ts';
import { createNative, targets } from './device.ts';

testTokenInput({ name: 'reference', create: createReferenceKernels });
for (const name of targets) testTokenInput({ name, create: () => createNative(name, 3) });

describe('a layer that reads tokens, on the C++ kernels', () => {
  it.each(targets)('gives the same bits whatever the number of threads, on %s', async (target) => {
    for (const changes of [{}, { V: 500, occurring: 500 }, { E: 0 }]) {
      const results = [];
      for (const threads of [1, 2, 3]) {
        const some = createNative(target, threads);
        results.push(await computeTokenInput(some, { ...base, ...changes }, 'tokens'));
        some.dispose();
      }
      for (const other of results.slice(1)) expect(other).toEqual(results[0]);
    }
  });
});
