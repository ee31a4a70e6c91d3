/** Exporting runs: what can be asked for. What each format is, says docs/export.md. */
import { z } from 'zod';
import { exportFormats, isModelFormat, singleFileEnding, type ExportFormat } from '../engine/export/format-ids.ts';

export {
  exportFormats,
  isModelFormat,
  metricsFormats,
  modelFormats,
  singleFileEnding,
  type ExportFormat,
  type MetricsFormat,
  type ModelFormat,
} from '../engine/export/format-ids.ts';

export const exportFormatSchema = z.enum(exportFormats);

export const exportRequestSchema = z.object({
  /** Runs; of several, a model's files stand in a folder for each. */
  ids: z.array(z.string().min(1)).min(1).max(1000),
  format: exportFormatSchema,
  /**
   * Absolute. Ending in `.zip` it becomes an archive, otherwise the file of a format that is one, or a folder; of safetensors ending in
   * `.safetensors` only the file of the parameters. null: for download, as an archive or the one file.
   */
  path: z.string().min(1).nullable(),
});
export type ExportRequest = z.output<typeof exportRequestSchema>;

/** What to call an export, unless it is of the parameters alone. */
export function exportName(
  runs: readonly string[],
  format: ExportFormat,
): { readonly stem: string; readonly ending: string } {
  const first = runs[0] ?? '';
  const runNames = runs.length > 1 ? `${first} and ${runs.length - 1} more` : first;
  const ending = singleFileEnding(format);
  if (!isModelFormat(format)) return { stem: `${runNames} metrics`, ending: ending ?? '.zip' };
  if (ending !== null && runs.length === 1) return { stem: runNames, ending };
  return { stem: `${runNames} ${format}`, ending: '.zip' };
}

/** A run as a command line of Unroll, or as a PyTorch program. */
export const scriptKinds = ['cli', 'pytorch'] as const;
export type ScriptKind = (typeof scriptKinds)[number];

export const scriptSchema = z.object({
  text: z.string(),
  /** A name to save it under. */
  fileName: z.string(),
});
export type Script = z.output<typeof scriptSchema>;
