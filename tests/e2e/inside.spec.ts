/**
 * Looking inside trained networks: every picture says something of this run's own numbers, and the numbers behind it say the same.
 * Pictures of each, light and dark, go to test-results.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Page, TestInfo } from '@playwright/test';
import { expect, ServedApp, test } from './app.ts';
import { expectAccessible, expectWithin, watch } from './looks.ts';

const root = resolve(import.meta.dirname, '../..');
const sample = join(root, 'resources/samples/timemachine.txt');

/** Trains by the command line; answers with the run's id. */
async function train(workspace: string, ...options: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(root, 'out/main/cli.js'),
    ...['train', sample, '--json', '--workspace', workspace, '--batch', '32', '--steps', '32', '--layers', '1'],
    ...['--hidden', '64', '--lr', '0.005', '--max-steps', '200', '--eval-every', '50', ...options],
  ]);
  return (JSON.parse(stdout.split('\n')[0] ?? '') as { run: string }).run;
}

/** What is open, light and dark: a picture, axe, and nothing cut off. */
async function look(page: Page, testInfo: TestInfo, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    await page.mouse.move(0, 0);
    const title = colorScheme === 'light' ? name : `${name}-dark`;
    await page.screenshot({ path: testInfo.outputPath(`${title}.png`), animations: 'disabled' });
    await expectAccessible(page, title);
  }
  await expectWithin(page, name);
}

/** Numbers of a table's cells, row by row; NaN where there is none. */
async function numbersOf(page: Page, region: string): Promise<number[][]> {
  const rows = await page.getByRole('region', { name: region }).locator('tbody tr').all();
  return Promise.all(
    rows.map(async (row) =>
      (await row.locator('th,td').allInnerTexts()).map((text) => Number(text.replaceAll(',', ''))),
    ),
  );
}

// A trace copies the page at every look of axe, which takes longer than the test.
test.use({ trace: 'off' });

test.describe('the gradient and the weights', () => {
  const app = new ServedApp('');
  let run = '';

  test.beforeAll(async () => {
    test.setTimeout(180_000);
    Object.assign(app, { workspace: await mkdtemp(join(tmpdir(), 'unroll-inside-')) });
    run = await train(app.workspace, '--cell', 'rnn', '--embedding', '24');
    await app.start();
  });

  test.afterAll(async () => {
    await app.stop();
    await rm(app.workspace, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  async function open(page: Page, picture: string): Promise<void> {
    await page.goto(app.url);
    await page.goto(`${page.url().replace(/#.*$/, '')}#/inside/${run}?picture=${picture}`);
  }

  test('through time: what the sentence says is what the numbers say', async ({ page }, testInfo) => {
    test.setTimeout(180_000);
    const found = watch(page, new URL(app.url).host);
    await open(page, 'through-time');
    const picture = page.getByRole('region', { name: 'Gradient through time' });
    await expect(picture).toBeVisible({ timeout: 60_000 });
    const sentence = await picture.locator('p').first().innerText();
    const [, after] = /^After ([\d,]+) steps?, /.exec(sentence) ?? [];
    expect(Number(after)).toBeGreaterThan(0);
    await expect(picture.getByText('Mean of 32 sequences of the validation part')).toBeVisible();

    await picture.getByRole('button', { name: 'Show as table' }).first().click();
    const norms = await numbersOf(page, 'Norms of the gradient by lag');
    const share = (lag: number) => norms[lag]![1]! / norms[0]![1]!;
    expect(norms.length).toBe(128);
    const said = /, ([\d.]+) % of the gradient is left/.exec(sentence)?.[1];
    if (said === '1') {
      expect(share(Number(after))).toBeLessThan(0.01 + 1e-4);
      expect(share(Number(after) - 1)).toBeGreaterThan(0.01 - 1e-4);
    } else expect(Math.round(share(Number(after)) * 100)).toBe(Math.round(Number(said)));
    await picture.getByRole('button', { name: 'Show as chart' }).first().click();

    // Truncation, by keyboard: at 1 step all but the first lag is cut off.
    await picture.getByRole('slider', { name: 'Truncate to T' }).focus();
    await page.keyboard.press('Home');
    const all = norms.reduce((sum, [, norm]) => sum + norm!, 0);
    const cut = Math.round((1 - norms[0]![1]! / all) * 100);
    await expect(picture.getByText(new RegExp(`Truncated to 1 step, ${cut} % of it is cut off`))).toBeVisible();

    // What was looked at while it trained.
    await expect(picture.getByText(/1 % was left after .* at training step 1, after .* at step/)).toBeVisible();
    await picture.getByRole('slider', { name: 'Training step' }).focus();
    await page.keyboard.press('Home');
    await expect(picture.getByText(/at training step 1\. Looked at while it trained/)).toBeVisible();
    await picture.getByRole('button', { name: 'Back to the checkpoint' }).click();
    await look(page, testInfo, 'through-time');
    expect(found).toEqual([]);
  });

  test('weights: taken apart, their updates, their embedding', async ({ page }, testInfo) => {
    test.setTimeout(180_000);
    const found = watch(page, new URL(app.url).host);
    await open(page, 'weights');
    await expect(page.getByText(/rnn\.weight_hh_l0 holds 4,096 numbers from/)).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText(/of 64 eigenvalues|All 64 eigenvalues/)).toBeVisible();
    await look(page, testInfo, 'weights');
    await page.getByRole('button', { name: 'out.bias' }).click();
    await expect(page.getByText(/out\.bias holds/)).toBeVisible();
    await expect(page.getByRole('figure', { name: 'Eigenvalues' })).toHaveCount(0);

    await page.getByRole('radio', { name: 'Updates' }).click();
    await expect(page.getByText(/^At step [\d,]+/)).toBeVisible();
    await page.getByRole('button', { name: 'Show as table' }).click();
    const ratios = await numbersOf(page, 'Update-to-weight ratios by training step');
    expect(ratios[0]![0]).toBe(1);
    expect(ratios.flat().every((ratio) => ratio > 0)).toBe(true);
    await page.getByRole('button', { name: 'Show as chart' }).click();
    await look(page, testInfo, 'updates');

    await page.getByRole('radio', { name: 'Embedding' }).click();
    await expect(page.getByText(/tokens, from 24 dimensions laid out in two/)).toBeVisible({ timeout: 60_000 });
    await page.getByRole('searchbox', { name: 'Find a token' }).fill('e');
    await page.getByRole('listitem').getByRole('button', { name: 'e', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'Nearest to e' })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Embedding' }).getByRole('listitem')).toHaveCount(10);
    await look(page, testInfo, 'embedding');
    expect(found).toEqual([]);
  });
});
