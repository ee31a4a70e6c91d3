/** A run as one file: saved from one workspace, dropped on another. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, ServedApp, test } from './app.ts';
import { expectAccessible, expectWithin } from './looks.ts';
import { Person, shortText } from './person.ts';

const pictures = join(import.meta.dirname, '../../test-results/screens');

test('a run travels to another workspace with its numbers', async ({ app, page, context }) => {
  test.setTimeout(240_000);
  const person = new Person(page);
  await page.goto(app.url);
  await person.importByDropping('machine.txt', shortText);
  await page.getByRole('link', { name: 'Train on this' }).click();
  await person.startSmall('GRU', 60, 'the traveller');
  await person.expectStatus('Finished');
  const perplexity = await person.validationPerplexity();

  await page.getByRole('button', { name: 'More actions' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Share as one file…' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('the traveller.unroll');
  const file = await readFile(await download.path());

  const there = new ServedApp(await mkdtemp(join(tmpdir(), 'unroll-e2e-')));
  await there.start();
  try {
    const other = await context.newPage();
    await other.goto(there.url);
    const drop = async (bytes: Buffer) => {
      const transfer = await other.evaluateHandle((base64) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], 'traveller.unroll'));
        return data;
      }, bytes.toString('base64'));
      for (const type of ['dragenter', 'dragover', 'drop'])
        await other.locator('body').dispatchEvent(type, { dataTransfer: transfer });
    };
    await drop(file.subarray(0, file.length / 2));
    await expect(other.getByText('it is not a whole ZIP archive')).toBeVisible();

    await drop(file);
    const elsewhere = new Person(other);
    await expect(elsewhere.heading).toHaveText('the traveller');
    await expect(other.getByText('Trained elsewhere')).toBeVisible();
    await expect(other.getByText('is not here')).toBeVisible();
    expect(await elsewhere.validationPerplexity()).toBe(perplexity);
    expect(await elsewhere.figure('step')).toBe(60);
    for (const colorScheme of ['light', 'dark'] as const) {
      await other.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await expectAccessible(other, `a shared run, ${colorScheme}`);
      await expectWithin(other, `a shared run, ${colorScheme}`);
      await other.screenshot({ path: join(pictures, `shared-run-${colorScheme}.png`), animations: 'disabled' });
    }
  } finally {
    await there.stop();
    await rm(there.workspace, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
});
