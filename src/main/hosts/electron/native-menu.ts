/** Turns the menu's data into Electron's menu. */
import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { Command } from '../../../preload/bridge.ts';
import { type MenuEntry, menus } from './menu.ts';

/**
 * @param send takes a command to the page that has the focus
 * @param checkForUpdates null in a build that knows of no place to ask
 */
export function setNativeMenu(send: (command: Command) => void, checkForUpdates: (() => void) | null): void {
  const item = (entry: MenuEntry): MenuItemConstructorOptions => {
    if (entry.type === 'separator') return { type: 'separator' };
    if (entry.type === 'role') return { role: entry.role };
    if (entry.type === 'updates') return { label: entry.label, click: () => checkForUpdates?.() };
    return {
      label: entry.label,
      click: () => send(entry.command),
      registerAccelerator: !entry.handledByPage,
      ...(entry.accelerator === null ? {} : { accelerator: entry.accelerator }),
    };
  };
  const template = menus(process.platform, checkForUpdates !== null).map(({ label, entries }) => ({
    label,
    submenu: entries.map(item),
  }));
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
