/** Taking a trained model away: to a path the person chooses (native dialog), or as a download. */
import type { Run } from '../../api/types.ts';
import { bytes } from './format.ts';
import { m } from './messages.ts';
import { toasts } from './toasts.ts';
import type { Workspace } from './workspace.svelte.ts';

/** Exports the run's best checkpoint as safetensors; says so, or why not, in a toast. */
export async function exportRun(workspace: Workspace, run: Run): Promise<void> {
  await workspace.try(async () => {
    const bridge = workspace.info?.capabilities.saveDialog ? window.unroll : undefined;
    const path = bridge ? await bridge.chooseSavePath(fileName(run.name)) : null;
    if (bridge && path === null) return;
    const file = await workspace.api.runs.export({ id: run.id, format: 'safetensors', path });
    if (file.ticket !== null) download(`/download/${encodeURIComponent(file.ticket)}`, file.fileName);
    toasts.done(m.run.exported(file.fileName, bytes(file.bytes)));
  });
}

/** A name that every file system takes. */
function fileName(name: string): string {
  const safe = name
    .replace(/[^\p{L}\p{N}._ -]+/gu, '-')
    .slice(0, 80)
    .trim();
  return `${safe || 'model'}.safetensors`;
}

function download(href: string, name: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
}
