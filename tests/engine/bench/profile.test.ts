import { describe, expect, it } from 'vitest';
import { trainingFlops, type TrainingCase } from '../../../src/engine/bench/cases.ts';
import { profileBenchCase } from '../../../src/engine/bench/index.ts';
import { profile } from '../../../src/engine/bench/profile.ts';
import { createTrainingStep } from '../../../src/engine/bench/training-step.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';

const language: TrainingCase = { id: 'lm', cell: 'gru', V: 7, E: 3, H: 4, L: 2, B: 2, T: 3, bidirectional: false };
const cases = [language, { ...language, id: 'tagger', cell: 'lstm', bidirectional: true, tags: 5 } as const];

describe('the profile of a step', () => {
  it.each(cases)('accounts for all its matrix products: $id', async (case_) => {
    const { entries, ms } = await profileBenchCase(createReferenceKernels(), case_, 2);
    const flops = entries.reduce((sum, entry) => sum + entry.flops, 0);
    expect(flops).toBe(trainingFlops(case_));
    expect(entries.reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThanOrEqual(ms / 1000);
    const backward = entries.filter(({ what }) => what.startsWith('recurrentBackward'));
    expect(backward.reduce((sum, { calls }) => sum + calls, 0)).toBe(case_.L * (case_.bidirectional ? 2 : 1));
  });

  it('counts by the device’s clock, and starts anew after a reset', () => {
    let now = 0;
    const { kernels, entries, reset } = profile(createReferenceKernels(), () => now++);
    const tensor = kernels.alloc('x', [6]);
    reset();
    kernels.fill(tensor, 1);
    kernels.fill(tensor, 2);
    expect(entries()).toEqual([{ what: 'fill 6', calls: 2, seconds: 2, flops: 0, bytes: 2 * 6 * 8 }]);
    reset();
    expect(entries()).toEqual([]);
  });

  it('leaves what is computed as it is', async () => {
    const [plain, profiled] = [createReferenceKernels(), createReferenceKernels()];
    const losses = [plain, profile(profiled, () => 0).kernels].map((kernels) => {
      const step = createTrainingStep(kernels, language);
      for (let i = 0; i < 3; i++) step.run();
      return step.loss();
    });
    expect(await losses[1]).toBe(await losses[0]);
  });
});
