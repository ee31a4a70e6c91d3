/**
 * Every screen with real runs in it, light and dark: accessible by axe's rules of WCAG 2.2 AA, nothing cut off, silent on the
 * console, and without a request to anywhere but the host. A picture of each goes to test-results; with UNROLL_SCREENSHOTS=1
 * the README's are written to docs/images too.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, ServedApp, test } from './app.ts';
import { expectAccessible, expectWithin, watch } from './looks.ts';
import { Person } from './person.ts';

const root = resolve(import.meta.dirname, '../..');
const sample = join(root, 'resources/samples/timemachine.txt');
const imported = 'The Time Machine';
const images = join(root, 'docs/images');

const wide = { width: 1280, height: 800 };
const narrow = { width: 900, height: 600 };
const themes = ['light', 'dark'] as const;

const longName = 'long memory, wide embedding, no dropout, learning rate by hand, the second of three tries';
const cells = [
  { cell: 'rnn', name: 'Elman RNN' },
  { cell: 'gru', name: longName },
  { cell: 'lstm', name: 'LSTM' },
] as const;

/** What docs/images shows. */
const shown = new Set(['compare', 'run', 'new-run', 'try-dark', 'corpora', 'run-dark']);

async function train(workspace: string, cell: string, name: string): Promise<string> {
  const network = [
    '--cell',
    cell,
    '--layers',
    '1',
    '--hidden',
    '96',
    '--batch',
    '32',
    '--steps',
    '32',
    '--lr',
    '0.005',
  ];
  const length = ['--max-steps', '400', '--eval-every', '20', '--name', name];
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(root, 'out/main/cli.js'),
    ...['train', sample, '--json', '--workspace', workspace],
    ...network,
    ...length,
  ]);
  return (JSON.parse(stdout.split('\n')[0] ?? '') as { run: string }).run;
}

// A trace copies the page at every look of axe, which takes longer than the test.
test.use({ trace: 'off' });

