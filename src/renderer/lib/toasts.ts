/** Short messages at the edge of the window. Shown by svelte-sonner's Toaster in App.svelte. */
import { toast } from 'svelte-sonner';
import { m } from './messages.ts';

/** How long an undo is offered, in milliseconds. */
const undoTime = 10_000;

export const toasts = {
  done(text: string): void {
    toast.success(text);
  },
  /** Says what was done and offers to take it back. */
  undo(text: string, undo: () => void): void {
    toast(text, { duration: undoTime, action: { label: m.common.undo, onClick: undo } });
  },
  /** Says what failed, in the words of whoever refused. */
  failed(error: unknown): void {
    toast.error(reason(error), { duration: undoTime });
  },
};

/** The sentence in an error; internal errors of main arrive without one. */
export function reason(error: unknown): string {
  if (error instanceof Error && error.message && error.message !== 'Internal server error') return error.message;
  return m.common.internalError;
}
