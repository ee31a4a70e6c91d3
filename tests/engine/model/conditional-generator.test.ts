import { expect, it } from 'vitest';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { ConditionalGenerator } from '../../../src/engine/model/conditional-generator.ts';
import { expectClose } from '../../compare.ts';
import { dataOf, taskArchitecture, taskBatch } from './task-cases.ts';

const kernels = createReferenceKernels();
const architecture = taskArchitecture({ task: 'conditional-generation', layers: 2 });
const data = dataOf(architecture);
const [B, T, V] = [3, 4, data.outputs];

it('generating step by step, the state carried, gives the logits of the whole sequence', async () => {
  const whole = new ConditionalGenerator(kernels, architecture, data, { B, T, training: true });
  whole.parameters.initialise(3);
  const batch = { ...taskBatch(architecture), labels: Int32Array.of(2, 0, 1), lengths: null };
  whole.setBatch({ ...batch, targets: null });
  whole.forward(null);
  const logits = await kernels.read(whole.outputs);
  const sizes = { B, T: 1, training: false };
  const steps = new ConditionalGenerator(kernels, architecture, data, sizes, whole.parameters);
  for (let t = 0; t < T; t++) {
    const inputs = (batch.inputs as Int32Array).slice(t * B, (t + 1) * B);
    steps.setBatch({ T: 1, B, lengths: null, inputs, targets: null, labels: t === 0 ? batch.labels : null });
    steps.forward(null);
    expectClose(await kernels.read(steps.outputs), logits.subarray(t * B * V, (t + 1) * B * V), { rtol: 1e-14 });
    steps.carryState();
  }
});

it('refuses labels that there are not, and training without labels', () => {
  const model = new ConditionalGenerator(kernels, architecture, data, { B, T, training: true });
  const batch = taskBatch(architecture);
  expect(() => model.setBatch({ ...batch, labels: Int32Array.of(0, 1, 3) })).toThrow('Label 3');
  model.setBatch({ ...batch, labels: null });
  model.forward(null);
  model.computeLoss();
  expect(() => model.backward()).toThrow('training needs labels');
});
