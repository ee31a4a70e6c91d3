/** Models exported as pages, opened from disk, without a network, beside what Unroll itself answers. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test as base, type Page } from '@playwright/test';
import { htmlFiles } from '../../src/engine/export/html/html.ts';
import { Generator } from '../../src/engine/inference/generator.ts';
import { predict } from '../../src/engine/inference/predict.ts';
import type { Prediction, PredictionInput } from '../../src/engine/inference/prediction.ts';
import type { GenerateOptions } from '../../src/engine/protocol.ts';
import { caseOf, make, type Made } from '../standalone/models.ts';
import { expectAccessible, watch } from './looks.ts';

const built = join(import.meta.dirname, '../../out/standalone');
const pictures = join(import.meta.dirname, '../../test-results/screens');
/** Bytes of a page without its model. */
const mostBytes = 300_000;

interface Opened extends Made {
  readonly page: Page;
}

const test = base.extend<{ open: (name: string, precision?: 'float32' | 'float16') => Promise<Opened> }>({
  open: async ({ page, context }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'unroll-page-'));
    const requests: string[] = [];
    let found: string[] = [];
    await use(async (name, precision = 'float32') => {
      const made = await make(caseOf(name));
      const [script, style] = await Promise.all(
        ['page.js', 'page.css'].map((file) => readFile(join(built, file), 'utf8')),
      );
      const [file] = await htmlFiles(made.model, { script: script!, style: style! }, precision);
      const path = join(folder, `${name}.html`);
      await writeFile(path, file!.bytes);
      await context.setOffline(true);
      await context.route(/^(?!file:)/, (route) => route.abort());
      found = watch(page, '');
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(pathToFileURL(path).href);
      return { ...made, page };
    });
    // The file itself, once, and nothing that it should not have done.
    expect(found).toEqual([]);
    expect(requests.filter((url) => !url.startsWith('file:') || !url.endsWith('.html'))).toEqual([]);
    await rm(folder, { recursive: true });
  },
});

async function textOf({ model, kernels, parameters, tokenizer }: Made, options: GenerateOptions): Promise<string> {
  const generator = new Generator(kernels, model.architecture, tokenizer!, parameters);
  let text = '';
  for await (const piece of generator.generate(options)) text += piece;
  return text;
}

async function answerOf<Kind extends Prediction['kind']>(made: Made, kind: Kind, input: PredictionInput) {
  const { model, kernels, parameters, codec } = made;
  const answer = await predict({ kernels, parameters, codec: codec!, architecture: model.architecture }, input);
  expect(answer.kind).toBe(kind);
  return answer as Extract<Prediction, { kind: Kind }>;
}

const percent = (probability: number) => `${Number((100 * probability).toPrecision(3))} %`.replace(/^(\d\d) /, '$1.0 ');

for (const name of ['characters', 'words', 'byte pairs']) {
  test(`a language model of ${name} writes what Unroll writes`, async ({ open }) => {
    const opened = await open(name);
    const { page } = opened;
    await page.getByLabel('Prompt').fill('the cat');
    const written = page.getByRole('region', { name: 'Generated text' });
    for (const options of [
      { temperature: 0, topK: null, topP: null, seed: 1, length: 60 },
      { temperature: 0.9, topK: 5, topP: 0.9, seed: 1234, length: 300 },
    ]) {
      await page.getByLabel('Length').fill(String(options.length));
      await page.getByRole('textbox', { name: 'Temperature' }).fill(String(options.temperature));
      await page.getByLabel('Top-k').fill(String(options.topK ?? ''));
      await page.getByLabel('Top-p').fill(String(options.topP ?? ''));
      await page.getByLabel('Seed', { exact: true }).fill(String(options.seed));
      await page.getByRole('button', { name: 'Generate' }).click();
      const want = await textOf(opened, { prompt: 'the cat', ...options });
      await expect.poll(() => written.textContent()).toBe(`the cat${want}`);
    }
  });
}

test('a long text can be watched, and stopped', async ({ open }) => {
  const { page } = await open('words');
  await page.getByLabel('Length').fill('1000000');
  await page.getByRole('button', { name: 'Generate' }).click();
  const written = page.getByRole('region', { name: 'Generated text' });
  await expect(written).toHaveText(/\w+/);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText(/tokens · .* · stopped/)).toBeVisible();
  // The worker is free for the next.
  await page.getByLabel('Length').fill('7');
  await page.getByRole('button', { name: 'Generate' }).click();
  await expect(page.getByText(/^7 tokens/)).toBeVisible();
});

test('settings that make no sense are told, and nothing is written', async ({ open }) => {
  const { page } = await open('characters');
  await page.getByRole('textbox', { name: 'Temperature' }).fill('warm');
  await expect(page.getByText('“warm” is not a number')).toBeVisible();
  await page.getByLabel('Top-p').fill('2');
  await expect(page.getByRole('alert')).toHaveCount(2);
  await expect(page.getByRole('button', { name: 'Generate' })).toBeDisabled();
});

