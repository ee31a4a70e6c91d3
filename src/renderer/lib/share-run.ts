/** Runs as files that open on another machine: written where the person says, and taken in. */
import type { SharedSource } from '../../api/share.ts';
import { shareExtension } from '../../api/share.ts';
import type { Run } from '../../api/types.ts';
import { saveExport } from './export-run.ts';
import { m } from './messages.ts';
import { to } from './routes.ts';
import { toasts } from './toasts.ts';
import type { Workspace } from './workspace.svelte.ts';

/** Writes the run with everything recorded of it; says so, or why not, in a toast. */
export async function shareRun(workspace: Workspace, run: Run): Promise<void> {
  await saveExport(workspace, run.name + shareExtension, m.share.written, (path) =>
    workspace.api.share.write({ id: run.id, path }),
  );
}

export function isShared(name: string): boolean {
  return name.toLowerCase().endsWith(shareExtension);
}

/** Takes in a run that was shared and shows it; says why not in a toast. */
export async function openShared(workspace: Workspace, file: File | SharedSource): Promise<void> {
  await workspace.try(async () => {
    const source = file instanceof File ? await offered(workspace, file) : file;
    const run = await workspace.api.share.open({ source });
    workspace.takeRun(run);
    toasts.done(m.share.opened(run.name));
    // The router follows the address.
    location.hash = to.run(run.id);
  });
}

/** Asks which files to open. */
export async function chooseShared(workspace: Workspace): Promise<void> {
  const bridge = window.unroll;
  if (bridge) {
    for (const path of await bridge.chooseFiles()) await openShared(workspace, { type: 'path', path });
    return;
  }
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = shareExtension;
  input.addEventListener('change', () => {
    for (const file of input.files ?? []) void openShared(workspace, file);
  });
  input.click();
}

async function offered(workspace: Workspace, file: File): Promise<SharedSource> {
  const source = await workspace.connection.offer(file, () => {}, new AbortController().signal);
  if (source.type === 'path' || source.type === 'upload') return source;
  throw new TypeError(`A file was offered as ${source.type}.`);
}
