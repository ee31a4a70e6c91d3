/** Taking runs away: to a path the person chooses (native dialog), or as a download. */
import { exportName, type ExportFormat } from '../../api/export.ts';
import type { Exported, Run } from '../../api/types.ts';
import { bytes } from './format.ts';
import { m } from './messages.ts';
import { toasts } from './toasts.ts';
import type { Workspace } from './workspace.svelte.ts';

/** Exports runs; says so, or why not, in a toast. Returns whether it was written: the person may have chosen no place. */
export async function exportRuns(
  workspace: Workspace,
  runs: readonly Run[],
  format: ExportFormat,
  signal: AbortSignal,
): Promise<boolean> {
  const { stem, ending } = exportName(
    runs.map(({ name }) => name),
    format,
  );
  const ids = runs.map(({ id }) => id);
  return saveExport(
    workspace,
    stem + ending,
    m.exporting.done,
    (path) => workspace.api.runs.export({ ids, format, path }, { signal }),
    signal,
  );
}

/**
 * Has main write a file where the person says, or make it ready for download.
 * @param name to offer, with its ending
 * @param done what to say then
 * @param signal gives it up, in silence
 * @returns whether it was written
 */
export async function saveExport(
  workspace: Workspace,
  name: string,
  done: (file: string, size: string) => string,
  write: (path: string | null) => Promise<Exported>,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    const bridge = workspace.info?.capabilities.saveDialog ? window.unroll : undefined;
    const path = bridge ? await bridge.chooseSavePath(fileName(name)) : null;
    if (bridge && path === null) return false;
    const file = await write(path);
    if (file.ticket !== null) download(`/download/${encodeURIComponent(file.ticket)}`, file.fileName);
    toasts.done(done(file.fileName, bytes(file.bytes)));
    return true;
  } catch (error) {
    // Who gave it up needs not be told.
    if (!signal?.aborted) toasts.failed(error);
    return false;
  }
}

/** A name that every file system takes. */
function fileName(name: string): string {
  const ending = name.slice(name.lastIndexOf('.'));
  const safe = name
    .slice(0, -ending.length)
    .replace(/[^\p{L}\p{N}._ -]+/gu, '-')
    .slice(0, 80)
    .trim();
  return (safe || 'model') + ending;
}

function download(href: string, name: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
}
