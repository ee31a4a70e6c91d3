/** Taking runs away: as models, as curves, as a command and a program. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { expect, test } from './app.ts';
import { expectAccessible, expectWithin } from './looks.ts';
import { Person, shortText } from './person.ts';

const pictures = join(import.meta.dirname, '../../test-results/screens');

// A trace copies the page at every look of axe, which takes longer than the test.
test.use({ trace: 'off' });

test('a run as a model, a table, a command and a program', async ({ app, page, context }) => {
  test.setTimeout(240_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const person = new Person(page);
  await page.goto(app.url);
  await person.importByDropping('machine.txt', shortText);
  await page.getByRole('link', { name: 'Train on this' }).click();
  await person.startSmall('GRU', 60, 'the traveller');
  await person.expectStatus('Finished');

  const dialog = page.getByRole('dialog', { name: 'Export “the traveller”' });
  const download = async () => {
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Export', exact: true }).click(),
    ]);
    await expect(dialog).toBeHidden();
    return { name: saved.suggestedFilename(), bytes: await readFile(await saved.path()) };
  };

  await page.keyboard.press('Control+e');
  await expect(dialog.getByRole('radio', { name: 'PyTorch' })).toBeFocused();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(page, `exporting, ${colorScheme}`);
    await expectWithin(page, `exporting, ${colorScheme}`);
    await page.screenshot({ path: join(pictures, `export-${colorScheme}.png`), animations: 'disabled' });
  }
  const model = await download();
  expect(model.name).toBe('the traveller safetensors.zip');
  const files = unzipSync(model.bytes);
  expect(Object.keys(files).sort()).toEqual([
    'README.md',
    'config.json',
    'model.py',
    'model.safetensors',
    'tokenizer.json',
    'training.safetensors',
  ]);
  expect(strFromU8(files['README.md']!)).toContain('# the traveller');
  expect(JSON.parse(strFromU8(files['config.json']!))).toMatchObject({ architecture: { cell: 'gru', hidden: 48 } });

  // What was chosen last is chosen again; the arrow keys go from there.
  await page.keyboard.press('Control+e');
  await dialog.getByRole('radio', { name: 'PyTorch' }).press('ArrowDown');
  await expect(dialog.getByRole('radio', { name: 'ONNX' })).toBeChecked();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();

  await person.goTo('Runs');
  await page.getByRole('checkbox', { name: 'Select the traveller' }).check();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await dialog.getByRole('radio', { name: 'Table' }).check();
  const curves = await download();
  expect(curves.name).toBe('the traveller metrics.csv');
  const rows = strFromU8(curves.bytes).trimEnd().split('\r\n');
  expect(rows.filter((row) => row.startsWith('the traveller,train,'))).toHaveLength(60);
  expect(rows.filter((row) => row.startsWith('the traveller,valid,')).length).toBeGreaterThan(0);

  await page.getByRole('link', { name: 'the traveller' }).click();
  const copied = async (item: string) => {
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: item }).click();
    await expect(page.getByText(/^Copied /).last()).toBeVisible();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  await expect
    .poll(() => copied('Copy as CLI command'))
    .toMatch(/^unroll train machine\.txt .*--cell gru .*--hidden 48 /);
  await expect.poll(() => copied('Copy as PyTorch program')).toContain('class Network(nn.Module):');
});
