/** A network with weights as none is born with, and what its exports are written from. */
import type { OnnxModel } from '../../../../src/engine/export/onnx/onnx.ts';
import type { Kernels } from '../../../../src/engine/kernels/kernels.ts';
import { createTaskModel } from '../../../../src/engine/model/create.ts';
import type { Architecture } from '../../../../src/engine/model/spec.ts';
import type { AnyBatch, ModelSizes, TaskModel } from '../../../../src/engine/model/task-model.ts';
import { dataOf } from '../../model/task-cases.ts';
import { normals } from '../../numbers.ts';
import { tinyConfig } from '../../training/tiny.ts';

/** What networks of the tests are planned for; a standard one has one step. */
export const MOST = { B: 3, T: 4, Ty: 3 };

export async function network(
  kernels: Kernels,
  architecture: Architecture,
  planned: Omit<ModelSizes, 'training'> = MOST,
): Promise<{ readonly model: TaskModel<AnyBatch>; readonly exported: OnnxModel }> {
  const { inputs } = dataOf(architecture);
  const sizes = architecture.task === 'language-model' ? { inputs, outputs: inputs } : dataOf(architecture);
  const model = createTaskModel(kernels, architecture, sizes, {
    ...planned,
    T: architecture.task === 'standard' ? 1 : planned.T,
    training: false,
  });
  const { parameters } = model;
  // As exports store them, so that only the arithmetic differs.
  kernels.write(parameters.values, normals(5, parameters.values.size, 0.6).map(Math.fround));
  const all = await parameters.read(parameters.values);
  return {
    model,
    exported: {
      architecture,
      sizes,
      parameters: new Map(all.map(({ name, shape, data }) => [name, { shape, data: Float32Array.from(data) }])),
      name: 'A run',
      corpusName: 'A text',
      corpusHash: '00',
      trainedWith: 'Unroll 0.1.0',
      state: {
        config: { ...tinyConfig(), architecture },
        step: 3,
        codec: null,
        tokenizer: null,
        vocabularySize: inputs,
      },
    },
  };
}
