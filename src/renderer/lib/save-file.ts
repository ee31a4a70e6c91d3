/** Something made on a screen as a file: where the person says (native dialog), or as a download. */
import { bytes } from './format.ts';
import { m } from './messages.ts';
import { toasts } from './toasts.ts';
import type { Workspace } from './workspace.svelte.ts';

/** Saves it and says so, or why not, in a toast. */
export async function saveFile(workspace: Workspace, name: string, content: Blob): Promise<void> {
  await workspace.try(async () => {
    const bridge = workspace.info?.capabilities.saveDialog ? window.unroll : undefined;
    if (bridge) {
      const path = await bridge.chooseSavePath(name);
      if (path === null) return;
      await workspace.api.app.save({ path, content });
    } else download(name, content);
    toasts.done(m.exporting.done(name, bytes(content.size)));
  });
}

function download(name: string, content: Blob): void {
  const href = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
  // The download has begun when the click has been handled.
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
