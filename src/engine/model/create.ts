import type { Kernels } from '../kernels/kernels.ts';
import { ConditionalGenerator } from './conditional-generator.ts';
import { EncoderDecoder } from './encoder-decoder.ts';
import { LanguageModel } from './language-model.ts';
import type { ParameterSet } from './parameters.ts';
import { SequenceClassifier } from './sequence-classifier.ts';
import { SequenceTagger } from './sequence-tagger.ts';
import { shapeOf, type Architecture } from './spec.ts';
import { StandardNetwork } from './standard-network.ts';
import type { AnyBatch, DataSizes, ModelSizes, TaskModel } from './task-model.ts';

/**
 * The network of an architecture, for data of these sizes. Who knows the task can make its class instead, and has more than what all
 * have in common.
 * @param parameters another model's of the same architecture and device, to share; by default the model's own, all zero
 */
export function createTaskModel(
  kernels: Kernels,
  architecture: Architecture,
  data: DataSizes,
  sizes: ModelSizes,
  parameters?: ParameterSet,
): TaskModel<AnyBatch> {
  const { task } = architecture;
  if (task === 'language-model') return new LanguageModel(kernels, architecture, data.inputs, sizes, parameters);
  switch (shapeOf(architecture)) {
    case 'one-to-one':
      return new StandardNetwork(kernels, architecture, data, sizes, parameters);
    case 'one-to-many':
      return new ConditionalGenerator(kernels, architecture, data, sizes, parameters);
    case 'many-to-one':
      return new SequenceClassifier(kernels, architecture, data, sizes, parameters);
    case 'many-to-many-aligned':
      return new SequenceTagger(kernels, architecture, data, sizes, parameters);
    case 'many-to-many-unaligned':
      return new EncoderDecoder(kernels, architecture, data, sizes, parameters);
  }
}
