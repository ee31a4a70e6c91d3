/** A trained model as a safetensors file: only the parameters, under PyTorch's names, float32. */
import { decodeCheckpoint, isTrainingTensor } from '../training/checkpoint.ts';
import { writeSafetensors, type SafetensorsEntry } from './safetensors.ts';

/**
 * The parameters of a checkpoint as a safetensors file that PyTorch's `load_state_dict` takes. With tied weights the shared
 * matrix stands there once, as `emb.weight`.
 * @param extra more metadata (strings), for example the run's name
 */
export function exportSafetensors(checkpoint: Uint8Array, extra: Readonly<Record<string, string>> = {}): Uint8Array {
  const { state, tensors } = decodeCheckpoint(checkpoint);
  const parameters = new Map<string, SafetensorsEntry>();
  for (const [name, { shape, data }] of tensors) {
    if (!isTrainingTensor(name)) parameters.set(name, { shape, data: Float32Array.from(data) });
  }
  return writeSafetensors({
    tensors: parameters,
    metadata: {
      format: 'pt',
      ...extra,
      architecture: JSON.stringify(state.config.architecture),
      // What reads and writes the network's tokens, labels and numbers.
      ...(state.codec ? { codec: JSON.stringify(state.codec) } : { tokenizer: JSON.stringify(state.tokenizer) }),
      vocabulary_size: String(state.vocabularySize),
      step: String(state.step),
    },
  });
}
