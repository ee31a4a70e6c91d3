/** Main's side of the bridge (src/preload): each message is checked for who sent it and what it holds. */
import { basename } from 'node:path';
import {
  BrowserWindow,
  dialog,
  ipcMain,
  type IpcMainEvent,
  type IpcMainInvokeEvent,
  MessageChannelMain,
  type MessagePortMain,
} from 'electron';
import { documentEndings, textEndings } from '../../../engine/documents/kinds.ts';
import { type AnyRouter, onError } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { PORT_MESSAGE, type Theme, themes } from '../../../preload/bridge.ts';
import { isTrustedSender } from './policy.ts';

export interface BridgeOptions {
  readonly router: AnyRouter;
  setTheme(theme: Theme): void;
  /** The page listens for runs to show. */
  canShowRuns(): void;
  reportError(error: unknown): void;
}

export function serveBridge({ router, setTheme, canShowRuns, reportError }: BridgeOptions): void {
  const api = new RPCHandler(router, { interceptors: [onError(reportError)] });
  const ports = new WeakMap<Electron.WebContents, MessagePortMain>();

  ipcMain.on('unroll:connect', (event) => {
    requireTrusted(event);
    const { sender } = event;
    ports.get(sender)?.close();
    const { port1, port2 } = new MessageChannelMain();
    ports.set(sender, port1);
    api.upgrade(port1);
    port1.start();
    sender.postMessage(PORT_MESSAGE, null, [port2]);
  });

  ipcMain.on('unroll:can-show-runs', (event) => {
    requireTrusted(event);
    canShowRuns();
  });

  ipcMain.on('unroll:theme', (event, theme: unknown) => {
    requireTrusted(event);
    const known = themes.find((candidate) => candidate === theme);
    if (known) setTheme(known);
  });

  ipcMain.handle('unroll:choose-files', async (event): Promise<string[]> => {
    const { filePaths } = await dialog.showOpenDialog(windowOf(event), {
      properties: ['openFile', 'multiSelections'],
      filters: [
        { name: 'Texts and documents', extensions: [...textEndings, ...documentEndings, 'gz', 'zip'] },
        { name: 'Shared run', extensions: ['unroll'] },
        { name: 'All files', extensions: ['*'] },
      ],
    });
    return filePaths;
  });

  ipcMain.handle('unroll:choose-save-path', async (event, defaultName: unknown): Promise<string | null> => {
    const window = windowOf(event);
    if (typeof defaultName !== 'string') throw new TypeError('The name of a file to save must be a text.');
    const { filePath } = await dialog.showSaveDialog(window, { defaultPath: basename(defaultName) });
    return filePath || null;
  });
}

function requireTrusted(event: IpcMainEvent | IpcMainInvokeEvent): void {
  if (!isTrustedSender(event.senderFrame)) throw new Error('A message from a page that is not ours was refused.');
}

function windowOf(event: IpcMainInvokeEvent): BrowserWindow {
  requireTrusted(event);
  const window = BrowserWindow.fromWebContents(event.sender);
  if (!window) throw new Error('The page has no window.');
  return window;
}
