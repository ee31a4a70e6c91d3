/** `unroll serve`: opens the app, serves it until a signal comes, and closes it properly. */
import { openApp } from '../app.ts';
import { forkEngine } from '../services/engine-channel.ts';
import { catchInterrupts } from './cli/interrupts.ts';
import type { Terminal } from './cli/terminal.ts';
import { findLayout } from './layout.ts';
import { apiPath, createHttpApi } from './serve/http-api.ts';
import { PortUnavailable } from './serve/port.ts';
import { type RunningServer, type ServerOptions, startServer } from './serve/server.ts';

const usualPort = 8765;

/**
 * Returns when the server has been told to end.
 * @param options port: null for the usual one, or any if that is taken; api: answer other programs too
 * @throws WorkspaceError, PagesMissing, PortUnavailable
 */
export async function serve(
  options: { workspace: string; port: number | null; api: boolean },
  terminal: Terminal,
): Promise<void> {
  const interrupts = catchInterrupts();
  const layout = findLayout();
  const app = await openApp({
    workspace: options.workspace,
    resourcesDir: layout.resources,
    pageDir: layout.page,
    spawnEngine: () => forkEngine(layout.engineProcess),
    host: 'serve',
    capabilities: { filePaths: false, saveDialog: false, nativeMenu: false },
    version: layout.version,
  });
  const reportError = (error: unknown) =>
    terminal.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  try {
    const server = await startSomewhere(options.port, {
      router: app.router,
      pages: layout.renderer,
      newUpload: () => app.uploads.create(),
      takeDownload: (ticket) => app.downloads.take(ticket),
      api: options.api ? createHttpApi(app.router, layout.version, reportError) : null,
      reportError,
    });
    const { url, port, token } = server;
    const api = options.api ? { url: new URL(`${apiPath}/v1`, url).href, token } : null;
    if (terminal.json)
      terminal.event({ event: 'listening', url, port, workspace: options.workspace, ...(api && { api }) });
    terminal.line(`Unroll is at ${url}`);
    if (api) {
      terminal.line(`Models are at ${api.url}, described by ${api.url}/openapi.json, for those who send`);
      terminal.line(`Authorization: Bearer ${token}`);
    }
    terminal.line(`Workspace: ${options.workspace}. Ctrl-C ends it.`);
    await new Promise<void>((resolve) => interrupts.onFirst(resolve));
    terminal.note('Closing. Ctrl-C again ends at once.');
    await server.close();
  } finally {
    await app.close();
    interrupts.release();
  }
}

async function startSomewhere(port: number | null, options: Omit<ServerOptions, 'port'>): Promise<RunningServer> {
  try {
    return await startServer({ ...options, port: port ?? usualPort });
  } catch (error) {
    if (port !== null || !(error instanceof PortUnavailable)) throw error;
    return startServer({ ...options, port: 0 });
  }
}
