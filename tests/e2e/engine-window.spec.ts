/**
 * The engine in the page of Electron's hidden window, with Chromium's own WebGPU (on SwiftShader, so without a graphics processor), and
 * the app around it: a whole run, its files over the port, a window and a GPU process that die in the middle.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import type { Run } from '../../src/api/types.ts';
import { openApp, type App } from '../../src/main/app.ts';
import { forkEngine } from '../../src/main/services/engine-channel.ts';
import { appOptions, configFor } from '../main/services/app-options.ts';
import { expect, test as base, type ServedApp } from './app.ts';
import { engineInPage } from './engine-page.ts';
import { softwareGpu } from './software-gpu.ts';

base.use({ launchOptions: softwareGpu });
base.setTimeout(300_000);

class WindowApp {
  readonly app: App;
  readonly #windows: readonly Page[];

  private constructor(app: App, windows: readonly Page[]) {
    this.app = app;
    this.#windows = windows;
  }

  static async open(served: ServedApp, browser: Browser): Promise<WindowApp> {
    const folder = join(await mkdtemp(join(tmpdir(), 'unroll-window-')), 'workspace');
    const windows: Page[] = [];
    const openPage = async () => {
      const page = await browser.newPage();
      windows.push(page);
      await page.goto(served.url);
      await page.goto(new URL('/engine.html', served.url).href);
      return page;
    };
    const entry = resolve(import.meta.dirname, '../../src/main/engine-process.ts');
    const app = await openApp({
      ...appOptions(folder, () => forkEngine(entry)),
      openEngineWindow: () => engineInPage(openPage),
    });
    return new WindowApp(app, windows);
  }

  /** A run of a small network on the page's device. */
  async train(maxSteps: number): Promise<Run> {
    const text = 'the quick brown fox jumps over the lazy dog and runs on. '.repeat(40);
    const source = { type: 'text', text, name: 'a text' } as const;
    let corpus = this.app.services.corpora.list()[0];
    for await (const event of this.app.services.corpora.import({ source, encoding: null, name: null })) {
      if (event.type === 'done') corpus = event.corpus;
    }
    const config = configFor(corpus!, { device: 'webgpu', training: { maxSteps, evalEvery: 20 } });
    return this.app.services.runs.create({ config, name: null, tags: [] });
  }

  /** The run when its state `fits`. */
  async until(id: string, fits: (run: Run) => boolean): Promise<Run> {
    const { runs } = this.app.services;
    await expect.poll(() => fits(runs.get(id).run), { timeout: 240_000 }).toBe(true);
    return runs.get(id).run;
  }

  async close(): Promise<void> {
    await this.app.close();
    await Promise.all(this.#windows.map((page) => page.close()));
    await rm(resolve(this.app.workspace.root, '..'), { recursive: true, force: true, maxRetries: 5 });
  }
}

const test = base.extend<{ unroll: WindowApp }>({
  unroll: async ({ app, browser }, use) => {
    const unroll = await WindowApp.open(app, browser);
    await use(unroll);
    await unroll.close();
  },
});

// Pages are closed in the middle here, which a trace that is being recorded does not stand.
test.use({ trace: 'off' });

const isOver = ({ status }: Run) => !['queued', 'preparing', 'running'].includes(status);

test('the page lists its device, which auto does not take while the processor plays it', async ({ unroll }) => {
  const { devices } = await unroll.app.services.info();
  const webgpu = devices.find(({ name }) => name === 'webgpu');
  expect(webgpu).toMatchObject({ available: true, automatic: 'never', preferred: false });
  expect(webgpu!.adapter).toMatch(/swiftshader/i);
});

test('a whole run: data in, curves, samples and checkpoints out, and text from it', async ({ unroll }) => {
  const { id } = await unroll.train(40);
  const run = await unroll.until(id, isOver);
  expect(run).toMatchObject({ status: 'finished', device: 'webgpu', step: 40, checkpointStep: 40, message: null });
  const { steps, evals, samples } = unroll.app.services.runs.get(id);
  expect(steps.loss).toHaveLength(40);
  expect(steps.loss.at(-1)!).toBeLessThan(steps.loss[0]! - 0.3);
  expect(evals.map(({ step }) => step)).toEqual([20, 40]);
  expect(samples.at(-1)!.text).not.toBe('');

  let text = '';
  const options = { prompt: 'the ', length: 12, temperature: 0, topK: null, topP: null, seed: 1 };
  for await (const event of unroll.app.services.generate.start(id, options)) {
    if (event.type === 'text') text += event.text;
  }
  expect(text).toHaveLength(12);
});

test('a window that goes in the middle of a run leaves it interrupted, and it goes on on the processor', async ({
  unroll,
  browser,
}) => {
  const { id } = await unroll.train(1_000_000);
  await unroll.until(id, ({ checkpointStep }) => checkpointStep !== null);
  for (const page of browser.contexts().flatMap((context) => context.pages())) await page.close();
  const run = await unroll.until(id, isOver);
  expect(run.status).toBe('interrupted');
  expect(run.message).toContain(`Resume goes on from the checkpoint of step ${run.checkpointStep}.`);
  await unroll.app.services.runs.resume(id, 'reference');
  const resumed = await unroll.until(id, ({ status, step }) => status === 'running' && step > run.checkpointStep!);
  expect(resumed.device).toBe('reference');
  await unroll.app.services.runs.stop(id);
});

test('a GPU process that crashes is a lost device: the run is interrupted with a sentence', async ({
  unroll,
  browser,
}) => {
  const { id } = await unroll.train(1_000_000);
  await unroll.until(id, ({ checkpointStep }) => checkpointStep !== null);
  const devTools = await browser.newBrowserCDPSession();
  await devTools.send('Browser.crashGpuProcess');
  const run = await unroll.until(id, isOver);
  expect(run.status).toBe('interrupted');
  expect(run.message).toMatch(/GPU was lost.*Resume goes on from the checkpoint of step/);
});
