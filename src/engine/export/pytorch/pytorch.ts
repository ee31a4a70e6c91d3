/** A trained model for PyTorch, and for Unroll elsewhere. */
import { encodeCheckpoint } from '../../training/checkpoint.ts';
import { parametersFile } from '../model.ts';
import type { ExportFile, PortableModel } from '../portable.ts';
import { modelPy } from './model-py.ts';

/** The parameters with the program that reads them, and the whole checkpoint, which training goes on from. */
export function pytorchFiles(model: PortableModel): ExportFile[] {
  return [
    { name: 'model.safetensors', bytes: parametersFile(model) },
    { name: 'model.py', bytes: new TextEncoder().encode(modelPy(model.architecture, model.sizes)) },
    { name: 'training.safetensors', bytes: encodeCheckpoint(model.checkpoint) },
  ];
}
