/** The first minute: one click, and a network has been trained and has written a text. */
import { join } from 'node:path';
import { expect, test } from './app.ts';
import { expectAccessible, expectWithin, watch } from './looks.ts';

const pictures = join(import.meta.dirname, '../../test-results/screens');

test('a first visit ends in a trained network and a text of its own, and comes once', async ({ app, page }) => {
  test.setTimeout(300_000);
  const unexpected = watch(page, new URL(app.url).host);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(app.url);
  const heading = page.getByRole('heading', { level: 1 });
  await expect(heading).toHaveText('Welcome');
  const start = page.getByRole('button', { name: 'Train on the sample' });
  await expect(start).toBeVisible();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(page, `welcome, ${colorScheme}`);
    await expectWithin(page, `welcome, ${colorScheme}`);
    await page.screenshot({ path: join(pictures, `welcome-${colorScheme}.png`), animations: 'disabled' });
  }

  await start.click();
  await expect(page.getByRole('status').filter({ hasText: 'guesses each next letter' })).toBeVisible();
  await expect(page.getByRole('figure', { name: 'Perplexity' }).locator('canvas').first()).toBeVisible({
    timeout: 60_000,
  });
  await page.screenshot({ path: join(pictures, 'welcome-training-dark.png') });
  // It ends by itself.
  await expect(page.getByRole('link', { name: 'Let it write more' })).toBeVisible({ timeout: 200_000 });
  const written = await page.locator('blockquote span').first().innerText();
  expect(written.length).toBeGreaterThan(400);
  expect(written).toMatch(/^The Time Traveller /);
  expect(written).toMatch(/ the /);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(page, `welcome written, ${colorScheme}`);
    await expectWithin(page, `welcome written, ${colorScheme}`);
    await page.screenshot({ path: join(pictures, `welcome-written-${colorScheme}.png`), animations: 'disabled' });
  }

  await page.goto(new URL('/', app.url).href);
  await expect(heading).toHaveText('Runs');
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('combobox').fill('welcome');
  await page.keyboard.press('Enter');
  await expect(heading).toHaveText('Welcome');
  expect(unexpected).toEqual([]);
});

test('who skips it is not asked again', async ({ app, page }) => {
  await page.goto(app.url);
  await page.getByRole('button', { name: 'Skip' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Runs');
  await page.goto(new URL('/', app.url).href);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Runs');
});
