/**
 * The app in a browser on this machine: the built pages, the API over a WebSocket, uploads and downloads. Listens on the loopback
 * address only; guard.ts decides who is answered.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { rm } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import type { AnyRouter } from '@orpc/server';
import { listPageFiles, type PageFile } from '../page-files.ts';
import { securityHeaders } from '../page-headers.ts';
import { bearerOf, Guard, isLoopbackHost, type Refusal } from './guard.ts';
import { apiPath, type HttpApi } from './http-api.ts';
import { listen, loopback } from './port.ts';
import { sendDownload, sendJson, sendPage, sendText } from './responses.ts';
import { serveSockets, type Sockets } from './sockets.ts';
import { receiveUpload, UploadTooLarge } from './uploads.ts';

export interface ServerOptions {
  readonly router: AnyRouter;
  /** Folder of the built pages. */
  readonly pages: string;
  /** A new upload: the name by which the API knows it once it is complete, and the file to write. */
  newUpload(): { readonly upload: string; readonly path: string };
  /** The file behind a download ticket, once: the ticket is used up. null for one that is unknown or used. */
  takeDownload(ticket: string): { readonly path: string; readonly fileName: string } | null;
  /** Models over HTTP, for other programs. */
  readonly api?: HttpApi | null;
  /** 0: any free port. */
  readonly port: number;
  /** Unexpected errors, for the terminal. */
  reportError(error: unknown): void;
  /** Bytes of one message to the API. A pasted text of 64 million characters must fit. */
  readonly maxMessage?: number;
  /** Bytes of one upload. */
  readonly maxUpload?: number;
}

export interface RunningServer {
  readonly port: number;
  /** What to open: the address with the token. */
  readonly url: string;
  /** What other programs show as `Authorization: Bearer …`. */
  readonly token: string;
  close(): Promise<void>;
}

