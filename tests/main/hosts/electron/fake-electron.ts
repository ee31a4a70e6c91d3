/**
 * As much of Electron as src/main/hosts/electron asks for, to hear what it is told: for `vi.mock('electron', …)`. What Electron then does about
 * it is asked of the real one in tests/electron.
 */
import { EventEmitter } from 'node:events';
import { vi } from 'vitest';

/** Handlers of a session, as they were set. */
export const session = {
  setPermissionRequestHandler: vi.fn(),
  setPermissionCheckHandler: vi.fn(),
  setDevicePermissionHandler: vi.fn(),
  webRequest: { onBeforeRequest: vi.fn() },
};

/** A page: what it was told, and its events. */
export class FakeContents extends EventEmitter {
  readonly setWindowOpenHandler = vi.fn();
  readonly postMessage = vi.fn();
  readonly isDestroyed = () => false;
}

export class BrowserWindow extends EventEmitter {
  static readonly opened: BrowserWindow[] = [];
  static readonly fromWebContents = vi.fn(
    (contents: unknown) => BrowserWindow.opened.find((one) => one.webContents === contents) ?? null,
  );
  readonly webContents = new FakeContents();
  readonly options: Electron.BrowserWindowConstructorOptions;
  readonly loadURL = vi.fn(() => Promise.resolve());
  readonly destroy = vi.fn();
  readonly isDestroyed = () => false;

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    BrowserWindow.opened.push(this);
  }
}

type Listener = (event: unknown, ...args: unknown[]) => unknown;

/** What a page could send, by channel. */
export const ipcMain = {
  listeners: new Map<string, Listener>(),
  on(channel: string, listener: Listener) {
    this.listeners.set(channel, listener);
  },
  handle(channel: string, listener: Listener) {
    this.listeners.set(channel, listener);
  },
};

export class MessageChannelMain {
  readonly port1 = { start: vi.fn(), on: vi.fn(), close: vi.fn(), postMessage: vi.fn() };
  readonly port2 = {};
}

/** A preload's side. */
export const contextBridge = { exposeInMainWorld: vi.fn((_name: string, _api: object) => {}) };
export const ipcRenderer = Object.assign(new EventEmitter(), {
  send: vi.fn(),
  invoke: vi.fn(() => Promise.resolve([])),
});
export const webUtils = { getPathForFile: () => '/dropped' };

export const app = new EventEmitter();
export const dialog = {
  showMessageBox: vi.fn(() => Promise.resolve({ response: 1 })),
  showOpenDialog: vi.fn(() => Promise.resolve({ filePaths: ['/chosen.txt'] })),
  showSaveDialog: vi.fn((_window: unknown, _options: { defaultPath: string }) =>
    Promise.resolve({ filePath: '/saved' }),
  ),
};
export const shell = { openExternal: vi.fn(() => Promise.resolve()) };
export const nativeTheme = { shouldUseDarkColors: false };
const display = { id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1080 } };
export const screen = { getPrimaryDisplay: () => display, getAllDisplays: () => [display] };
