/**
 * A trained model as layers models of TensorFlow.js (docs/export.md says what each reads and gives). Everything is layers that
 * TensorFlow.js has, but the GRU with the reset after the product, which goes with the model as layers.js.
 */
import { cellOf } from '../../model/spec.ts';
import type { ExportFile } from '../portable.ts';
import type { TfjsModel } from './layers.ts';
import { layersModule } from './layers-module.ts';
import { labelFiles, standardFiles, stepFiles, wholeFiles } from './models.ts';
import { translationFiles } from './translation.ts';

/** @throws ExportError for a model that its layers cannot express */
export function tfjsFiles(model: TfjsModel): ExportFile[] {
  const { architecture } = model;
  const files = modelFiles(model);
  if (architecture.task === 'standard' || cellOf(architecture) !== 'gru') return files;
  return [...files, { name: 'layers.js', bytes: new TextEncoder().encode(layersModule) }];
}

function modelFiles(model: TfjsModel): ExportFile[] {
  switch (model.architecture.task) {
    case 'standard':
      return standardFiles(model);
    case 'translation':
      return translationFiles(model);
    case 'language-model':
      return stepFiles(model);
    case 'conditional-generation':
      return [...stepFiles(model), ...labelFiles(model)];
    default:
      return wholeFiles(model);
  }
}
