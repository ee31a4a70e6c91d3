/** What runs can be exported as, by name. Pure module: screens and the command line list them. */

/** A trained model, in a format that other programs open. Each is written by its entry of formats.ts. */
export const modelFormats = ['safetensors', 'onnx', 'tfjs', 'html', 'html-float16'] as const;
export type ModelFormat = (typeof modelFormats)[number];

/** What was measured while it trained. Needs no model. */
export const metricsFormats = ['metrics-csv', 'metrics-json'] as const;
export type MetricsFormat = (typeof metricsFormats)[number];

export const exportFormats = [...modelFormats, ...metricsFormats] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Formats that are one file; the others are several, in a folder or a ZIP archive. Null: several. */
export function singleFileEnding(format: ExportFormat): string | null {
  switch (format) {
    case 'html':
    case 'html-float16':
      return '.html';
    case 'metrics-csv':
      return '.csv';
    case 'metrics-json':
      return '.json';
    default:
      return null;
  }
}

export function isModelFormat(format: ExportFormat): format is ModelFormat {
  return (modelFormats as readonly ExportFormat[]).includes(format);
}
