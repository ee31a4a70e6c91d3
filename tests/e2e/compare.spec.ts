/**
 * The Compare screen as a person uses it on runs long enough to be reduced: found by a filter, grouped, looked at closely, shown
 * as lines and points, saved, and taken away.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { fill } from '../../bench/screens/fill.mjs';
import { expect, ServedApp, test } from './app.ts';
import { expectAccessible, expectWithin, watch } from './looks.ts';

const count = 12;
const steps = 12_000;
const themes = ['light', 'dark'] as const;

test.use({ trace: 'off' });

test.describe('comparing', () => {
  const app = new ServedApp('');
  let ids: string[] = [];

  test.beforeAll(async () => {
    test.setTimeout(180_000);
    Object.assign(app, { workspace: await mkdtemp(join(tmpdir(), 'unroll-compare-')) });
    ids = fill(app.workspace, { runs: count, steps });
    await app.start();
  });

  test.afterAll(async () => {
    await app.stop();
    await rm(app.workspace, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  async function open(page: Page, runs: readonly string[]): Promise<string[]> {
    const found = watch(page, new URL(app.url).host);
    await page.goto(app.url);
    await page.goto(`${page.url().replace(/#.*$/, '')}#/compare?runs=${runs.join(',')}`);
    await expect(page.getByRole('figure').first()).toBeVisible();
    return found;
  }

  async function exported(page: Page, what: string): Promise<string> {
    await page.getByRole('button', { name: 'Export' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: what }).click();
    return readFile(await (await download).path(), 'utf8');
  }

  test('loses no measurement, and shows finer ones where one looks closer', async ({ page }) => {
    const found = await open(page, ids.slice(0, 2));
    // 24,000 training steps and 4 validations.
    await expect(page.getByText(/^Showing [\d,]+ of 24,004 points$/)).toBeVisible();
    const rows = (csv: string) =>
      csv
        .trim()
        .split('\r\n')
        .slice(1)
        .map((line) =>
          line
            .replace(/^"[^"]*"|^[^,]*/, '')
            .split(',')
            .slice(1)
            .map(Number),
        );
    const whole = rows(await exported(page, 'Numbers (CSV)'));
    const measurements = whole.reduce((sum, row) => sum + row[5]!, 0);
    expect(measurements).toBe(2 * steps + 4);
    expect(whole.length).toBeLessThan(2 * steps);

    const plot = page.getByLabel(/arrow keys/).first();
    await plot.focus();
    for (let n = 0; n < 12; n++) await page.keyboard.press('+');
    await expect.poll(async () => rows(await exported(page, 'Numbers (CSV)')).every((row) => row[5] === 1)).toBe(true);
    await page.keyboard.press('Escape');
    await plot.focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('0');
    await expect(page.getByRole('button', { name: 'Show everything' })).toHaveCount(0);
    expect(found).toEqual([]);
  });

  test('finds runs by a filter and says what is wrong with one', async ({ page }) => {
    await open(page, ids.slice(0, 1));
    const search = page.getByRole('searchbox', { name: 'Search runs' });
    await search.fill('cell = gru and hiden >= 64');
    await expect(
      page.getByText('No setting or result is called "hiden". Did you mean "hidden"? (character 16)'),
    ).toBeVisible();
    await search.fill('cell = gru and hidden >= 64');
    await page.getByRole('button', { name: 'Add all 4' }).click();
    await expect(page.getByRole('complementary').getByRole('checkbox', { checked: true })).toHaveCount(5);
    await search.fill('/number 1[0-2]$/');
    await expect(page.getByRole('button', { name: 'Add all 2' })).toBeVisible(); // number 11 is a GRU: chosen already
  });

  test('groups runs, holds them against a baseline, and keeps it all as a view', async ({ page }) => {
    await open(page, ids);
    await page.getByRole('button', { name: 'Display' }).click();
    await page.getByLabel('Runs with the same').click();
    await page.getByRole('option', { name: 'cell', exact: true }).click();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('term')).toHaveText('cell');
    await expect(page.getByRole('definition')).toHaveText(['lstm', 'gru', 'rnn']);
    await page
      .getByRole('button', { name: /^Hold the others against/ })
      .first()
      .click();
    await expect(page.getByRole('row').nth(2)).toContainText(/[+−]0\.\d+/);

    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByLabel('Name of this view').fill('By cell');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.reload();
    await page.goto(`${page.url().replace(/#.*$/, '')}#/compare`);
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('button', { name: /^By cell/ }).click();
    await expect(page.getByRole('term')).toHaveText('cell');
    await expect(page.getByText(`${count} runs`, { exact: true })).toBeVisible();

    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('button', { name: 'Delete the view By cell' }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Views' }).click();
    await expect(page.getByRole('button', { name: /^By cell/ })).toBeVisible();
  });

  test('is taken away as a drawing and as a report that needs nothing else', async ({ page }) => {
    await open(page, ids.slice(0, 3));
    const svg = await exported(page, 'Drawing (SVG)');
    expect(svg).toMatch(/^<svg xmlns/);
    expect(svg).toContain('lstm number 1, validation');
    const report = await exported(page, 'Report (HTML)');
    const viewer = await page.context().newPage();
    const asked: string[] = [];
    viewer.on('request', (request) => asked.push(request.url()));
    await viewer.setContent(report);
    await expect(viewer.getByRole('heading', { level: 1 })).toHaveText('Comparison of 3 runs');
    await expect(viewer.locator('svg').first()).toBeVisible();
    await expect(viewer.getByRole('table').first()).toContainText('gru number 2');
    expect(asked).toEqual([]);
  });

  for (const shows of ['Curves', 'Parallel', 'Scatter'] as const) {
    test(`${shows.toLowerCase()} are accessible and within the window, light and dark`, async ({ page }, testInfo) => {
      test.setTimeout(120_000);
      await page.emulateMedia({ reducedMotion: 'reduce' });
      const found = await open(page, ids);
      await page.getByRole('radio', { name: shows }).click();
      await expect(page.locator('canvas').first()).toBeVisible();
      for (const theme of themes) {
        await page.emulateMedia({ colorScheme: theme });
        await page.mouse.move(0, 0);
        const name = `compare-${shows.toLowerCase()}-${theme}`;
        await page.screenshot({ path: testInfo.outputPath(`${name}.png`), animations: 'disabled' });
        await expectAccessible(page, name);
      }
      await page.getByRole('button', { name: 'Display' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await expectAccessible(page, `${shows}, display`);
      await page.keyboard.press('Escape');
      await page.setViewportSize({ width: 900, height: 600 });
      await page.screenshot({ path: testInfo.outputPath(`compare-${shows.toLowerCase()}-narrow.png`) });
      await expectWithin(page, `${shows}, narrow`);
      expect(found).toEqual([]);
    });
  }
});
