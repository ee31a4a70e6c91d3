/** Copying an answer. */
import { tryOut as text } from '../../lib/messages/try.ts';
import { toasts } from '../../lib/toasts.ts';

/** Puts a text on the clipboard and says so. */
export async function copyText(content: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(content);
    toasts.done(text.copied);
  } catch (error) {
    toasts.failed(error);
  }
}
