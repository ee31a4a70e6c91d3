import { describe, expect, it } from 'vitest';
import { builtInGrid, type TrainingCase } from '../../../../src/engine/bench/cases.ts';
import { createTrainingStep } from '../../../../src/engine/bench/training-step.ts';
import type { NativeKernels } from '../../../../src/engine/kernels/native/native-kernels.ts';
import { memoryPlan } from '../../../../src/engine/model/size.ts';
import { architectureSchema } from '../../../../src/engine/model/spec.ts';
import { createNative, haveNative } from './device.ts';

const cases = builtInGrid.cases.filter(({ id }) =>
  ['rnn-h128', 'gru-h128', 'lstm-h128', 'lstm-h256x2', 'ptb-small', 'bilstm-tagger'].includes(id),
);

describe.skipIf(!haveNative).each(cases)('$id', (case_) => {
  it('takes as much memory as was planned, and no more with every step', async () => {
    const kernels = createNative(undefined, 2);
    const owned = counting(kernels);
    const step = createTrainingStep(kernels, case_);
    const run = async () => {
      step.run();
      await step.loss();
      return owned.bytes + kernels.scratchBytes;
    };
    await run(); // scratch memory that came in pieces becomes one piece in the second step
    const taken = await run();
    const planned = planOf(case_);
    expect(taken / planned).toBeGreaterThan(0.9);
    expect(taken / planned).toBeLessThan(1.1);
    expect(await run()).toBe(taken);
    step.dispose();
    kernels.dispose();
  });
});

/** Bytes of all tensors that the kernels have made. */
function counting(kernels: NativeKernels): { bytes: number } {
  const owned = { bytes: 0 };
  const { alloc, recurrentWorkspace } = kernels;
  kernels.alloc = (...args) => {
    const tensor = alloc.apply(kernels, args);
    owned.bytes += 4 * tensor.size;
    return tensor;
  };
  kernels.recurrentWorkspace = (...args) => {
    const workspace = recurrentWorkspace.apply(kernels, args);
    owned.bytes += workspace.bytes;
    return workspace;
  };
  return owned;
}

function planOf({ cell, V, E, H, L, B, T, bidirectional, tags }: TrainingCase): number {
  const architecture = architectureSchema.parse({
    ...{ task: tags === undefined ? 'language-model' : 'tagging', cell, layers: L, hidden: H, embedding: E },
    ...{ bidirectional, dropout: 0, tie: false },
  });
  return memoryPlan(architecture, { inputs: V, outputs: tags ?? V }, B, T, 'adam').total;
}
