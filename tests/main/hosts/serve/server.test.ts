/** The serve host's server over real sockets, with a small router in the app's place: what it answers and what it refuses. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { type IncomingHttpHeaders, request, type RequestOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { os, type RouterClient } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { PagesMissing } from '../../../../src/main/hosts/page-files.ts';
import { PortUnavailable } from '../../../../src/main/hosts/serve/port.ts';
import { type RunningServer, startServer } from '../../../../src/main/hosts/serve/server.ts';

let left = 0;
let poured = 0;
const router = {
  echo: os.input(z.string()).handler(({ input }) => input),
  count: os.handler(async function* () {
    try {
      for (let i = 0; ; i++) yield i;
    } finally {
      left++;
    }
  }),
  pour: os.handler(async function* () {
    for (;;) {
      poured++;
      yield 'x'.repeat(10_000);
    }
  }),
  fail: os.handler((): string => {
    throw new Error('secret detail');
  }),
};
type Client = RouterClient<typeof router>;

const maxMessage = 100_000;
const maxUpload = 1_000_000;

let folder: string;
let server: RunningServer;
let cookie: string;
const tickets = new Map<string, { path: string; fileName: string }>();
const errors: unknown[] = [];
let uploads = 0;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request exactly as given: `path` is not normalised, `Host` may be anything. */
function ask(path: string, options: RequestOptions & { body?: string | Buffer } = {}): Promise<Answer> {
  const { body, headers, ...rest } = options;
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: server.port, path, ...rest, headers: { cookie, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const origin = () => `http://127.0.0.1:${server.port}`;

/** Opens a WebSocket; resolves to it, or to the status with which it was refused. */
function connect(headers: Record<string, string>, path = '/rpc'): Promise<WebSocket | number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers });
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode!));
    socket.on('error', reject);
  });
}

async function client(): Promise<{ api: Client; socket: WebSocket }> {
  const socket = await connect({ cookie, origin: origin() });
  if (typeof socket === 'number') throw new Error(`refused: ${socket}`);
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket });
  return { api: createORPCClient<Client>(link), socket };
}

const closed = (socket: WebSocket) => new Promise<number>((resolve) => socket.on('close', resolve));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unroll-serve-'));
  await mkdir(join(folder, 'pages', 'assets'), { recursive: true });
  await mkdir(join(folder, 'uploads'));
  writeFileSync(join(folder, 'pages', 'index.html'), '<!doctype html><title>Unroll</title>');
  writeFileSync(join(folder, 'pages', 'assets', 'main-1234.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  server = await startServer({
    router,
    pages: join(folder, 'pages'),
    newUpload: () => {
      const upload = `upload-${++uploads}`;
      return { upload, path: join(folder, 'uploads', upload) };
    },
    takeDownload: (ticket) => {
      const file = tickets.get(ticket) ?? null;
      tickets.delete(ticket);
      return file;
    },
    port: 0,
    reportError: (error) => errors.push(error),
    maxMessage,
    maxUpload,
  });
  cookie = '';
  const { headers } = await ask(new URL(server.url).pathname + new URL(server.url).search);
  cookie = headers['set-cookie']![0]!.split(';')[0]!;
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

