/**
 * The formats that a trained model is exported in. To add one: its name in format-ids.ts, a line here, its texts in
 * src/renderer/lib/messages/export.ts and docs/export.md. Each is loaded when it is first asked for: their libraries are large.
 */
import type { EvalMetrics } from '../protocol.ts';
import { modelCard } from './card.ts';
import { type ModelFormat, singleFileEnding } from './format-ids.ts';
import { ExportError } from './errors.ts';
import type { PageRuntime } from './html/html.ts';
import type { PagePrecision } from './html/page-model.ts';
import type { ExportFile, PortableModel } from './portable.ts';

type Files = Promise<readonly ExportFile[]> | readonly ExportFile[];
type Writer = (model: PortableModel, page: () => Promise<PageRuntime>) => Files;

const formats: Record<ModelFormat, () => Promise<Writer>> = {
  safetensors: async () => (await import('./pytorch/pytorch.ts')).pytorchFiles,
  onnx: async () => (await import('./onnx/onnx.ts')).onnxFiles,
  tfjs: async () => (await import('./tfjs/tfjs.ts')).tfjsFiles,
  html: () => htmlWriter('float32'),
  'html-float16': () => htmlWriter('float16'),
};

/**
 * All files of an export: the format's own, and beside them the run's configuration, what reads and writes the network's tokens,
 * labels and numbers, and a card that tells people what they have. A format of one file stands alone.
 * @param evaluations of the run, in the order in which they were made
 * @param page reads what a page runs a model with
 */
export async function exportFiles(
  format: ModelFormat,
  model: PortableModel,
  evaluations: readonly EvalMetrics[],
  page: () => Promise<PageRuntime> = noPage,
): Promise<ExportFile[]> {
  const write = await formats[format]();
  const files = [...(await write(model, page))];
  if (singleFileEnding(format) !== null) return files;
  const { state, tokenizer, codec } = model;
  const own = [...files, json('config.json', state.config), json('tokenizer.json', codec?.json ?? tokenizer)];
  return [...own, text('README.md', modelCard(format, model, evaluations, own))];
}

async function noPage(): Promise<never> {
  throw new ExportError(
    'A page that runs a model is written from the built one, which was not given: export another format.',
  );
}

async function htmlWriter(precision: PagePrecision): Promise<Writer> {
  const { htmlFiles } = await import('./html/html.ts');
  return async (model, page) => htmlFiles(model, await page(), precision);
}

function json(name: string, value: unknown): ExportFile {
  return text(name, JSON.stringify(value, null, 2) + '\n');
}

function text(name: string, content: string): ExportFile {
  return { name, bytes: new TextEncoder().encode(content) };
}
