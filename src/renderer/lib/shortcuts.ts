/** Keys of the window and of the screen that is open. A screen adds its own while it is mounted. */
import type { Command } from '../../preload/bridge.ts';

/**
 * By key: KeyboardEvent.key in lower case, with `mod+` before it for ⌘ on a Mac and Ctrl elsewhere ("n", "mod+k", " ").
 * A screen that answers a key of `commandKeys` thereby answers the native menu's command too.
 */
export type Shortcuts = Readonly<Record<string, () => void>>;

/** The key that does what a command of the native menu does. */
export const commandKeys = {
  palette: 'mod+k',
  'new-run': 'n',
  import: 'mod+o',
  export: 'mod+e',
  pause: ' ',
  compare: 'c',
  inside: 'i',
  search: '/',
  shortcuts: '?',
  settings: 'mod+,',
  'go-corpora': 'mod+1',
  'go-runs': 'mod+2',
  'go-compare': 'mod+3',
  'go-try': 'mod+4',
  'go-inside': 'mod+5',
} as const satisfies Record<Command, string>;

const stack: Shortcuts[] = [];

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** Adds keys above those already there; returns how to take them away. Made for `$effect(() => addShortcuts({ … }))`. */
export function addShortcuts(shortcuts: Shortcuts): () => void {
  stack.push(shortcuts);
  return () => {
    const at = stack.indexOf(shortcuts);
    if (at >= 0) stack.splice(at, 1);
  };
}

/** The window's keydown handler. Keys without a modifier belong to the field or the dialog that has the focus. */
export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const mod = isMac ? event.metaKey : event.ctrlKey;
  if ((isMac ? event.ctrlKey : event.metaKey) || inDialog() || (!mod && inControl(event))) return;
  if (perform((mod ? 'mod+' : '') + event.key.toLowerCase())) event.preventDefault();
}

/** Does what the native menu asks for. */
export function handleCommand(command: Command): void {
  if (!inDialog()) perform(commandKeys[command]);
}

/** A key as people know it: "⌘ K" or "Ctrl K", "Space", "+". */
export function keyLabel(key: string): string {
  const parts = key.split(/(?<=.)\+/).map((part) => {
    if (part === 'mod') return isMac ? '⌘' : 'Ctrl';
    if (part === ' ') return 'Space';
    return part.length === 1 ? part.toUpperCase() : part;
  });
  return parts.join(' ');
}

function perform(key: string): boolean {
  const action = stack.findLast((shortcuts) => Object.hasOwn(shortcuts, key))?.[key];
  action?.();
  return action !== undefined;
}

function inControl(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('input:not([type="checkbox"]), textarea, select, [contenteditable="true"]')) return true;
  // These keys work the control that has the focus.
  const pressing = event.key === ' ' || event.key === 'Enter';
  return pressing && target?.closest('button, a, summary, input, [role="switch"], [role="slider"]') != null;
}

function inDialog(): boolean {
  return document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') !== null;
}
