/**
 * The engine with the graphics processor: Chromium's WebGPU, which pages have and utility processes do not (and the bindings for Node
 * use external ArrayBuffers, which Electron forbids). A window that is never shown, with a page of its own, sandboxed as any other.
 */
import { BrowserWindow, MessageChannelMain } from 'electron';
import type { FromEngine } from '../../../engine/port.ts';
import { ENGINE_PORT_MESSAGE } from '../../../preload/engine-port.ts';
import type { EngineChannel, EngineExit } from '../../services/engine-channel.ts';
import { channelTo } from '../../services/port-channel.ts';
import { enginePageUrl } from './policy.ts';

/** @param preload path of the built src/preload/engine.ts */
export function openEngineWindow(preload: string): EngineChannel {
  const window = new BrowserWindow({
    show: false,
    focusable: false,
    skipTaskbar: true,
    title: 'Unroll engine',
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      navigateOnDragDrop: false,
      // It computes although nobody sees it.
      backgroundThrottling: false,
      spellcheck: false,
    },
  });
  const { port1, port2 } = new MessageChannelMain();
  const ended = new Promise<EngineExit>((resolve) => {
    const { webContents } = window;
    const unopened = (reason: string) => resolve({ code: null, signal: null, stderr: reason });
    webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
      resolve({ code: exitCode, signal: null, stderr: reason === 'oom' ? 'heap out of memory' : reason });
    });
    webContents.on('preload-error', (_event, _path, error) => unopened(error.message));
    webContents.on('did-fail-load', (_event, code, description) => unopened(`${description} (${code})`));
    window.on('closed', () => resolve({ code: 0, signal: null, stderr: '' }));
    window.loadURL(enginePageUrl).then(
      // The page's script, a module, has run when the page is loaded; what was sent before waits in the port.
      () => webContents.postMessage(ENGINE_PORT_MESSAGE, null, [port2]),
      (error: Error) => unopened(error.message),
    );
  });
  // Quitting closes every window; this one goes when the app has ended its jobs (with `destroy`, which asks nobody).
  window.on('close', (event) => event.preventDefault());
  void ended.then(() => {
    port1.close();
    if (!window.isDestroyed()) window.destroy();
  });

  return channelTo({
    post: (message) => port1.postMessage(message),
    onMessage(listener) {
      port1.on('message', ({ data }) => listener(data as FromEngine));
      port1.start();
    },
    onExit: (listener) => void ended.then(listener),
    kill: () => window.destroy(),
  });
}
