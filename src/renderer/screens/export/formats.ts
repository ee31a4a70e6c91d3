/** What can be exported of runs, and about how large it would be. */
import { exportFormats, isModelFormat, type ExportFormat } from '../../../api/export.ts';
import type { Run } from '../../../api/types.ts';
import { hasModel } from '../../lib/run-detail.ts';

/** The runs that a format can be written of: those with a model, or with a curve. */
export function exportable(runs: readonly Run[], format: ExportFormat): Run[] {
  return runs.filter((run) => (isModelFormat(format) ? hasModel(run) : run.step > 0));
}

/** The first format that can be written of any of them; null: none. */
export function firstExportable(runs: readonly Run[], preferred: ExportFormat): ExportFormat | null {
  return [preferred, ...exportFormats].find((format) => exportable(runs, format).length > 0) ?? null;
}

/** Bytes of a step and of an evaluation, as numbers are written out. */
const textBytes = { 'metrics-csv': 110, 'metrics-json': 190 } as const;
/** Numbers of the optimiser for each parameter. */
const slots = { sgd: 0, momentum: 1, adam: 2, adamw: 2, rmsprop: 1, adagrad: 1 } as const;
/** What an HTML file has besides the weights, which stand in it as base64. */
const pageBytes = 250_000;

export function estimatedBytes(runs: readonly Run[], format: ExportFormat): number {
  return runs.reduce((sum, run) => sum + bytesOf(run, format), 0);
}

function bytesOf({ parameters, step, config }: Run, format: string): number {
  const weights = 4 * (parameters ?? 0);
  switch (format) {
    case 'metrics-csv':
    case 'metrics-json':
      return step * textBytes[format];
    case 'safetensors':
      return weights * (2 + slots[config.training.optimizer.kind]);
    case 'html':
      return pageBytes + (weights * 4) / 3;
    case 'html-float16':
      return pageBytes + (weights * 2) / 3;
    default:
      return weights;
  }
}
