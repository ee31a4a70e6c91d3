/**
 * Electron's security checklist (https://www.electronjs.org/docs/latest/tutorial/security) as far as it can be asked without its binary: what
 * the host tells Electron, which messages it takes, and what its sources and built files hold. docs/security.md lists all twenty points.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { serveBridge } from '../../../../src/main/hosts/electron/bridge-ipc.ts';
import { openEngineWindow } from '../../../../src/main/hosts/electron/engine-window.ts';
import { lockDownPages, lockDownSession } from '../../../../src/main/hosts/electron/lockdown.ts';
import type { Bridge } from '../../../../src/preload/bridge.ts';
import { openWindow } from '../../../../src/main/hosts/electron/window.ts';
import { readWindowState } from '../../../../src/main/hosts/electron/window-state.ts';
import * as electron from './fake-electron.ts';

vi.mock('electron', () => import('./fake-electron.ts'));

const root = resolve(import.meta.dirname, '../../../..');
const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(ts|svelte|html)$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));
const holding = (pattern: RegExp) => sources.filter((path) => pattern.test(readFileSync(path, 'utf8')));

beforeEach(() => {
  vi.clearAllMocks();
  electron.BrowserWindow.opened.length = 0;
  electron.app.removeAllListeners();
  electron.ipcMain.listeners.clear();
});

async function openBoth() {
  const state = await readWindowState(join(root, 'no such file'));
  await openWindow({ opened: () => {}, preload: '/preload.cjs', state, isTraining: () => false, remember: () => {} });
  openEngineWindow('/engine.cjs');
  return electron.BrowserWindow.opened;
}

describe('every window', () => {
  test('isolates its page, sandboxes it, gives it no Node and keeps the web’s own rules (points 2, 3, 4, 6, 8, 9, 10)', async () => {
    const windows = await openBoth();
    expect(windows).toHaveLength(2);
    for (const { options } of windows) {
      const preferences = options.webPreferences!;
      expect(preferences).toMatchObject({
        ...{
          contextIsolation: true,
          sandbox: true,
          nodeIntegration: false,
          webSecurity: true,
          navigateOnDragDrop: false,
        },
      });
      for (const name of [
        'allowRunningInsecureContent',
        'experimentalFeatures',
        'enableBlinkFeatures',
        'webviewTag',
        'nodeIntegrationInWorker',
      ])
        expect(preferences, name).not.toHaveProperty(name);
    }
  });

  test('loads a page of our own scheme and nothing else (points 1, 18)', async () => {
    const loaded = (await openBoth()).map(({ loadURL }) => loadURL.mock.calls);
    expect(loaded).toEqual([[['app://unroll/']], [['app://unroll/engine.html']]]);
    expect(holding(/\.loadFile\(|\.loadURL\((?!pageUrl|enginePageUrl)/)).toEqual([]);
  });
});

describe('the session', () => {
  test('denies permissions, devices, and requests that leave the app (points 1, 5)', () => {
    lockDownSession(electron.session as unknown as Electron.Session);
    const granted = vi.fn();
    const request = electron.session.setPermissionRequestHandler.mock
      .calls[0]![0] as Electron.Session['setPermissionRequestHandler'] &
      ((contents: unknown, permission: string, decide: (yes: boolean) => void, details: object) => void);
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read'])
      request(null as never, permission, granted, { requestingUrl: 'app://unroll/' });
    expect(granted.mock.calls).toEqual([[false], [false], [false], [false]]);
    const check = electron.session.setPermissionCheckHandler.mock.calls[0]![0] as (...args: unknown[]) => boolean;
    expect(check(null, 'media', 'app://unroll', {})).toBe(false);
    expect((electron.session.setDevicePermissionHandler.mock.calls[0]![0] as () => boolean)()).toBe(false);

    const before = electron.session.webRequest.onBeforeRequest.mock.calls[0]![0] as (
      details: { url: string },
      decide: (answer: object) => void,
    ) => void;
    const decide = vi.fn();
    for (const url of ['https://example.com/', 'ws://example.com/', 'file:///etc/passwd', 'app://unroll/'])
      before({ url }, decide);
    expect(decide.mock.calls.map(([answer]) => (answer as { cancel: boolean }).cancel)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

describe('every page, whoever opens it', () => {
  function page() {
    lockDownPages();
    const contents = new electron.FakeContents();
    electron.app.emit('web-contents-created', {}, contents);
    return contents;
  }
  const prevented = (contents: electron.FakeContents, event: string, url: string) => {
    const preventDefault = vi.fn();
    contents.emit(event, { url, preventDefault });
    return preventDefault.mock.calls.length > 0;
  };

  test.each(['will-frame-navigate', 'will-redirect'])('stays on our own pages: %s (point 13)', (event) => {
    const contents = page();
    for (const url of ['https://example.com/', 'file:///etc/passwd', 'app://other/', 'javascript:alert(1)'])
      expect(prevented(contents, event, url), url).toBe(true);
    expect(prevented(contents, event, 'app://unroll/#/runs')).toBe(false);
  });

  test('shows no other page within it (points 11, 12)', () => {
    expect(prevented(page(), 'will-attach-webview', 'app://unroll/')).toBe(true);
    expect(holding(/<webview|allowpopups|webviewTag/)).toEqual([]);
  });

  test('opens no window, and asks before a known link goes to the browser (points 14, 15)', async () => {
    const contents = page();
    const open = contents.setWindowOpenHandler.mock.calls[0]![0] as (details: { url: string }) => { action: string };
    expect(open({ url: 'https://evil.example/' })).toEqual({ action: 'deny' });
    expect(open({ url: 'file:///bin/sh' })).toEqual({ action: 'deny' });
    expect(electron.dialog.showMessageBox).not.toHaveBeenCalled();

    expect(open({ url: 'https://arxiv.org/abs/1409.2329' })).toEqual({ action: 'deny' });
    await vi.waitFor(() => expect(electron.dialog.showMessageBox).toHaveBeenCalledOnce());
    expect(electron.shell.openExternal).not.toHaveBeenCalled();

    electron.dialog.showMessageBox.mockResolvedValueOnce({ response: 0 });
    open({ url: 'https://arxiv.org/abs/1409.2329' });
    await vi.waitFor(() =>
      expect(electron.shell.openExternal).toHaveBeenCalledExactlyOnceWith('https://arxiv.org/abs/1409.2329'),
    );
    expect(holding(/openExternal\(/).map((path) => path.slice(root.length).replaceAll('\\', '/'))).toEqual([
      '/src/main/hosts/electron/lockdown.ts',
    ]);
  });
});

describe('every message of a page (point 17)', () => {
  const own = { url: 'app://unroll/', parent: null };
  const options = { router: {}, setTheme: vi.fn(), canShowRuns: vi.fn(), reportError: () => {} };
  const send = (channel: string, senderFrame: unknown, ...args: unknown[]) =>
    electron.ipcMain.listeners.get(channel)!(
      { senderFrame, sender: electron.BrowserWindow.opened[0]!.webContents },
      ...args,
    );

  beforeEach(async () => {
    await openBoth();
    serveBridge(options);
  });

  test('is one of these', () => {
    expect([...electron.ipcMain.listeners.keys()].sort()).toEqual(
      ['can-show-runs', 'choose-files', 'choose-save-path', 'connect', 'theme'].map((name) => `unroll:${name}`),
    );
    expect(holding(/ipcMain\.(on|handle|once|handleOnce)\(/)).toHaveLength(1);
  });

  test.each([
    ['another page', { url: 'https://evil.example/', parent: null }],
    ['a frame in our page', { url: 'app://unroll/', parent: {} }],
    ['a frame that is gone', null],
  ])('is refused from %s', async (_, frame) => {
    for (const channel of electron.ipcMain.listeners.keys())
      await expect(
        Promise.resolve().then(() => send(channel, frame, 'dark')),
        channel,
      ).rejects.toThrow('not ours');
    expect(options.setTheme).not.toHaveBeenCalled();
    expect(options.canShowRuns).not.toHaveBeenCalled();
    expect(electron.dialog.showOpenDialog).not.toHaveBeenCalled();
    expect(electron.BrowserWindow.opened[0]!.webContents.postMessage).not.toHaveBeenCalled();
  });

  test('holds what it should, or nothing comes of it', async () => {
    for (const theme of ['purple', 1, null, { toString: () => 'dark' }]) send('unroll:theme', own, theme);
    expect(options.setTheme).not.toHaveBeenCalled();
    send('unroll:theme', own, 'dark');
    expect(options.setTheme).toHaveBeenCalledExactlyOnceWith('dark');

    await expect(send('unroll:choose-save-path', own, { path: '/x' })).rejects.toThrow(TypeError);
    await send('unroll:choose-save-path', own, '../../.bashrc');
    expect(electron.dialog.showSaveDialog.mock.calls[0]![1].defaultPath).toBe('.bashrc');
  });
});

describe('what the page is given', () => {
  test('is functions of ours, which hand on nothing of Electron’s (point 20)', async () => {
    await import('../../../../src/preload/index.ts');
    expect(electron.contextBridge.exposeInMainWorld).toHaveBeenCalledOnce();
    const [name, given] = electron.contextBridge.exposeInMainWorld.mock.calls[0]!;
    expect(name).toBe('unroll');
    for (const [key, value] of Object.entries(given)) expect(typeof value, key).toBe('function');

    const bridge = given as Bridge;
    const [onCommand, onShowRun] = [vi.fn(), vi.fn()];
    const stop = bridge.onCommand(onCommand);
    bridge.onShowRun(onShowRun);
    // Electron's event has its sender, which can send anything.
    electron.ipcRenderer.emit('unroll:command', { sender: electron.ipcRenderer }, 'palette');
    electron.ipcRenderer.emit('unroll:show-run', { sender: electron.ipcRenderer }, 'run-1');
    expect(onCommand.mock.calls).toEqual([['palette']]);
    expect(onShowRun.mock.calls).toEqual([['run-1']]);
    stop();
    electron.ipcRenderer.emit('unroll:command', {}, 'palette');
    expect(onCommand).toHaveBeenCalledOnce();
    expect(bridge.connect()).toBeUndefined();
  });

  const built = join(root, 'out/renderer/index.html');
  test.skipIf(!existsSync(built))(
    'is pages without scripts of their own or from elsewhere (points 1, 7; the app is built)',
    () => {
      for (const name of ['index.html', 'engine.html']) {
        const page = readFileSync(join(root, 'out/renderer', name), 'utf8');
        const scripts = [...page.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)];
        expect(scripts.length).toBeGreaterThan(0);
        for (const [, attributes, body] of scripts) {
          expect(attributes).toMatch(/ src="\.?\/assets\//);
          expect(body).toBe('');
        }
        expect(page).not.toMatch(/(src|href)="(https?:)?\/\/|\son\w+=/);
      }
    },
  );
});

test('Electron is one exact version, which CI asks about advisories (point 16)', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: { electron: string };
  };
  expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/);
  expect(readFileSync(join(root, '.github/workflows/ci.yml'), 'utf8')).toMatch(/^ +npm audit --audit-level=high$/m);
});