/**
 * Starts to listen.
 * @throws PagesMissing, PortUnavailable
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const pages = listPageFiles(options.pages);
  const server = createServer({
    // A large upload may take long; its headers may not.
    requestTimeout: 0,
    headersTimeout: 10_000,
  });
  const port = await listen(server, options.port);
  const host = new Host(options, pages, new Guard(port));
  server.on('request', (request, response) => void host.answer(request, response));
  server.on('upgrade', (request, socket, head) => host.upgrade(request, socket, head));
  return {
    port,
    url: `http://${loopback}:${port}/?token=${host.guard.token}`,
    token: host.guard.token,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await host.sockets.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

class Host {
  readonly guard: Guard;
  readonly sockets: Sockets;
  readonly #options: ServerOptions;
  readonly #pages: ReadonlyMap<string, PageFile>;

  constructor(options: ServerOptions, pages: ReadonlyMap<string, PageFile>, guard: Guard) {
    this.#options = options;
    this.#pages = pages;
    this.guard = guard;
    this.sockets = serveSockets(options.router, options.maxMessage ?? 256 * 2 ** 20, (error) =>
      options.reportError(error),
    );
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host } = request.headers;
    const headers = securityHeaders(targetOf(request)?.pathname ?? '', isLoopbackHost(host) ? [`ws://${host}`] : []);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    try {
      await this.#route(request, response);
    } catch (error) {
      // A browser that went away in the middle is no error of ours.
      if (request.destroyed || response.destroyed) return;
      this.#options.reportError(error);
      if (response.headersSent) response.destroy();
      else sendText(response, 500, 'Something went wrong; the terminal that Unroll runs in says what.');
    }
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { guard } = this;
    const refusal =
      guard.refuseForeign(request.headers, { needsOrigin: true }) ?? guard.refuseStranger(request.headers);
    if (refusal) return refuseUpgrade(socket, refusal.status, refusal.message);
    if (targetOf(request)?.pathname !== '/rpc') return refuseUpgrade(socket, 404, 'There is no such address here.');
    this.sockets.upgrade(request, socket, head);
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { guard } = this;
    const refuse = ({ status, message }: Refusal) => sendText(response, status, message);
    const foreign = guard.refuseForeign(request.headers);
    if (foreign) return refuse(foreign);
    const target = targetOf(request);
    if (target === null) return sendText(response, 400, 'That is not an address.');

    if (target.pathname.startsWith(`${apiPath}/`)) return this.#api(target.pathname, request, response);

    const token = target.searchParams.get('token');
    if (target.pathname === '/' && token !== null && guard.isToken(token)) {
      // The token leaves the address bar and the history; from here on the cookie counts.
      response.writeHead(303, { Location: '/', 'Set-Cookie': guard.sessionCookie, 'Cache-Control': 'no-store' }).end();
      return;
    }
    const stranger = guard.refuseStranger(request.headers);
    if (stranger) return refuse(stranger);

    if (target.pathname === '/upload') return this.#upload(request, response);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return sendText(response, 405, 'This address can only be read.');
    }
    const ticket = /^\/download\/([\w-]+)$/.exec(target.pathname)?.[1];
    if (ticket !== undefined) return this.#download(ticket, request, response);
    const page = this.#pages.get(target.pathname);
    if (page) return sendPage(response, page);
    sendText(response, 404, 'There is no such address here.');
  }

  async #api(pathname: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { guard } = this;
    const { api } = this.#options;
    const token = bearerOf(request.headers);
    const stranger = guard.refuseStranger(request.headers);
    if (stranger && (token === null || !guard.isToken(token))) {
      response.setHeader('WWW-Authenticate', 'Bearer');
      return sendText(
        response,
        401,
        'Send the token that Unroll printed when it started: Authorization: Bearer TOKEN.',
      );
    }
    if (!api)
      return sendText(response, 404, 'Models are not served to other programs: start with "unroll serve --api".');
    response.setHeader('Cache-Control', 'no-store');
    if (!(await api.answer(request, response, pathname)))
      sendText(response, 404, `There is no such address here. ${apiPath}/v1/openapi.json describes those that are.`);
  }

  /** The file's own name travels with the import that follows. */
  async #upload(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      response.setHeader('Allow', 'POST');
      return sendText(response, 405, 'Files are sent here with POST.');
    }
    const { maxUpload = 64 * 2 ** 30 } = this.#options;
    try {
      if (Number(request.headers['content-length'] ?? 0) > maxUpload)
        throw new UploadTooLarge('The file is too large.');
      const { upload, path } = this.#options.newUpload();
      await receiveUpload(request, path, maxUpload);
      sendJson(response, { upload });
    } catch (error) {
      if (!(error instanceof UploadTooLarge)) throw error;
      response.setHeader('Connection', 'close'); // what is left of the file is not read
      sendText(response, 413, error.message);
    }
  }

  async #download(ticket: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A look at the headers does not use up the ticket.
    if (request.method === 'HEAD') return sendText(response, 405, 'A download can only be fetched.');
    const file = this.#options.takeDownload(ticket);
    if (file === null)
      return sendText(response, 404, 'This download was fetched already or is no longer here. Export it again.');
    try {
      await sendDownload(response, file.path, file.fileName);
    } finally {
      await rm(file.path, { force: true });
    }
  }
}

/** Path and query of a request; null when they cannot be read as such. */
function targetOf(request: IncomingMessage): URL | null {
  return request.url?.startsWith('/') ? URL.parse(`http://${loopback}${request.url}`) : null;
}

function refuseUpgrade(socket: Duplex, status: number, message: string): void {
  const body = message + '\n';
  const head = [
    `HTTP/1.1 ${status} ${status === 404 ? 'Not Found' : status === 401 ? 'Unauthorized' : 'Forbidden'}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.on('error', () => socket.destroy());
  socket.end(head.join('\r\n') + '\r\n\r\n' + body);
}
