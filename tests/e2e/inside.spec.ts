/**
 * Looking inside trained networks: every picture says something of this run's own numbers, and the numbers behind it say the same.
 * Pictures of each, light and dark, go to test-results.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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
    // The spectral radius goes with it, a line for the one block of a plain cell.
    await picture.getByRole('figure', { name: 'Spectral radius over training' }).getByRole('button').click();
    const radii = await numbersOf(page, 'Spectral radius over training: measured values');
    expect(radii[0]![0]).toBe(1);
    expect(radii.every(([, radius]) => radius! > 0.1 && radius! < 10)).toBe(true);
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
    const over = page.getByRole('figure', { name: 'Histogram over training' });
    await over.getByRole('group').focus();
    await page.keyboard.press('Home');
    await expect(page.getByText('The thin line is the network at training step 1.')).toBeVisible();
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

/** Trains on a file by the command line; answers with the run's id. */
async function trainOn(workspace: string, file: string, ...options: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(root, 'out/main/cli.js'),
    ...['train', file, '--json', '--workspace', workspace, ...options],
  ]);
  const line = stdout.split('\n').find((one) => one.includes('"run"')) ?? '{}';
  return (JSON.parse(line) as { run: string }).run;
}

test.describe('neurons, predictions and equations', () => {
  const app = new ServedApp('');
  const runs = { text: '', classes: '', pairs: '' };
  const kinds = { animal: ['cat', 'dog', 'horse', 'cow'], plant: ['oak', 'fern', 'moss', 'rose'] };

  const named = Object.entries(kinds).flatMap(([kind, words]) =>
    words.flatMap((word) => words.map((other) => `${word} ${other}\t${kind}`)),
  );
  const translated: Readonly<Record<string, string>> = { red: 'rot', blue: 'blau', cat: 'Katze', dog: 'Hund' };
  const pairs = Object.entries(translated).flatMap(([a, A]) =>
    Object.entries(translated).map(([b, B]) => `${a} ${b}\t${A} ${B}`),
  );

  test.beforeAll(async () => {
    test.setTimeout(180_000);
    const workspace = await mkdtemp(join(tmpdir(), 'unroll-inside-'));
    Object.assign(app, { workspace });
    const file = async (name: string, lines: readonly string[]) => {
      const path = join(workspace, name);
      await writeFile(path, `${[...lines, ...lines, ...lines].join('\n')}\n`);
      return path;
    };
    const small = ['--layers', '1', '--batch', '16', '--lr', '0.01', '--valid', '0.2', '--test', '0.1'];
    runs.text = await trainOn(workspace, sample, '--hidden', '48', ...small, '--max-steps', '300', '--name', 'a text');
    const words = ['--tokenizer', 'word', '--hidden', '24', ...small];
    const things = await file('things.tsv', ['text\tlabel', ...named]);
    runs.classes = await trainOn(
      workspace,
      things,
      ...['--task', 'classification', ...words, '--max-steps', '40', '--name', 'classes', '--skip-bad-rows'],
    );
    const texts = await file('pairs.tsv', pairs);
    runs.pairs = await trainOn(
      workspace,
      texts,
      '--task',
      'translation',
      ...words,
      '--max-steps',
      '40',
      '--name',
      'pairs',
    );
    await app.start();
  });

  test.afterAll(async () => {
    await app.stop();
    await rm(app.workspace, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  async function open(page: Page, run: string, picture: string): Promise<string[]> {
    const { host, origin } = new URL(app.url);
    const found = watch(page, host);
    await page.goto(app.url);
    await page.goto(`${origin}/#/inside/${run}?picture=${picture}`);
    return found;
  }

  test('neurons: a map of them all, and the text in the colours of one', async ({ page }, testInfo) => {
    test.setTimeout(180_000);
    const found = await open(page, runs.text, 'neurons');
    await expect(page.getByText(/48 neurons, a row each, over tokens 1 to 2,000/)).toBeVisible();

    // The map by keys: each arrow moves by one, and says what is there.
    const map = page.getByRole('group', { name: /^Heat map/ });
    await map.focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
    await expect(
      page.getByRole('status').filter({ hasText: /^Neuron \d+ at step 3, “.”: -?[01]\.\d\d$/ }),
    ).toBeVisible();

    // A gate is between 0 and 1.
    await page.getByRole('combobox', { name: 'What of it' }).or(page.getByLabel('What of it')).first().click();
    await page.getByRole('option', { name: 'Forget gate f' }).click();
    await expect(page.getByText(/^Forget gate f of 48 neurons/)).toBeVisible();
    await page.getByRole('button', { name: 'Values as a table' }).click();
    const value = page
      .getByRole('table', { name: 'Values as a table' })
      .getByRole('row')
      .nth(1)
      .getByRole('cell')
      .nth(2);
    await expect(value).toHaveText(/^(0\.\d\d|1\.00)$/);
    await page.getByRole('button', { name: 'Values in the text' }).click();

    // One's own text; a span of it, and where else the same neurons fire.
    await page.getByRole('radio', { name: 'Your own text' }).click();
    await page.getByRole('textbox', { name: 'Text' }).fill('The Time Traveller and the machine');
    await page.keyboard.press('ControlOrMeta+Enter');
    await expect(page.getByText(/over your text of 34 tokens/)).toBeVisible();
    const text = page.getByRole('group', { name: /^The text in the colours/ });
    await text.focus();
    for (const key of ['ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight']) await page.keyboard.press(key);
    const span = page.getByRole('region', { name: 'Selected span' });
    await expect(span).toContainText('he␣');
    await expect(span).toContainText(/\d+ neurons? beyond ±0\.50? at every step of it/);
    await span.getByRole('button', { name: 'Find other places' }).click();
    const places = page.getByRole('list', { name: /^Places/ });
    await expect(places.getByRole('listitem').first()).toContainText(/\d %.*token/);

    // One of them is shown in the text, where it is selected.
    const place = places.getByRole('button').nth(2);
    const [, token] = /token ([\d,]+)/.exec(await place.innerText()) ?? [];
    await place.click();
    await expect(place).toHaveAttribute('aria-current', 'location');
    await expect(page.getByText(/over tokens [\d,]+ to [\d,]+ of the/)).toBeVisible();
    const from = await page.getByRole('textbox', { name: 'From token' }).inputValue();
    const step = Number(token?.replaceAll(',', '')) - Number(from.replaceAll(',', '')) + 1;
    await expect(page.getByRole('status').filter({ hasText: ` at step ${step.toLocaleString('en')}, ` })).toBeVisible();
    await expect(page.locator('.selected').first()).toBeInViewport();
    await look(page, testInfo, 'neurons');

    // All values, those in view written out.
    await page.getByRole('button', { name: 'Show as table' }).click();
    const values = page.getByRole('region', { name: 'Values by step and neuron' });
    await expect(values.getByRole('table')).toHaveAttribute('aria-rowcount', '2001');
    await expect(
      values
        .getByRole('cell')
        .filter({ hasText: /^(0\.\d\d|1\.00)$/ })
        .first(),
    ).toBeVisible();
    await expectAccessible(page, 'neurons as a table');
    expect(found).toEqual([]);
  });

  test('predictions: a text by its surprisal, and what was expected instead', async ({ page }, testInfo) => {
    test.setTimeout(180_000);
    const found = await open(page, runs.text, 'predictions');
    const sentence = page.getByText(/the network was surprised by [\d.]+ bits a token on average: a perplexity of/);
    const [, bits, perplexity] = /by ([\d.]+) bits.*perplexity of ([\d.]+)/.exec(await sentence.innerText()) ?? [];
    expect(2 ** Number(bits)).toBeGreaterThan(0.98 * Number(perplexity));
    expect(2 ** Number(bits)).toBeLessThan(1.02 * Number(perplexity));
    // A small network after little training: much better than chance, far from perfect.
    expect(Number(perplexity)).toBeGreaterThan(2);
    expect(Number(perplexity)).toBeLessThan(25);

    await page.locator('[data-index="30"]').click();
    const expected = page.getByRole('region', { name: /^What the network expected at/ });
    await expect(expected.getByRole('listitem')).toHaveCount(11); // ten, and all others
    const shares = await expected.getByRole('listitem').first().innerText();
    expect(Number.parseFloat(/([\d.]+) %/.exec(shares)?.[1] ?? '')).toBeGreaterThan(1);
    await page.keyboard.press('ArrowRight');
    await expect(page.locator('[data-index="31"]')).toHaveClass(/\bat\b/);
    await look(page, testInfo, 'predictions');

    await page.getByRole('button', { name: 'Tokens as a table' }).click();
    await expect(page.getByRole('table', { name: 'Tokens as a table' }).getByRole('row').nth(2)).toContainText(
      /\d\.\d/,
    );
    expect(found).toEqual([]);
  });

  test('predictions: a translation with its attention, a confusion with its examples', async ({ page }, testInfo) => {
    test.setTimeout(180_000);
    const found = await open(page, runs.pairs, 'predictions');
    await expect(page.getByText(/^Source: (red|blue|cat|dog) /)).toBeVisible();
    await expect(page.getByRole('figure', { name: /ttention/ })).toBeVisible();
    await look(page, testInfo, 'attention');

    await page.goto(`${new URL(app.url).origin}/#/inside/${runs.classes}?picture=predictions`);
    await expect(
      page.getByText(/The network answers [\d.]+ % of \d+ examples of the validation part right/),
    ).toBeVisible();
    const cell = page.getByRole('gridcell', { name: /^animal as animal/ });
    await cell.click();
    await expect(cell).toHaveAttribute('aria-selected', 'true');
    const examples = page.getByRole('region', { name: 'animal, answered right' });
    await expect(examples.getByRole('listitem').first()).toContainText(
      /(cat|dog|horse|cow) .*[\d.]+ % sure · line \d+/,
    );
    await look(page, testInfo, 'confusion');
    expect(found).toEqual([]);
  });

  test('equations: terms in the formulas and the drawing, and one step in numbers', async ({ page }, testInfo) => {
    test.setTimeout(180_000);
    const found = await open(page, runs.text, 'equations');
    await expect(page.getByText(/48 numbers from the step before/)).toBeVisible();

    // A term in the list lights its place in the formulas and in the drawing.
    const forget = page.getByRole('button', { name: /forget gate: how much/ });
    await forget.last().focus();
    await expect(page.locator('.katex-html [data-term="f"].lit').first()).toBeVisible();
    await expect(page.locator('g.gate.lit')).toHaveAttribute('aria-label', /^forget gate/);
    await look(page, testInfo, 'equations');

    await page.getByRole('radio', { name: 'One step in numbers' }).click();
    const next = page.getByRole('button', { name: 'Next step', exact: true });
    for (let i = 0; i < 4; i++) await next.click();
    await expect(page.getByText(/Step 5 of 18: Cell state/)).toBeVisible();
    // c = f c + i g, by hand.
    await expect(
      page.getByRole('button', { name: 'cell state: what is remembered from step to step: 0.784, -0.426' }).first(),
    ).toBeVisible();
    await next.press('ArrowRight');
    await next.press('ArrowRight');
    await expect(page.getByText(/Step 7 of 18: Output gate/)).toBeVisible();
    await look(page, testInfo, 'steps');

    // The same of this very network: the state after it is o tanh(c), both written out.
    await page.getByRole('radio', { name: 'This model' }).click();
    await expect(page.getByText(/^After 64 steps of the validation part/)).toBeVisible();
    await expect(page.getByText('Units 0, 1, 2 of 48')).toBeVisible();
    await page.getByRole('button', { name: 'Hidden state', exact: true }).first().click();
    await expect(page.getByText(/Step 6 of 18: Hidden state/)).toBeVisible();
    await look(page, testInfo, 'steps-of-the-model');
    expect(found).toEqual([]);
  });
});
