/** The Electron host: opens the app, one window on it, and what only a desktop program has. Policies are in electron/policy.ts. */
import { basename, join } from 'node:path';
import { app, BrowserWindow, dialog, nativeTheme, protocol, session } from 'electron';
import { createRouterClient } from '@orpc/server';
import { type App, openApp } from '../app.ts';
import { workspaceFromArguments } from './default-workspace.ts';
import { serveBridge } from './electron/bridge-ipc.ts';
import { Desktop } from './electron/desktop.ts';
import { forkEngineUtility } from './electron/engine-channel.ts';
import { openEngineWindow } from './electron/engine-window.ts';
import { lockDownPages, lockDownSession } from './electron/lockdown.ts';
import { setNativeMenu } from './electron/native-menu.ts';
import { answerPageRequest } from './electron/page-protocol.ts';
import { pageScheme } from './electron/policy.ts';
import { SharedFiles, sharedFilesIn } from './electron/shared-files.ts';
import { checkForUpdates, hasUpdateFeed, loadUpdater } from './electron/updates.ts';
import { readWindowState, type WindowState, writeWindowState } from './electron/window-state.ts';
import { openWindow } from './electron/window.ts';
import { findLayout } from './layout.ts';
import { listPageFiles } from './page-files.ts';

/** The one that people see; null before it opens and once it is closed. */
let mainWindow: BrowserWindow | null = null;

/** Shared runs that were opened with the program. */
const sharedFiles = new SharedFiles();
sharedFiles.add(sharedFilesIn(process.argv.slice(1), process.cwd()));

const reportError = (error: unknown) => console.error(error);

// For tests and for several people's windows side by side: Chromium's own files, and with them the single-instance lock.
const userData = process.env['UNROLL_USER_DATA'];
if (userData) app.setPath('userData', userData);
app.setAppUserModelId('app.unroll');
app.enableSandbox();
// Chromium on Linux gives WebGPU to few graphics processors without being told to; and a window that is never shown computes too.
if (process.platform === 'linux') app.commandLine.appendSwitch('enable-unsafe-webgpu');
app.commandLine.appendSwitch('disable-renderer-backgrounding');
protocol.registerSchemesAsPrivileged([
  { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
]);

if (app.requestSingleInstanceLock()) {
  lockDownPages();
  app.on('second-instance', (_event, args, folder) => {
    comeForward();
    sharedFiles.add(sharedFilesIn(args.slice(1), folder));
  });
  // macOS says so instead of naming the file in the arguments; it may come before the app is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault();
    sharedFiles.add([path]);
  });
  app.on('window-all-closed', () => app.quit());
  void app.whenReady().then(start).catch(giveUp);
} else {
  app.quit();
}

function comeForward(): void {
  if (mainWindow?.isMinimized()) mainWindow.restore();
  mainWindow?.show();
  mainWindow?.focus();
}

function showRun(run: string): void {
  comeForward();
  mainWindow?.webContents.send('unroll:show-run', run);
}

async function start(): Promise<void> {
  const layout = findLayout(app.getAppPath());
  const pages = listPageFiles(layout.renderer);
  protocol.handle(pageScheme, (request) => answerPageRequest(request, pages));
  lockDownSession(session.defaultSession);

  const unroll = await openApp({
    workspace: workspaceFromArguments(process.argv.slice(1)),
    resourcesDir: layout.resources,
    pageDir: layout.page,
    spawnEngine: () => forkEngineUtility(layout.engineProcess),
    openEngineWindow: () => openEngineWindow(layout.enginePreload),
    host: 'electron',
    capabilities: { filePaths: true, saveDialog: true, nativeMenu: true },
    version: layout.version,
  });

  const statePath = join(app.getPath('userData'), 'window.json');
  let state: WindowState = await readWindowState(statePath);
  nativeTheme.themeSource = state.theme;
  const closeEverything = closeBeforeQuitting(unroll, () => writeWindowState(statePath, state));

  const client = createRouterClient(unroll.router);
  const openShared = async (path: string) => {
    try {
      showRun((await client.share.open({ source: { type: 'path', path } })).id);
    } catch (error) {
      dialog.showErrorBox(`${basename(path)} cannot be opened`, error instanceof Error ? error.message : String(error));
    }
  };

  serveBridge({
    canShowRuns: () => sharedFiles.ready(openShared),
    router: unroll.router,
    setTheme(theme) {
      state = { ...state, theme };
      nativeTheme.themeSource = theme;
    },
    reportError,
  });
  const askForUpdates = () =>
    void loadUpdater()
      .then((updater) => checkForUpdates(updater, layout.version, ask))
      .catch(reportError);
  setNativeMenu(
    (command) => BrowserWindow.getFocusedWindow()?.webContents.send('unroll:command', command),
    app.isPackaged && hasUpdateFeed(process.resourcesPath) ? askForUpdates : null,
  );

  const desktop = new Desktop(showRun);
  const changes = await client.app.watch();
  void desktop.follow(changes, await client.runs.list()).catch(reportError);

  await openWindow({
    opened(window) {
      mainWindow = window;
      window.on('closed', () => {
        mainWindow = null;
        // First the runs: a window with an engine would hold up quitting.
        void closeEverything().then(() => app.quit());
      });
    },
    preload: layout.preload,
    state,
    isTraining: () => desktop.training,
    remember: (place) => (state = { ...state, ...place }),
  });
}

/** A native message; the last button is what leaving it means. */
async function ask(message: string, detail: string, buttons: readonly string[]): Promise<number> {
  const options = { message, detail, buttons: [...buttons], defaultId: 0, cancelId: buttons.length - 1 };
  return (await dialog.showMessageBox(options)).response;
}

/** Electron's quitting does not wait; so it is held up once, until everything is closed. Returns how to close it before. */
function closeBeforeQuitting(unroll: App, save: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | null = null;
  let closed = false;
  const close = () =>
    (closing ??= Promise.allSettled([unroll.close(), save()]).then(() => {
      closed = true;
    }));
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    void close().then(() => app.quit());
  });
  return close;
}

function giveUp(error: unknown): void {
  reportError(error);
  dialog.showErrorBox('Unroll cannot start', error instanceof Error ? error.message : String(error));
  app.exit(1);
}
