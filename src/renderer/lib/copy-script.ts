/** A run on the clipboard: as a command line, or as a PyTorch program. */
import type { ScriptKind } from '../../api/export.ts';
import type { Run } from '../../api/types.ts';
import { m } from './messages.ts';
import { toasts } from './toasts.ts';
import type { Workspace } from './workspace.svelte.ts';

/** Copies it and says so, or why not, in a toast. */
export async function copyScript(workspace: Workspace, run: Run, as: ScriptKind): Promise<void> {
  await workspace.try(async () => {
    const { text } = await workspace.api.runs.script({ id: run.id, as });
    await navigator.clipboard.writeText(text);
    toasts.done(m.exporting.copied[as]);
  });
}