test('a page is small beside its model, and says what the model is', async ({ open }) => {
  const { page, model } = await open('characters');
  const bytes = Buffer.byteLength(await page.content());
  expect(bytes).toBeLessThan(mostBytes);
  await expect(page).toHaveTitle(model.name);
  await page.getByText('About this model').click();
  await expect(page.getByText(model.corpusHash)).toBeVisible();
  await expect(page.getByText('1,234 steps')).toBeVisible();
});

test('in half precision it writes as well', async ({ open }) => {
  const { page } = await open('words', 'float16');
  await page.getByRole('button', { name: 'Generate' }).click();
  await expect(page.getByText('500 tokens')).toBeVisible();
});

test('a text is classified as Unroll does', async ({ open }) => {
  const opened = await open('classification');
  const { page } = opened;
  await page.getByLabel('Text').fill('the <b>cat</b> sat');
  const { classes } = await answerOf(opened, 'class', { kind: 'text', text: 'the <b>cat</b> sat' });
  const rows = page.getByRole('list', { name: 'Probabilities' }).getByRole('listitem');
  await expect(rows).toHaveCount(classes.length);
  for (const [at, { label, probability }] of classes.entries()) {
    await expect(rows.nth(at)).toContainText(label);
    await expect(rows.nth(at)).toContainText(percent(probability));
  }
});

test('a sentence is tagged as Unroll does', async ({ open }) => {
  const opened = await open('tagging');
  const { page } = opened;
  await page.getByLabel('Sentence').fill('the cat sat');
  const { tokens } = await answerOf(opened, 'tags', { kind: 'text', text: 'the cat sat' });
  for (const { token, tags } of tokens) {
    await expect(page.getByRole('button', { name: `${token}: ${tags[0]}` })).toBeVisible();
  }
});

test('a text is translated as Unroll does', async ({ open }) => {
  const opened = await open('translation');
  const { page } = opened;
  const translate = { width: 3, lengthPenalty: 0.6, best: 2, maxLength: 12 };
  await page.getByLabel('Beam width').fill(String(translate.width));
  await page.getByLabel('Translations', { exact: true }).fill(String(translate.best));
  await page.getByLabel('Longest').fill(String(translate.maxLength));
  await page.getByLabel('Text').fill('the cat sat');
  const { translations } = await answerOf(opened, 'translations', { kind: 'text', text: 'the cat sat', translate });
  for (const { text } of translations) await expect(page.getByText(text, { exact: true })).toBeVisible();
});

test('texts are generated for a label as Unroll does', async ({ open }) => {
  const opened = await open('conditional generation');
  const { page } = opened;
  await page.getByLabel('Label', { exact: true }).selectOption('English');
  const generate = { count: 8, length: 200, temperature: 0.8, topK: null, topP: null, seed: 1 };
  const { samples } = await answerOf(opened, 'generated', { kind: 'label', label: 'English', generate });
  await expect(page.getByRole('heading', { name: 'Texts for “English”' })).toBeVisible();
  const rows = page.getByRole('listitem');
  for (const [at, { text }] of samples.entries()) await expect(rows.nth(at)).toContainText(text);
});

test('a series is forecast as Unroll does', async ({ open }) => {
  const opened = await open('forecasting');
  const { page } = opened;
  await page.getByLabel('Rows').fill('sun,rain\n1,2\n3,4\n5,6\n7,8.5');
  const rows = [[1, 2], [3, 4], [5, 6], [7, 8.5]]; // prettier-ignore
  const { steps } = await answerOf(opened, 'forecast', { kind: 'rows', rows });
  for (const [at, [value]] of steps.entries()) {
    const cell = page.getByRole('cell').nth(at);
    await expect.poll(async () => Math.abs(Number(await cell.textContent()) - value!)).toBeLessThan(1e-3);
  }
  await page.getByLabel('Rows').fill('1,2\n3');
  await expect(page.getByText('Line 2 has 1 cell; expected 2.')).toBeVisible();
});

test('a row is judged as Unroll does', async ({ open }) => {
  const opened = await open('standard');
  const { page } = opened;
  await page.getByLabel('width').fill('2');
  await page.getByLabel('height').fill('-3.5');
  const answer = await answerOf(opened, 'row-classes', { kind: 'rows', rows: [[2, -3.5]] });
  const [first] = answer.rows[0]!;
  const rows = page.getByRole('list', { name: 'Probabilities' }).getByRole('listitem');
  await expect(rows.first()).toContainText(first!.label);
  await expect(rows.first()).toContainText(percent(first!.probability));
});

test('pages are accessible, light and dark, and fit narrow screens', async ({ open }) => {
  test.setTimeout(120_000);
  for (const name of ['characters', 'translation']) {
    const { page } = await open(name);
    if (name === 'characters') await page.getByRole('button', { name: 'Generate' }).click();
    else await page.getByLabel('Text').fill('the cat');
    await page.getByText('About this model').click();
    await expect(page.getByRole('button', { name: 'Copy' }).first()).toBeVisible();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 900, height: 600 });
      await expectAccessible(page, `${name}, ${colorScheme}`);
      await page.screenshot({ path: join(pictures, `page-${name}-${colorScheme}.png`), fullPage: true });
    }
    await page.setViewportSize({ width: 360, height: 640 });
    expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), `${name}, narrow`).toBe(360);
  }
});
