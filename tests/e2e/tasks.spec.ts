/**
 * Every architecture as a person meets it: data dropped in, a network chosen by its picture, trained, its measure read, and the
 * network used. The data are small and easy, so that seconds of training are enough to be right.
 */
import { copyFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './app.ts';
import { expectAccessible, expectWithin, watch } from './looks.ts';
import { Person } from './person.ts';

const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n') + '\n';

/** What a figure of the Run screen's table is, in percent or as it stands. */
async function tableFigure(page: Page, name: string, column: 'best' | 'last' | 'test'): Promise<number> {
  const place = { best: 0, last: 1, test: 2 }[column];
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
  return Number.parseFloat((await row.getByRole('cell').nth(place).innerText()).replaceAll(',', ''));
}

/** What docs/images shows. */
const images: Readonly<Record<string, string>> = {
  'tagger before it is trained': 'new-run-tagger',
  'translator in use': 'translate',
};

class Student extends Person {
  /** Imports a data file and goes on to New run. */
  async beginWith(name: string, text: string): Promise<void> {
    await this.importByDropping(name, text);
    await this.page.getByRole('link', { name: 'Train on this' }).click();
    await expect(this.heading).toHaveText('New run');
  }

  /** @param task null where the shape has one only */
  async expectShape(shape: string, task: string | null): Promise<void> {
    await expect(this.page.getByRole('radio', { name: shape })).toBeChecked();
    if (task !== null) await expect(this.page.getByRole('combobox', { name: 'Task' })).toContainText(task);
  }

  async trainToTheEnd(name: string, fields: Record<string, string | number>): Promise<void> {
    await this.fill({ ...fields, Name: name });
    const start = this.page.getByRole('button', { name: 'Start training' });
    await expect(start).toBeEnabled();
    await this.look(`${name} before it is trained`);
    await start.click();
    await expect(this.heading).toHaveText(name);
    await this.expectStatus('Finished');
    await this.look(name);
  }

  /** The screen as it is, judged; its picture goes to test-results. */
  async look(name: string): Promise<void> {
    // A notice that is fading away has, for a moment, hardly any contrast.
    await expect(this.page.locator('[data-sonner-toast]')).toHaveCount(0, { timeout: 45_000 });
    await expectAccessible(this.page, name);
    await expectWithin(this.page, name);
    const path = `test-results/tasks/${name}.png`;
    await this.page.screenshot({ path });
    const image = images[name];
    if (image && process.env['UNROLL_SCREENSHOTS'] === '1') await copyFile(path, `docs/images/${image}.png`);
  }

  async tryIt(): Promise<Locator> {
    await this.page.getByRole('link', { name: 'Try it' }).click();
    await expect(this.heading).toHaveText('Try');
    return this.page.getByRole('region', { name: 'Answer', exact: true });
  }
}

test.describe.configure({ timeout: 240_000 });
// A trace copies the page at every look of axe, which takes longer than the test.
test.use({ actionTimeout: 20_000, trace: 'off' });

let found: string[] = [];
test.beforeEach(({ app, page }) => {
  found = watch(page, new URL(app.url).host);
});
test.afterEach(() => {
  expect(found).toEqual([]);
});

test('many to many, aligned: tagging', async ({ app, page }) => {
  const student = new Student(page);
  await page.goto(app.url);
  const nouns = ['cat', 'dog', 'owl', 'fish'];
  const verbs = ['sings', 'sleeps', 'runs'];
  const sentence = (i: number) =>
    `the\tDET\n${nouns[i % 4]}\tNOUN\n${verbs[i % 3]}\tVERB\n${i % 2 ? '!' : '.'}\tPUNCT\n`;
  await student.beginWith('animals.conll', lines(160, sentence));
  await student.expectShape('Many to many, aligned', 'Tagging');
  await student.trainToTheEnd('tagger', { 'Hidden units': 16, epochs: 12, 'Learning rate': 0.02 });
  expect(await tableFigure(page, 'token accuracy', 'test')).toBe(100);
  await expect(page.getByRole('region', { name: /^Tag by tag/ })).toContainText('NOUN');

  const answer = await student.tryIt();
  await page.getByRole('textbox', { name: 'Sentence' }).fill('the owl sleeps !');
  const tags = answer.getByRole('list', { name: 'Tags' });
  for (const tag of ['DET', 'NOUN', 'VERB', 'PUNCT']) await expect(tags).toContainText(tag);
  await student.look('tagger in use');
});

test('many to many, unaligned: translation with attention', async ({ app, page }) => {
  const student = new Student(page);
  await page.goto(app.url);
  const english = ['one', 'two', 'three', 'four'];
  const spanish = ['uno', 'dos', 'tres', 'cuatro'];
  const numbers = (i: number) => [i % 4, (i >> 2) % 4, (i >> 4) % 4].slice(0, 1 + (i % 3));
  const say = (words: readonly string[], i: number) =>
    numbers(i)
      .map((n) => words[n])
      .join(' ');
  await student.beginWith(
    'numbers.tsv',
    lines(256, (i) => `${say(english, i)}\t${say(spanish, i)}`),
  );
  await page.getByRole('radio', { name: 'Many to many, unaligned' }).click();
  await student.expectShape('Many to many, unaligned', null);
  await student.trainToTheEnd('translator', {
    ...{ 'Hidden units, encoder': 24, 'Embedding width': 16, 'Examples side by side': 16 },
    ...{ 'Learning rate': 0.02, epochs: 12 },
  });
  expect(await tableFigure(page, 'exact match', 'test')).toBeGreaterThan(80);

  const answer = await student.tryIt();
  await page.getByRole('textbox', { name: 'Text' }).fill('two four');
  await expect(answer).toContainText('dos cuatro');
  const attention = answer.getByRole('figure', { name: 'Attention' });
  await expect(attention).toContainText('four');
  await expect(attention).toContainText('cuatro');
  await student.look('translator in use');
});

test('many to one: classification, and a bad row that is shown and left out', async ({ app, page }) => {
  const student = new Student(page);
  await page.goto(app.url);
  const moods = { good: ['lovely', 'bright'], bad: ['awful', 'grey'] } as const;
  const row = (i: number) => {
    const mood = i % 2 ? 'good' : 'bad';
    return `"a ${moods[mood][(i >> 1) % 2]} day, number ${i % 5}",${mood}`;
  };
  const broken = 'no label at all';
  await student.beginWith('days.csv', `text,label\n${lines(80, row)}${broken}\n${lines(80, row)}`);
  await student.expectShape('Many to one', 'Classification');
  await expect(page.getByText(/line 82/i)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start training' })).toBeDisabled();
  await page.getByRole('switch', { name: /Leave out/ }).click();
  await student.trainToTheEnd('moods', {
    'Hidden units': 16,
    'Embedding width': 12,
    epochs: 15,
    'Learning rate': 0.02,
  });
  expect(await tableFigure(page, 'accuracy', 'test')).toBe(100);
  await expect(page.getByRole('grid', { name: /confusion/i })).toBeVisible();

  const answer = await student.tryIt();
  await page.getByRole('textbox', { name: 'Text' }).fill('a lovely day');
  await expect(answer.getByRole('list', { name: 'Probabilities' }).getByRole('listitem').first()).toContainText('good');
  await student.look('moods in use');
});

test('one to many: a text for a label', async ({ app, page }) => {
  const student = new Student(page);
  await page.goto(app.url);
  const row = (i: number) => (i % 2 ? `${'ab'.repeat(1 + (i % 3))},letters` : `${'12'.repeat(1 + (i % 3))},digits`);
  await student.beginWith('names.csv', `text,label\n${lines(160, row)}`);
  await page.getByRole('radio', { name: 'One to many' }).click();
  await student.expectShape('One to many', null);
  await student.trainToTheEnd('generator', {
    'Hidden units': 24,
    'Embedding width': 8,
    epochs: 15,
    'Learning rate': 0.02,
  });
  expect(await student.validationPerplexity()).toBeLessThan(2);

  const answer = await student.tryIt();
  await page.getByRole('combobox', { name: 'Label' }).click();
  await page.keyboard.type('lett');
  await page.getByRole('option', { name: 'letters' }).click();
  await page.getByRole('button', { name: 'Generate' }).click();
  const texts = answer.getByRole('list');
  await expect(texts).toContainText(/ab/);
  await expect(texts).not.toContainText(/12/);
  await student.look('generator in use');
});

test('one to one: a standard network', async ({ app, page }) => {
  const student = new Student(page);
  await page.goto(app.url);
  const row = (i: number) => {
    const [a, b] = [(i * 7) % 20, (i * 13) % 20];
    return `${a / 10},${b / 10},${a > b ? 'left' : 'right'}`;
  };
  await student.beginWith('balance.csv', `a,b,side\n${lines(200, row)}`);
  await page.getByRole('radio', { name: 'One to one' }).click();
  await student.expectShape('One to one', 'Class of a row');
  await student.trainToTheEnd('standard', { 'Hidden units': 16, epochs: 30, 'Learning rate': 0.02 });
  expect(await tableFigure(page, 'accuracy', 'test')).toBeGreaterThan(85);

  const answer = await student.tryIt();
  await page.getByRole('textbox', { name: 'a', exact: true }).fill('1.9');
  await page.getByRole('textbox', { name: 'b', exact: true }).fill('0.1');
  await expect(answer.getByRole('list', { name: 'Probabilities' }).getByRole('listitem').first()).toContainText('left');
  await student.look('standard in use');
});

test('numbers: a forecast beside the truth and the naive one', async ({ app, page }) => {
  const student = new Student(page);
  await page.goto(app.url);
  await student.beginWith('tide.csv', `hour,level\n${lines(400, (i) => `${i},${Math.sin(i / 4).toFixed(4)}`)}`);
  await page.getByRole('radio', { name: 'Many to one' }).click();
  await student.expectShape('Many to one', 'Forecast');
  await page.getByRole('group', { name: 'Inputs' }).getByLabel('hour').uncheck();
  await student.fill({ 'Steps ahead': 4 });
  await student.trainToTheEnd('tide', { 'Hidden units': 16, epochs: 10, 'Learning rate': 0.02 });
  expect(await tableFigure(page, 'RMSE ÷ naive', 'test')).toBeLessThan(0.5);
  const chart = page.getByRole('figure', { name: 'level' });
  await expect(chart).toContainText('truth');
  await expect(chart).toContainText('forecast');

  const answer = await student.tryIt();
  await expect(answer.getByRole('region', { name: 'Forecast' }).getByRole('row')).toHaveCount(1 + 4);
  await student.look('tide in use');
});

test('a bidirectional language model is refused with the reason', async ({ app, page }) => {
  const student = new Student(page);
  await page.goto(app.url);
  await student.beginWith('plain.txt', 'The quick brown fox jumps over the lazy dog. '.repeat(200));
  await page.getByRole('switch', { name: 'Bidirectional' }).click();
  await expect(page.getByText(/cannot predict text from left to right/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start training' })).toBeDisabled();
});
