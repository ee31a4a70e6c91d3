/** In place of renderer/lib/toasts.ts: one line at the foot of the page says the last thing that happened. */
import { notices } from '../notices.svelte.ts';

export const toasts = {
  done(text: string): void {
    notices.show(text);
  },
  failed(error: unknown): void {
    notices.show(reason(error));
  },
};

/** The sentence in an error. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