describe('opening', () => {
  test('the token gives a session and leaves the address', async () => {
    expect(server.url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${server.port}/\\?token=[0-9a-f]{64}$`));
    const { status, headers } = await ask(`/?token=${new URL(server.url).searchParams.get('token')}`, {
      headers: { cookie: '' },
    });
    expect(status).toBe(303);
    expect(headers.location).toBe('/');
    expect(headers['set-cookie']![0]).toMatch(/HttpOnly; SameSite=Strict/);
  });

  test.each(['/', '/?token=', '/?token=0000', '/assets/main-1234.js', '/download/x', '/nothing', '/?token=%00'])(
    'without a session %s is refused',
    async (path) => {
      const { status, headers, body } = await ask(path, { headers: { cookie: '' } });
      expect(status).toBe(401);
      expect(body).toContain('Open the address that Unroll printed');
      expect(headers['set-cookie']).toBeUndefined();
    },
  );

  test('the token does not count anywhere else', async () => {
    const token = new URL(server.url).searchParams.get('token');
    expect((await ask(`/assets/main-1234.js?token=${token}`, { headers: { cookie: '' } })).status).toBe(401);
  });

  test('with a session the pages come, with headers that lock them down', async () => {
    const page = await ask('/');
    expect(page).toMatchObject({ status: 200, body: '<!doctype html><title>Unroll</title>' });
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['content-security-policy']).toContain(`connect-src 'self' ws://127.0.0.1:${server.port};`);
    expect(page.headers['access-control-allow-origin']).toBeUndefined();
    expect((await ask('/assets/main-1234.js')).headers['cache-control']).toContain('immutable');
  });
});

describe('attacks', () => {
  test('another Host is refused, with or without a session', async () => {
    for (const host of ['evil.example', `evil.example:${server.port}`, '169.254.169.254']) {
      expect((await ask('/', { headers: { host } })).status).toBe(403);
    }
  });

  test('another Origin is refused', async () => {
    for (const other of ['http://evil.example', 'null', 'http://127.0.0.1:1']) {
      expect((await ask('/', { headers: { origin: other } })).status).toBe(403);
      expect((await ask('/upload?name=x', { method: 'POST', headers: { origin: other }, body: 'x' })).status).toBe(403);
    }
  });

  test.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/assets/..\\..\\secret.txt',
    '//secret.txt',
    '/index.html%00.js',
    '/download/..%2f..%2fsecret.txt',
    '/constructor',
    '/__proto__',
  ])('%s leads nowhere', async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(body).not.toContain('secret');
  });

  test('an address that is none is refused', async () => {
    expect((await ask('http://evil.example/')).status).toBe(400);
    expect((await ask('*', { method: 'OPTIONS' })).status).toBe(400);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])(
    '%s on a page is refused, without CORS headers',
    async (method) => {
      const { status, headers } = await ask('/', { method, headers: { origin: origin() } });
      expect(status).toBe(405);
      expect(headers['access-control-allow-origin']).toBeUndefined();
    },
  );

  test('a WebSocket needs the session, the Host, its own Origin and the right address', async () => {
    const good = { cookie, origin: origin() };
    expect(await connect({ origin: origin() })).toBe(401);
    expect(await connect({ cookie })).toBe(403);
    expect(await connect({ ...good, origin: 'http://evil.example' })).toBe(403);
    expect(await connect({ ...good, origin: `http://localhost:${server.port}` })).toBe(403);
    expect(await connect({ ...good, host: 'evil.example', origin: 'http://evil.example' })).toBe(403);
    expect(await connect(good, '/other')).toBe(404);
    expect(await connect(good, `/rpc?token=${server.url}`)).toBeInstanceOf(WebSocket);
  });
});

describe('the API', () => {
  test('calls and streams work; leaving a stream ends it on the server', async () => {
    const { api, socket } = await client();
    expect(await api.echo('παν ρεῖ')).toBe('παν ρεῖ');
    const seen: number[] = [];
    for await (const i of await api.count()) {
      seen.push(i);
      if (i === 3) break;
    }
    expect(seen).toEqual([0, 1, 2, 3]);
    await expect.poll(() => left).toBe(1);
    socket.close();
  });

  test('a stream ends on the server when its socket drops, and a new socket works at once', async () => {
    const { api, socket } = await client();
    const before = left;
    await (await api.count()).next();
    socket.terminate();
    await expect.poll(() => left).toBe(before + 1);
    const again = await client();
    expect(await again.api.echo('here')).toBe('here');
    again.socket.close();
  });

  test('a reader that does not read stops the stream instead of filling memory', async () => {
    const { api, socket } = await client();
    await (await api.pour()).next();
    socket.pause();
    // The stream goes on until the buffers between the two are full; then it waits, however long others work.
    const other = await client();
    const pouredMeanwhile = async () => {
      const before = poured;
      for (let i = 0; i < 20; i++) await other.api.echo('calm');
      return poured - before;
    };
    await expect.poll(pouredMeanwhile, { timeout: 10_000 }).toBe(0);
    socket.terminate();
    other.socket.close();
  });

  test('unexpected errors reach the terminal, not the page', async () => {
    const { api, socket } = await client();
    await expect(api.fail()).rejects.toThrow('Internal server error');
    expect(errors.some((error) => error instanceof Error && error.message === 'secret detail')).toBe(true);
    socket.close();
  });

  test('a message over the limit closes its socket, and only that', async () => {
    const { api, socket } = await client();
    const other = await client();
    const code = closed(socket);
    const call = api.echo('x'.repeat(maxMessage + 1));
    await expect(call).rejects.toThrow();
    expect(await code).toBe(1009);
    expect(await other.api.echo('here')).toBe('here');
    other.socket.close();
  });
});

