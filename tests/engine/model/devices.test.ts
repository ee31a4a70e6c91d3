import { afterAll, describe, it } from 'vitest';
import type { Kernels } from '../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { expectClose } from '../../compare.ts';
import { createNative, haveNative, instructionSets } from '../kernels/native/device.ts';
import { CASES, makeTaskModel, taskArchitecture, taskBatch } from './task-cases.ts';

const reference = createReferenceKernels();
const AT = { seed: 11, counter: 4 };
/** float32 against float64, a few layers deep. */
const SINGLE = { atol: 2e-5, rtol: 1e-3 };

/** Outputs, loss and gradients of one training step, dropout and all. */
async function step(kernels: Kernels, fields: (typeof CASES)[number][1]): Promise<[string, ArrayLike<number>][]> {
  const architecture = taskArchitecture(fields);
  const model = makeTaskModel(kernels, architecture);
  model.setBatch(taskBatch(architecture));
  model.forward(architecture.dropout > 0 ? AT : null);
  const outputs = await kernels.read(model.outputs, model.rows * model.K);
  kernels.fill(model.loss, 0);
  model.computeLoss();
  model.backward();
  const gradients = await model.parameters.read(model.parameters.gradients!);
  const loss = await kernels.read(model.loss);
  model.dispose();
  return [
    ['outputs', outputs],
    ['loss', loss],
    ...gradients.map(({ name, data }) => [name, data] as [string, ArrayLike<number>]),
  ];
}

describe.skipIf(!haveNative).each(instructionSets)('on native, %s', (instructionSet) => {
  const native = createNative(instructionSet, 2);
  afterAll(() => native.dispose());

  it.each(CASES)('%s: a training step gives what the reference gives', async (_, fields) => {
    const want = await step(reference, fields);
    for (const [i, [name, got]] of (await step(native, fields)).entries()) expectClose(got, want[i][1], SINGLE, name);
  });
});