test.describe('the screens', () => {
  const app = new ServedApp('');
  let runs: string[] = [];

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(120_000);
    Object.assign(app, { workspace: await mkdtemp(join(tmpdir(), 'unroll-screens-')) });
    // One text by the screens, the runs' by the command line.
    await app.start();
    const page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(app.url);
    await new Person(page).goTo('Corpora');
    await page.getByRole('button', { name: `Use the sample: ${imported}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click();
    await expect(page.getByRole('link', { name: 'Train on this' })).toBeVisible();
    await page.close();
    await app.stop();
    runs = [];
    for (const { cell, name } of cells) runs.push(await train(app.workspace, cell, name));
    await app.start();
  });

  test.afterAll(async () => {
    await app.stop();
    await rm(app.workspace, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  test('can be worked without a pointer', async ({ page }) => {
    const person = new Person(page);
    const press = (key: string) => page.keyboard.press(key);
    const palette = async (typed: string) => {
      await press('ControlOrMeta+k');
      await page.getByRole('combobox', { name: 'Commands' }).fill(typed);
      await press('Enter');
    };
    const focused = page.locator(':focus');

    await page.goto(app.url);
    await palette('runs');
    await expect(person.heading).toHaveText('Runs');
    const rows = page.getByRole('row').filter({ has: page.getByRole('link') });
    await rows.first().focus();
    await press('ArrowDown');
    await expect(rows.nth(1)).toBeFocused();
    await press('x');
    await press('Shift+ArrowDown');
    await expect(rows.nth(2)).toHaveAttribute('aria-selected', 'true');
    await press('Escape');
    await expect(rows.nth(2)).toHaveAttribute('aria-selected', 'false');
    await press('x');
    await press('ArrowUp');
    await press('x');
    await press('c');
    await expect(person.heading).toHaveText('Compare');
    await expect(page.getByRole('complementary').getByRole('checkbox', { checked: true })).toHaveCount(2);
    await press('/');
    await expect(focused).toHaveAttribute('type', 'search');
    await page.keyboard.type('LSTM');
    await press('Escape');
    await press('?'); // belongs to the field
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await focused.blur();
    await press('?');
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
    await press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);

    // Along the curves, and closer.
    const plot = page
      .getByRole('application')
      .or(page.getByLabel(/arrow keys/))
      .first();
    await plot.focus();
    await press('ArrowLeft');
    await press('+');
    await expect(page.getByRole('button', { name: 'Show everything' })).toBeVisible();
    await press('0');
    await expect(page.getByRole('button', { name: 'Show everything' })).toHaveCount(0);

    await press('n');
    await person.startSmall('GRU', 100_000, 'small GRU');
    await person.expectStatus('Training');
    await palette('LSTM');
    await expect(person.heading).toHaveText('LSTM');
    await press('Space'); // what trains, from any screen
    await palette('small GRU');
    await person.expectStatus('Paused');
    await press('Space');
    await person.expectStatus('Training');
    await page.getByRole('button', { name: 'Stop' }).focus();
    await press('Enter');
    await person.expectStatus('Stopped');
    await page.getByRole('button', { name: 'More actions' }).focus();
    await press('Enter');
    await expect(page.getByRole('menuitem').first()).toBeFocused();
    await press('Escape');
    await expect(page.getByRole('button', { name: 'More actions' })).toBeFocused();
    await focused.blur();
    await press('n');
    await expect(person.heading).toHaveText('New run');
    await page.getByRole('radio', { name: 'LSTM' }).focus();
    await press('ArrowLeft');
    await expect(page.getByRole('radio', { name: 'GRU' })).toBeChecked();
    await expect(page.getByRole('radio', { name: 'GRU' })).toBeFocused();
  });

  test('are accessible, complete and quiet, light and dark', async ({ page }, testInfo) => {
    test.setTimeout(300_000);
    const person = new Person(page);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const found = watch(page, new URL(app.url).host);
    await page.goto(app.url);
    const base = page.url().replace(/#.*$/, '');
    const goTo = (hash: string) => page.goto(base + hash);
    const chart = page.getByRole('figure').first();

    async function picture(name: string): Promise<void> {
      // The pointer must not leave a hover or a tooltip in the picture.
      await page.mouse.move(0, 0);
      const path = testInfo.outputPath(`${name}.png`);
      await page.screenshot({ path, animations: 'disabled' });
      if (process.env['UNROLL_SCREENSHOTS'] !== '1' || !shown.has(name)) return;
      await mkdir(images, { recursive: true });
      await copyFile(path, join(images, `${name}.png`));
    }

    /** Checks and pictures of what is open now. */
    async function look(name: string, inThemes: readonly (typeof themes)[number][] = themes): Promise<void> {
      for (const theme of inThemes) {
        await page.emulateMedia({ colorScheme: theme });
        await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
        const title = theme === 'light' ? name : `${name}-${theme}`;
        await picture(title);
        await expectAccessible(page, title);
      }
      await expectWithin(page, name);
    }

    async function close(): Promise<void> {
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog')).toHaveCount(0);
    }

    const screens: [name: string, open: () => Promise<unknown>][] = [
      [
        'corpora',
        async () => {
          await goTo('#/corpora');
          await page.getByRole('link', { name: imported }).click();
          await expect(page.getByRole('heading', { level: 2, name: imported })).toBeVisible();
          await expect(page.getByRole('region', { name: 'Text' })).toContainText('Time Traveller');
        },
      ],
      [
        'runs',
        async () => {
          await goTo('#/runs');
          await expect(page.getByRole('link', { name: longName })).toBeVisible();
        },
      ],
      [
        'run',
        async () => {
          await goTo(`#/runs/${runs[2]}`);
          await expect(chart).toBeVisible();
        },
      ],
      [
        'new-run',
        async () => {
          await goTo(`#/new?copy=${runs[2]}`);
          await expect(page.getByRole('button', { name: 'Start training' })).toBeEnabled();
          await expect(page.locator('.katex').first()).toBeVisible();
        },
      ],
      [
        'compare',
        async () => {
          await goTo(`#/compare?runs=${runs.join(',')}`);
          await expect(chart).toBeVisible();
          await expect(page.getByRole('status', { name: /loading/i })).toHaveCount(0);
        },
      ],
      [
        'settings',
        async () => {
          await goTo('#/settings');
          await expect(page.getByRole('table')).toBeVisible();
        },
      ],
    ];
    for (const [name, open] of screens) {
      await page.setViewportSize(wide);
      await open();
      await look(name);
      await page.setViewportSize(narrow);
      await picture(`${name}-narrow`);
      await expectWithin(page, `${name}, narrow`);
    }
    await page.setViewportSize(wide);

    await goTo(`#/try/${runs[2]}`);
    await person.fill({ Prompt: 'The Time Traveller ', Length: 900, Seed: 7, Temperature: 0.6 });
    await page.getByRole('button', { name: 'Generate' }).click();
    await expect(page.getByText(/tokens\/s|tok\/s/).first()).toBeVisible();
    await expect(page.getByRole('button', { name: 'Stop' })).toHaveCount(0);
    await look('try');
    await page.setViewportSize(narrow);
    await picture('try-narrow');
    await expectWithin(page, 'try, narrow');
    await page.setViewportSize(wide);
    await page.getByRole('combobox').click();
    await expect(page.getByRole('option').first()).toBeVisible();
    await look('try-choosing', ['dark']);
    await page.keyboard.press('Escape');

    // What opens over the screens.
    await goTo('#/runs');
    await page.getByRole('checkbox', { name: 'Select LSTM' }).check();
    await page.getByRole('checkbox', { name: 'Select Elman RNN' }).check();
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
    await look('keys', ['light']);
    await close();
    await page.keyboard.press('ControlOrMeta+k');
    await expect(page.getByRole('option').first()).toBeVisible();
    await look('palette', ['dark']);
    await close();
    await look('runs-selected', ['dark']);
    await goTo('#/corpora');
    await person.drop(
      'notes.txt',
      'It was the best of times, it was the worst of times, it was the age of wisdom…\n'.repeat(30),
    );
    await expect(page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true })).toBeEnabled();
    await look('import');
    await close();

    // While one trains; then it is paused, and another waits behind it.
    await goTo(`#/new?copy=${runs[1]}`);
    await person.startSmall('LSTM', 100_000, 'in training');
    await expect.poll(() => person.validationPerplexity(), { timeout: 60_000 }).toBeLessThan(16);
    await look('training');
    await page.keyboard.press('Space');
    await person.expectStatus('Paused');
    await page.getByRole('button', { name: 'More actions' }).click();
    await expect(page.getByRole('menu')).toBeVisible();
    await look('menu', ['light']);
    await page.getByRole('menuitem', { name: 'Duplicate with changes…' }).click();
    await person.startSmall('GRU', 200, 'waits');
    await person.expectStatus('Queued');
    await look('queued', ['light']);
    await goTo('#/runs');
    await expect(page.getByRole('grid')).toContainText('Paused');
    await look('runs-waiting');

    expect(found).toEqual([]);
  });
});
