/** The golden fixtures on `webgpu` as a browser has it, which is what Electron's hidden window has. In Node they run in tests/engine. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { build } from 'vite';
import { haveShared, shared } from '../shared.ts';
import type { ConformancePage } from './conformance-page.ts';
import { softwareGpu } from './software-gpu.ts';

test.use({ launchOptions: softwareGpu });
test.setTimeout(120_000);

const read = (file: string) => JSON.parse(readFileSync(shared('fixtures', file), 'utf8')) as unknown;
const index = haveShared ? (read('index.json') as { file: string }[]) : [];

type Conforming = Window & { conformance: ConformancePage };

let page: Page;

test.describe('golden fixtures on webgpu in a browser', () => {
  test.skip(!haveShared, 'the fixtures are not here');

  test.beforeAll(async ({ browser }) => {
    const script = await bundle(resolve(import.meta.dirname, 'conformance-page.ts'));
    page = await browser.newPage();
    // WebGPU is for secure pages only, which this address counts as; nobody listens there.
    await page.route('http://localhost/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Conformance</title>' }),
    );
    await page.goto('http://localhost/');
    await page.addScriptTag({ content: script });
    const adapter = await page.evaluate(() => (window as unknown as Conforming).conformance.adapter);
    test.skip(adapter === null, 'this browser has no WebGPU');
  });

  test.afterAll(() => page?.close());

  test('there are as many as the index promises', () => {
    expect(index.length).toBe(47);
  });

  for (const { file } of index) {
    test(`${file} is reproduced`, async () => {
      const result = await page.evaluate(
        (fixture) => (window as unknown as Conforming).conformance.run(fixture),
        read(file),
      );
      expect(result).toMatchObject({ implemented: true, pass: true });
    });
  }
});

/** A module and all that it imports, as one classic script. */
async function bundle(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, target: 'es2022', lib: { entry, formats: ['iife'], name: 'conformancePage' } },
  });
  const [{ output }] = built as { output: { code: string }[] }[];
  return output[0]!.code;
}
