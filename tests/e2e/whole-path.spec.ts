/** The spine of the program, as a person walks it: a text dropped in, two networks trained, compared, used, and taken away. */
import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import { readSafetensors } from '../../src/engine/export/safetensors.ts';
import { expect, test } from './app.ts';
import { Person, shortText } from './person.ts';

test('from a text file to trained, compared, used and exported models', async ({ app, page }) => {
  test.setTimeout(600_000);
  const person = new Person(page);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(app.url);

  await person.importByDropping('machine.txt', shortText);
  await expect(page.getByText('60,000', { exact: true })).toBeVisible();

  await page.getByRole('link', { name: 'Train on this' }).click();
  await person.startSmall('LSTM', 100_000, 'long lstm');

  // Both curves move while it trains.
  await expect.poll(() => person.validationPerplexity(), { timeout: 60_000 }).toBeGreaterThan(1);
  const chart = page.getByRole('figure', { name: 'Perplexity', exact: true });
  await chart.getByRole('button', { name: 'Show as table' }).click();
  const table = page.getByRole('table').first();
  await expect(table).toBeVisible();
  const trained = await person.figure('step');
  await expect.poll(() => person.figure('step'), { timeout: 30_000 }).toBeGreaterThan(trained + 20);
  await expect(table).toContainText('validation');
  await expect.poll(() => person.validationPerplexity(), { timeout: 60_000 }).toBeLessThan(18); // well below unigrams

  // Reloading in the middle finds everything live.
  const before = await person.figure('step');
  await page.reload();
  await expect(person.heading).toHaveText('long lstm');
  await expect.poll(() => person.figure('step'), { timeout: 30_000 }).toBeGreaterThan(before);
  expect(await person.validationPerplexity()).toBeLessThan(20);
  await expect(page.getByRole('contentinfo')).toContainText('Training 1 run');

  await page.getByRole('button', { name: 'Pause' }).click();
  await person.expectStatus('Paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await person.expectStatus('Training');
  await page.getByRole('button', { name: 'Stop' }).click();
  await person.expectStatus('Stopped');

  // The same with another cell, from the first run's settings.
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Duplicate with changes…' }).click();
  await person.startSmall('GRU', 120, 'short gru');
  await person.expectStatus('Finished');
  expect(await person.figure('step')).toBe(120);

  await person.goTo('Runs');
  await page.getByRole('checkbox', { name: 'Select long lstm' }).check();
  await page.getByRole('checkbox', { name: 'Select short gru' }).check();
  await page.keyboard.press('c');
  await expect(person.heading).toHaveText('Compare');
  const differences = page.getByRole('region', { name: /differ|settings/i });
  await expect(differences).toContainText('LSTM');
  await expect(differences).toContainText('GRU');
  await expect(differences).not.toContainText('hidden units'); // the same in both

  await person.goTo('Try');
  await person.fill({ Prompt: 'The Time ψ', Length: 120, Seed: 7 });
  await page.getByRole('button', { name: 'Generate' }).click();
  await expect(page.getByText(/ψ.*not in|not in.*ψ|vocabulary.*ψ|ψ.*vocabulary/i)).toBeVisible();
  const output = page.locator('pre, [data-output]').first();
  await expect.poll(async () => (await output.innerText()).length, { timeout: 30_000 }).toBeGreaterThan(100);

  await person.goTo('Runs');
  await page.getByRole('link', { name: 'short gru' }).click();
  await page.getByRole('button', { name: 'More actions' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: /Export…/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Export' }).click();
  const files = unzipSync(await readFile(await (await download).path()));
  const { tensors, metadata } = readSafetensors(files['model.safetensors']!);
  expect([...tensors.keys()]).toEqual([
    'emb.weight',
    'rnn.weight_ih_l0',
    'rnn.weight_hh_l0',
    'rnn.bias_ih_l0',
    'rnn.bias_hh_l0',
    'out.weight',
    'out.bias',
  ]);
  expect(tensors.get('rnn.weight_hh_l0')!.shape).toEqual([3 * 48, 48]);
  expect(JSON.parse(metadata['architecture']!)).toMatchObject({ cell: 'gru', hidden: 48 });
  expect(errors).toEqual([]);
});
