/**
 * The built app, served to a real browser from a workspace that this test alone has.
 *
 *     import { expect, test } from './app.ts';
 *     test('…', async ({ app, page }) => { await page.goto(app.url); … });
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type BrowserContext, expect, test as base } from '@playwright/test';

const cli = resolve(import.meta.dirname, '../../out/main/cli.js');
const startSeconds = 30;

export class ServedApp {
  /** Folder of this test's workspace. */
  readonly workspace: string;
  /** What to open; it changes when the app is started again. */
  url = '';
  /** What the program has printed, for messages. */
  output = '';
  #process: ChildProcess | null = null;

  constructor(workspace: string) {
    this.workspace = workspace;
  }

  async start(): Promise<void> {
    const args = [cli, 'serve', '--port', '0', '--workspace', this.workspace];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    this.output = '';
    this.url = await new Promise<string>((resolve, reject) => {
      const fail = (why: string) => {
        clearTimeout(timer);
        reject(new Error(`unroll serve ${why}. It printed:\n${this.output}`));
      };
      const timer = setTimeout(() => fail(`printed no address within ${startSeconds} s`), startSeconds * 1000);
      const read = (chunk: Buffer) => {
        this.output += chunk.toString();
        const url = /(http:\/\/\S+)\s/.exec(this.output)?.[1];
        if (url === undefined) return;
        clearTimeout(timer);
        resolve(url);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.on('error', (error) => fail(`could not be started (${error.message})`));
      child.on('exit', (code, signal) => fail(`ended early (${signal ?? `code ${code}`})`));
    });
  }

  /** Ends the program: politely, or at once as a crash would. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }
}

/** Every address that pages ask for which is not on this machine; and there must be none, whatever a test does. */
function foreignRequests(context: BrowserContext): readonly string[] {
  const foreign: string[] = [];
  const look = (address: string) => {
    const { protocol, hostname } = new URL(address);
    if (!['data:', 'blob:', 'file:'].includes(protocol) && hostname !== '127.0.0.1') foreign.push(address);
  };
  context.on('request', (request) => look(request.url()));
  context.on('page', (page) => page.on('websocket', (socket) => look(socket.url())));
  return foreign;
}

export const test = base.extend<{ app: ServedApp }>({
  context: async ({ context }, use) => {
    const foreign = foreignRequests(context);
    await use(context);
    expect(foreign, 'requests that left this machine').toEqual([]);
  },
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the parameter's shape
  app: async ({}, use, testInfo) => {
    const app = new ServedApp(await mkdtemp(join(tmpdir(), 'unroll-e2e-')));
    try {
      await app.start();
      await use(app);
    } finally {
      await app.stop();
      if (testInfo.status !== testInfo.expectedStatus) console.log(app.output);
      await rm(app.workspace, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  },
});

export { expect } from '@playwright/test';
