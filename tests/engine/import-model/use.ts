/** What imported networks compute. */
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { createTaskModel } from '../../../src/engine/model/create.ts';
import { ExampleCodec } from '../../../src/engine/data/codec.ts';
import type { Checkpoint } from '../../../src/engine/training/checkpoint.ts';

/** Outputs [rows,K] of one sequence: of every step, or of its end. */
export async function outputsOf({ state, tensors }: Checkpoint, inputs: ArrayLike<number>, T = inputs.length) {
  const kernels = createReferenceKernels();
  const { architecture } = state.config;
  const V = state.vocabularySize;
  const sizes = state.codec ? new ExampleCodec(state.codec).sizes : { inputs: V, outputs: V };
  const model = createTaskModel(kernels, architecture, sizes, { B: 1, T, training: false });
  const { parameters } = model;
  parameters.write(parameters.values, (name) => tensors.get(name)!);
  const numbers = architecture.input === 'numbers' ? Float64Array.from(inputs) : Int32Array.from(inputs);
  model.setBatch({ T, B: 1, lengths: Int32Array.of(T), inputs: numbers as Int32Array, targets: null });
  model.forward(null);
  const outputs = await kernels.read(model.outputs, model.rows * model.K);
  return Array.from({ length: model.rows }, (_, row) => Array.from(outputs.slice(row * model.K, (row + 1) * model.K)));
}
