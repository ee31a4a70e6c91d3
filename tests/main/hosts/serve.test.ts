/** `unroll serve` as a real process on a real workspace, with the built pages. */
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Contract } from '../../../src/api/contract.ts';
import { findLayout } from '../../../src/main/hosts/layout.ts';
import { endAll, type Running, start, unroll } from './cli/unroll.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const built = existsSync(join(findLayout().renderer, 'index.html'));

interface Session {
  readonly api: ContractRouterClient<Contract>;
  readonly socket: WebSocket;
  readonly cookie: string;
  readonly origin: string;
}

/** What a browser does that opens the printed address. */
async function open(url: string): Promise<Session> {
  const { origin } = new URL(url);
  const response = await fetch(url, { redirect: 'manual' });
  const cookie = response.headers.getSetCookie()[0]!.split(';')[0]!;
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, { headers: { cookie, origin } });
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket });
  return { api: createORPCClient<ContractRouterClient<Contract>>(link), socket, cookie, origin };
}

describe.skipIf(!built)('unroll serve', () => {
  let folder: string;
  let workspace: string;
  let server: Running;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'unroll-serve-'));
    workspace = join(folder, 'workspace');
    server = start(['serve', '--port', '0', '--workspace', workspace]);
    url = /http:\S+/.exec(await server.printed(/http:\S+\s/))![0];
  });

  afterAll(async () => {
    endAll();
    await server.ended;
    await rm(folder, { recursive: true, maxRetries: 5 });
  });

  const others: WebSocket[] = [];
  afterEach(() => others.splice(0).forEach((socket) => socket.terminate()));

  test('the app answers the session of the printed address, and only that', async () => {
    const { api, socket, cookie, origin } = await open(url);
    others.push(socket);
    expect(await api.app.info()).toMatchObject({
      host: 'serve',
      workspace,
      capabilities: { filePaths: false, saveDialog: false, nativeMenu: false },
    });
    expect((await fetch(origin, { headers: { cookie } })).status).toBe(200);
    expect((await fetch(origin)).status).toBe(401);
  });

  test('an upload becomes a corpus, and everybody who watches is told', async () => {
    const { api, socket, cookie, origin } = await open(url);
    const watcher = await open(url);
    others.push(socket, watcher.socket);
    const changes = await watcher.api.app.watch();
    const told = changes.next();
    const body = 'one two three\n'.repeat(50);
    const answer = await fetch(`${origin}/upload?name=numbers.txt`, {
      method: 'POST',
      body,
      headers: { cookie, origin },
    });
    const { upload } = (await answer.json()) as { upload: string };
    const events = await api.corpora.import({
      source: { type: 'upload', upload, name: 'numbers.txt' },
      encoding: null,
      name: null,
    });
    let last: unknown;
    for await (const event of events) last = event;
    expect(last).toMatchObject({ type: 'done', corpus: { name: 'numbers', characters: body.length } });
    expect((await told).value).toMatchObject({ type: 'corpus', corpus: { name: 'numbers' } });
    // An upload is used once.
    const again = api.corpora.preview({ source: { type: 'upload', upload, name: 'numbers.txt' }, encoding: null });
    await expect(again).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('after a dropped socket a new one carries on', async () => {
    const first = await open(url);
    const before = await first.api.corpora.list();
    first.socket.terminate();
    const second = await open(url);
    others.push(second.socket);
    expect(await second.api.corpora.list()).toEqual(before);
  });

  test('a second one on the same workspace is told about the first', async () => {
    const { code, stdout, stderr } = await unroll('serve', '--port', '0', '--workspace', workspace);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`in use by another Unroll (process ${server.process.pid})`);
  });

  test('a port that is taken is named', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const { code, stderr } = await unroll('serve', '--port', String(port), '--workspace', join(folder, 'other'));
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${port} is in use by another program.`);
    other.close();
  });

  test('a signal ends it properly: pages are told, the workspace is free', async () => {
    const { socket } = await open(url);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    server.process.kill('SIGTERM');
    expect(await closed).toBe(1001);
    expect(await server.ended).toMatchObject({ code: 0, signal: null });
    const next = start(['serve', '--port', '0', '--json', '--workspace', workspace]);
    await next.printed(/"event":"listening"/);
    next.process.kill('SIGINT');
    const { code, stdout } = await next.ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      event: 'listening',
      url: expect.stringContaining('?token='),
      workspace,
    });
  });
});
