/** The export job: a checkpoint's model as files of a format. Large ones take seconds, which no window should wait for. */
import { ExportError } from '../export/errors.ts';
import { exportFiles } from '../export/formats.ts';
import type { PageRuntime } from '../export/html/html.ts';
import { portableModel, type PortableModel, type Provenance } from '../export/portable.ts';
import { SafetensorsError } from '../export/safetensors.ts';
import type { EngineFiles } from '../files.ts';
import type { EngineCommand, JobResult } from '../protocol.ts';
import { CheckpointError } from '../training/checkpoint.ts';
import type { JobControl } from './control.ts';

/**
 * Writes the files under numbers, 0, 1, 2 …: their names may have folders in them, and are the host's to make.
 * @throws ExportError when the checkpoint is damaged, or the format cannot hold such a network
 */
export async function exportModel(
  { checkpointPath, provenance, format, evaluations, targetDir, pageDir }: Extract<EngineCommand, { type: 'export' }>,
  files: EngineFiles,
  { signal }: JobControl,
): Promise<JobResult> {
  const model = opened(await files.readFile(checkpointPath), provenance);
  const made = await exportFiles(format, model, evaluations, () => pageRuntime(files, pageDir));
  const written = [];
  for (const [number, { name, bytes }] of made.entries()) {
    signal.throwIfAborted();
    const path = files.join(targetDir, String(number));
    const sink = await files.create(targetDir);
    try {
      await sink.write(bytes);
      await sink.commit(path);
    } finally {
      await sink.abort();
    }
    written.push({ name, path, bytes: bytes.length });
  }
  return { type: 'export', files: written };
}

/** @throws ExportError where the page was not built */
async function pageRuntime(files: EngineFiles, folder: string): Promise<PageRuntime> {
  try {
    const read = async (name: string) => new TextDecoder().decode(await files.readFile(files.join(folder, name)));
    return { script: await read('page.js'), style: await read('page.css') };
  } catch (error) {
    const why =
      'The page that runs a model is missing from this installation of Unroll: install it again, or run npm run build.';
    throw new ExportError(why, { cause: error });
  }
}

function opened(file: Uint8Array, provenance: Provenance): PortableModel {
  try {
    return portableModel(file, provenance);
  } catch (error) {
    if (!(error instanceof CheckpointError || error instanceof SafetensorsError)) throw error;
    const { name } = provenance;
    throw new ExportError(`The checkpoint of "${name}" is damaged. ${error.message} Train the run further, or again.`, {
      cause: error,
    });
  }
}
