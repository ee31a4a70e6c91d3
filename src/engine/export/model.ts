/** A trained model as a safetensors file: only the parameters, under PyTorch's names, float32. */
import { modelMetadata } from './metadata.ts';
import type { PortableModel } from './portable.ts';
import { writeSafetensors } from './safetensors.ts';

/**
 * The parameters as a safetensors file that PyTorch's `load_state_dict` takes. With tied weights the shared matrix stands there once, as
 * the embedding's.
 */
export function parametersFile(model: PortableModel): Uint8Array {
  return writeSafetensors({ tensors: model.parameters, metadata: { format: 'pt', ...modelMetadata(model) } });
}
