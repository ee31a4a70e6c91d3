/** Keys of the window and of the screen that is open. A screen adds its own while it is mounted. */

/** `key` as KeyboardEvent.key has it, lower case; `mod` stands for ⌘ on a Mac and Ctrl elsewhere: "mod+k". */
export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const stack: Shortcuts[] = [];

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

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
  if ((isMac ? event.ctrlKey : event.metaKey) || (!mod && busy(event))) return;
  const name = (mod ? 'mod+' : '') + event.key.toLowerCase();
  const action = stack.findLast((shortcuts) => Object.hasOwn(shortcuts, name))?.[name];
  if (!action) return;
  event.preventDefault();
  action(event);
}

function busy(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('input, textarea, select, [contenteditable="true"], [role="slider"], [role="menu"]')) return true;
  // Space and Enter press the control that has the focus.
  if ((event.key === ' ' || event.key === 'Enter') && target?.closest('button, a, summary, [role="switch"]'))
    return true;
  return document.querySelector('[role="dialog"], [role="alertdialog"], [role="listbox"]') !== null;
}
