import { describe, expect, it } from 'vitest';
import { trainingFlops, type TrainingCase } from '../../../../src/engine/bench/cases.ts';
import { profileBenchCase } from '../../../../src/engine/bench/index.ts';
import { createWebGpuKernels } from '../../../../src/engine/kernels/webgpu/create.ts';
import { dawn } from './device.ts';

describe.skipIf(!dawn)('the profile of a step on webgpu', () => {
  it('has the times of the graphics processor, not of the calls', { timeout: 120_000 }, async (test) => {
    const case_: TrainingCase = { id: 'lm', cell: 'gru', V: 20, E: 8, H: 16, L: 1, B: 4, T: 6, bidirectional: false };
    const kernels = await createWebGpuKernels(dawn!);
    const times = kernels.timeCalls();
    if (times === null) return test.skip('this adapter has no clock');
    const { entries, ms } = await profileBenchCase(kernels, case_, 3);
    expect(entries.reduce((sum, { flops }) => sum + flops, 0)).toBe(trainingFlops(case_));
    const seconds = entries.map((entry) => entry.seconds);
    expect(seconds).toEqual(seconds.toSorted((a, b) => b - a));
    expect(seconds.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(ms / 1000);
    // Writes are copies, not dispatches: their calls take time, the processor's clock sees none.
    expect(entries.find(({ what }) => what === 'write')).toMatchObject({ seconds: 0 });
    expect(entries.find(({ what }) => what.startsWith('recurrentBackward'))!.seconds).toBeGreaterThan(0);
    // All was taken.
    expect(await times.take()).toEqual(new Map());
    kernels.dispose();
  });
});
