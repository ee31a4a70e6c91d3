/** Taking a trained model away: to a path the person chooses (native dialog), or as a download. */
import type { Exported, Run } from '../../api/types.ts';
import { bytes } from './format.ts';
import { m } from './messages.ts';
import { toasts } from './toasts.ts';
import type { Workspace } from './workspace.svelte.ts';

/** Exports the run's best checkpoint as safetensors; says so, or why not, in a toast. */
export async function exportRun(workspace: Workspace, run: Run): Promise<void> {
  await saveExport(workspace, `${run.name}.safetensors`, m.run.exported, (path) =>
    workspace.api.runs.export({ ids: [run.id], format: 'safetensors', path }),
  );
}

/**
 * Has main write a file where the person says, or make it ready for download.
 * @param name to offer, with its ending
 * @param done what to say then
 */
export async function saveExport(
  workspace: Workspace,
  name: string,
  done: (file: string, size: string) => string,
  write: (path: string | null) => Promise<Exported>,
): Promise<void> {
  await workspace.try(async () => {
    const bridge = workspace.info?.capabilities.saveDialog ? window.unroll : undefined;
    const path = bridge ? await bridge.chooseSavePath(fileName(name)) : null;
    if (bridge && path === null) return;
    const file = await write(path);
    if (file.ticket !== null) download(`/download/${encodeURIComponent(file.ticket)}`, file.fileName);
    toasts.done(done(file.fileName, bytes(file.bytes)));
  });
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