describe('uploads', () => {
  const send = (body: Buffer, headers: Record<string, string> = {}) =>
    ask('/upload?name=a.txt', { method: 'POST', body, headers: { origin: origin(), ...headers } });

  test('arrive whole', async () => {
    const bytes = Buffer.alloc(500_000, 'abc');
    const { status, body } = await send(bytes);
    expect(status).toBe(200);
    const { upload } = JSON.parse(body) as { upload: string };
    expect(
      createHash('sha256')
        .update(readFileSync(join(folder, 'uploads', upload)))
        .digest(),
    ).toEqual(createHash('sha256').update(bytes).digest());
  });

  test('over the limit leave nothing, whether they say their size or not', async () => {
    const before = readdirSync(join(folder, 'uploads'));
    const large = Buffer.alloc(maxUpload + 1);
    const refused = (answer: Promise<Answer>) =>
      // The server may hang up while the rest is still being sent.
      answer.then(
        ({ status }) => status,
        (error: NodeJS.ErrnoException) => error.code,
      );
    expect([413, 'ECONNRESET', 'EPIPE']).toContain(await refused(send(large)));
    expect([413, 'ECONNRESET', 'EPIPE']).toContain(await refused(send(large, { 'transfer-encoding': 'chunked' })));
    await expect.poll(() => readdirSync(join(folder, 'uploads'))).toEqual(before);
  });

  test('that break off leave nothing', async () => {
    const before = readdirSync(join(folder, 'uploads'));
    const sent = request({
      host: '127.0.0.1',
      port: server.port,
      path: '/upload',
      method: 'POST',
      headers: { cookie, origin: origin(), 'content-length': 1000 },
    });
    sent.on('error', () => {});
    sent.write('abc');
    await expect.poll(() => readdirSync(join(folder, 'uploads')).length).toBe(before.length + 1);
    sent.destroy();
    await expect.poll(() => readdirSync(join(folder, 'uploads'))).toEqual(before);
  });

  test('need POST', async () => {
    expect((await ask('/upload')).status).toBe(405);
  });
});

describe('downloads', () => {
  test('come once, as a file with its name', async () => {
    const path = join(folder, 'model');
    writeFileSync(path, 'weights');
    tickets.set('some-ticket', { path, fileName: 'Größe "1".safetensors' });
    expect((await ask('/download/some-ticket', { method: 'HEAD' })).status).toBe(405);
    const { status, headers, body } = await ask('/download/some-ticket');
    expect({ status, body }).toEqual({ status: 200, body: 'weights' });
    expect(headers['content-disposition']).toBe(
      `attachment; filename="Gr__e _1_.safetensors"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22.safetensors`,
    );
    expect((await ask('/download/some-ticket')).status).toBe(404);
    await expect.poll(() => existsSync(path)).toBe(false);
  });
});

describe('starting and ending', () => {
  const options = () => ({
    router,
    pages: join(folder, 'pages'),
    newUpload: () => ({ upload: '', path: '' }),
    takeDownload: () => null,
    reportError: () => {},
  });

  test('a port that is taken is named', async () => {
    const start = startServer({ ...options(), port: server.port });
    await expect(start).rejects.toThrow(PortUnavailable);
    await expect(startServer({ ...options(), port: server.port })).rejects.toThrow(`Port ${server.port} is in use`);
  });

  test('pages that are not built are missed at once', async () => {
    const start = startServer({ ...options(), pages: join(folder, 'nowhere'), port: 0 });
    await expect(start).rejects.toThrow(PagesMissing);
  });

  test('closing tells the pages and frees the port, whoever is connected', async () => {
    const second = await startServer({ ...options(), port: 0 });
    const { pathname, search } = new URL(second.url);
    const response = await fetch(`http://127.0.0.1:${second.port}${pathname}${search}`, { redirect: 'manual' });
    const socket = new WebSocket(`ws://127.0.0.1:${second.port}/rpc`, {
      headers: {
        cookie: response.headers.getSetCookie()[0]!.split(';')[0]!,
        origin: `http://127.0.0.1:${second.port}`,
      },
    });
    await new Promise((resolve) => socket.on('open', resolve));
    const code = closed(socket);
    await second.close();
    expect(await code).toBe(1001);
    const third = await startServer({ ...options(), port: second.port });
    await third.close();
  });
});
