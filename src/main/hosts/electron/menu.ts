/** The native menu as data. Commands go to the page, which does the work; electron.ts turns this into a menu. */
import type { Command } from '../../../preload/bridge.ts';

export type MenuRole =
  | 'about'
  | 'services'
  | 'hide'
  | 'hideOthers'
  | 'unhide'
  | 'quit'
  | 'undo'
  | 'redo'
  | 'cut'
  | 'copy'
  | 'paste'
  | 'selectAll'
  | 'resetZoom'
  | 'zoomIn'
  | 'zoomOut'
  | 'togglefullscreen'
  | 'toggleDevTools'
  | 'minimize'
  | 'zoom'
  | 'close';

export type MenuEntry =
  | { readonly type: 'separator' }
  | { readonly type: 'role'; readonly role: MenuRole }
  | { readonly type: 'updates'; readonly label: string }
  | {
      readonly type: 'command';
      readonly label: string;
      readonly command: Command;
      readonly accelerator: string | null;
      /**
       * A single key ("C", "Space"), which the page handles itself: as a menu shortcut it would swallow what the person types. Windows
       * and Linux can show it without taking it; macOS cannot.
       */
      readonly handledByPage: boolean;
    };

export interface Menu {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
}

const separator: MenuEntry = { type: 'separator' };
const role = (name: MenuRole): MenuEntry => ({ type: 'role', role: name });

/**
 * @param platform as process.platform
 * @param updates whether this build knows where to ask for updates
 */
export function menus(platform: string, updates: boolean): Menu[] {
  const mac = platform === 'darwin';
  const command = (label: string, name: Command, accelerator: string | null): MenuEntry => ({
    type: 'command',
    label,
    command: name,
    accelerator,
    handledByPage: false,
  });
  const pageKey = (label: string, name: Command, key: string): MenuEntry => ({
    type: 'command',
    label,
    command: name,
    accelerator: mac ? null : key,
    handledByPage: true,
  });
  const settings = command('Settings…', 'settings', 'CmdOrCtrl+,');

  const application: Menu = {
    label: 'Unroll',
    entries: [
      role('about'),
      separator,
      settings,
      separator,
      role('services'),
      separator,
      role('hide'),
      role('hideOthers'),
      role('unhide'),
      separator,
      role('quit'),
    ],
  };
  const file: Menu = {
    label: 'File',
    entries: [
      command('New Run…', 'new-run', 'CmdOrCtrl+N'),
      command('Import Corpus…', 'import', 'CmdOrCtrl+O'),
      command('Export…', 'export', 'CmdOrCtrl+E'),
      separator,
      ...(mac ? [role('close')] : [settings, separator, role('quit')]),
    ],
  };
  const edit: Menu = {
    label: 'Edit',
    entries: [
      role('undo'),
      role('redo'),
      separator,
      role('cut'),
      role('copy'),
      role('paste'),
      role('selectAll'),
      separator,
      pageKey('Search', 'search', '/'),
    ],
  };
  const run: Menu = {
    label: 'Run',
    entries: [
      pageKey('Pause or Resume', 'pause', 'Space'),
      pageKey('Compare Selected', 'compare', 'C'),
      pageKey('Look Inside', 'inside', 'I'),
    ],
  };
  const view: Menu = {
    label: 'View',
    entries: [
      command('Command Palette…', 'palette', 'CmdOrCtrl+K'),
      separator,
      command('Corpora', 'go-corpora', 'CmdOrCtrl+1'),
      command('Runs', 'go-runs', 'CmdOrCtrl+2'),
      command('Compare', 'go-compare', 'CmdOrCtrl+3'),
      command('Try', 'go-try', 'CmdOrCtrl+4'),
      command('Inside', 'go-inside', 'CmdOrCtrl+5'),
      separator,
      role('resetZoom'),
      role('zoomIn'),
      role('zoomOut'),
      role('togglefullscreen'),
      separator,
      role('toggleDevTools'),
    ],
  };
  const window: Menu = { label: 'Window', entries: [role('minimize'), role(mac ? 'zoom' : 'close')] };
  const help: Menu = {
    label: 'Help',
    entries: [
      pageKey('Keyboard Shortcuts', 'shortcuts', '?'),
      ...(updates ? [{ type: 'updates', label: 'Check for Updates…' } as const] : []),
      ...(mac ? [] : [role('about')]),
    ],
  };
  return [...(mac ? [application] : []), file, edit, run, view, window, help];
}
