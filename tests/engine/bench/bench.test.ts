import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { trainingFlops } from '../../../src/engine/bench/cases.ts';
import { builtInGrid, gridSchema, runBenchCase } from '../../../src/engine/bench/index.ts';
import { createTrainingStep } from '../../../src/engine/bench/training-step.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { haveShared, shared } from '../../shared.ts';

const tiny = { id: 'tiny', cell: 'gru', V: 7, E: 3, H: 4, L: 2, B: 2, T: 3, bidirectional: false } as const;

describe('the speed benchmark', () => {
  it.skipIf(!haveShared)('has the cases that PyTorch is timed on', () => {
    const grid = gridSchema.parse(JSON.parse(readFileSync(shared('bench', 'grid.json'), 'utf8')));
    expect(builtInGrid).toEqual(grid);
  });

  it('counts the multiply-adds of the products, forward and twice backward', () => {
    const layers = 3 * 4 * (3 + 4) + 3 * 4 * (4 + 4);
    expect(trainingFlops(tiny)).toBe(3 * 2 * 6 * (layers + 4 * 7));
    const both = { ...tiny, bidirectional: true, tags: 5 };
    const layersBoth = 2 * (3 * 4 * (3 + 4) + 3 * 4 * (8 + 4));
    expect(trainingFlops(both)).toBe(3 * 2 * 6 * (layersBoth + 8 * 5));
  });

  it.each([tiny, { ...tiny, cell: 'lstm', bidirectional: true, tags: 5 } as const])(
    'times a step that really learns',
    async (case_) => {
      const kernels = createReferenceKernels();
      const step = createTrainingStep(kernels, case_);
      step.run();
      const before = await step.loss();
      for (let i = 0; i < 100; i++) step.run();
      expect(await step.loss()).toBeLessThan(before - 0.05);
      step.dispose();
    },
  );

  it('reports the fields of torch_bench.py', async () => {
    const kernels = createReferenceKernels();
    const training = await runBenchCase(kernels, tiny, 2);
    expect(training).toMatchObject({ id: 'tiny', engine: 'unroll', device: 'reference' });
    expect(training.tokens_per_s).toBeCloseTo((6 * 1000) / training.ms, 6);
    const generation = await runBenchCase(kernels, { id: 'g', cell: 'rnn', V: 5, E: 2, H: 3, L: 1, tokens: 4 });
    expect(generation.gflops).toBeUndefined();
    expect(generation.tokens_per_s).toBeCloseTo(1000 / generation.ms, 6);
  });
});
