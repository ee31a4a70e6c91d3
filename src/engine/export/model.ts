/** A trained model as a safetensors file: only the parameters, under PyTorch's names, float32. */
import type { PortableModel } from './portable.ts';
import { writeSafetensors } from './safetensors.ts';

/**
 * The parameters as a safetensors file that PyTorch's `load_state_dict` takes. With tied weights the shared matrix stands there once, as
 * the embedding's. The metadata say what reads and writes the network's tokens, labels and numbers, and where the model comes from.
 */
export function parametersFile({ state, parameters, ...origin }: PortableModel): Uint8Array {
  return writeSafetensors({
    tensors: parameters,
    metadata: {
      format: 'pt',
      name: origin.name,
      corpus: origin.corpusName,
      corpus_sha256: origin.corpusHash,
      configuration: JSON.stringify(state.config),
      created_by: origin.trainedWith,
      architecture: JSON.stringify(state.config.architecture),
      ...(state.codec ? { codec: JSON.stringify(state.codec) } : { tokenizer: JSON.stringify(state.tokenizer) }),
      vocabulary_size: String(state.vocabularySize),
      step: String(state.step),
    },
  });
}
