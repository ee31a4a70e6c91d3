/** Import, train, close, open again, resume: the whole path in the real app, with its native dialogs answered. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './app.ts';

const sentence = 'the cat sat on a mat and the dog ran to the red house by the sea\n';

test('a text is imported through the native dialog, trained on, and is there after a restart', async ({ desktop }) => {
  test.setTimeout(120_000);
  const text = join(desktop.folder, 'cats.txt');
  await writeFile(text, sentence.repeat(2000));

  const { app, page } = await desktop.open();
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, text);

  await page.getByRole('link', { name: 'Corpora' }).click();
  // The menu's command, as a click on it sends it.
  await app.evaluate(({ Menu }) => {
    const file = Menu.getApplicationMenu()!.items.find((item) => item.label === 'File')!;
    file.submenu!.items.find((item) => item.label === 'Import Corpus…')!.click();
  });
  await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('button', { name: 'Train on this' }).click();

  await page.getByLabel('Hidden units').fill('16');
  await page.getByLabel('Layers').fill('1');
  await page.getByRole('button', { name: 'Start training' }).click();

  // Training goes on in a process of its own.
  await expect
    .poll(() => app.evaluate(({ app: electron }) => electron.getAppMetrics().map(({ name }) => name ?? '')), {
      timeout: 30_000,
    })
    .toContain('Unroll engine');
  await expect(page.getByText('validation perplexity')).toBeVisible();
  await expect(page.getByText(/^Sample at step/)).toBeVisible({ timeout: 60_000 });
  await desktop.close();

  const again = await desktop.open();
  await again.page.getByRole('link', { name: 'Runs' }).click();
  const row = again.page.getByRole('row', { name: /cats/ });
  await expect(row).toContainText('Interrupted');
  await row.getByRole('link').first().click();
  await again.page.getByRole('button', { name: 'Resume' }).click();
  await expect(again.page.getByRole('button', { name: 'Pause' })).toBeVisible({ timeout: 30_000 });
});

test('the window comes back where it was and as large', async ({ desktop }) => {
  const first = await desktop.open();
  const bounds = await first.app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    window!.setSize(1000, 700);
    return window!.getBounds();
  });
  await desktop.close();
  const second = await desktop.open();
  const restored = await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getBounds());
  expect({ width: restored.width, height: restored.height }).toEqual({ width: bounds.width, height: bounds.height });
  const saved: unknown = JSON.parse(await readFile(join(desktop.folder, 'user-data', 'window.json'), 'utf8'));
  expect(saved).toMatchObject({ bounds: { width: bounds.width, height: bounds.height } });
});
