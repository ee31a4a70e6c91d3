import { describe, expect, test } from 'vitest';
import { type MenuEntry, menus } from '../../../../src/main/hosts/electron/menu.ts';
import { commands } from '../../../../src/preload/bridge.ts';

const platforms = ['linux', 'win32', 'darwin'];
const entries = (platform: string) => menus(platform, false).flatMap((menu) => menu.entries);
const isCommand = (entry: MenuEntry) => entry.type === 'command';

describe.each(platforms)('the menu on %s', (platform) => {
  test('has every command that the page understands, once', () => {
    const sent = entries(platform)
      .filter(isCommand)
      .map(({ command }) => command);
    expect(sent.sort()).toEqual([...commands].sort());
  });

  test('no key means two things', () => {
    const keys = entries(platform)
      .filter(isCommand)
      .flatMap(({ accelerator }) => accelerator ?? []);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('a key that one also types is never taken from the page', () => {
    for (const { accelerator, handledByPage } of entries(platform).filter(isCommand)) {
      if (accelerator !== null && !accelerator.startsWith('CmdOrCtrl+')) expect(handledByPage).toBe(true);
      // macOS would take it.
      if (platform === 'darwin' && handledByPage) expect(accelerator).toBeNull();
    }
  });

  test('asks for updates only where there is a place to ask', () => {
    const asks = (updates: boolean) =>
      menus(platform, updates).flatMap((menu) => menu.entries.filter((entry) => entry.type === 'updates')).length;
    expect([asks(false), asks(true)]).toEqual([0, 1]);
  });

  test('one can copy, paste and quit', () => {
    const roles = entries(platform).flatMap((entry) => (entry.type === 'role' ? entry.role : []));
    expect(roles).toEqual(expect.arrayContaining(['copy', 'paste', 'selectAll', 'quit', 'close']));
  });
});
