/** What a person does, in the words of the screens. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';

const sample = join(import.meta.dirname, '../../resources/samples/timemachine.txt');

/** The first part of the bundled sample: enough to learn from in seconds. */
export const shortText = readFileSync(sample, 'utf8').slice(0, 60_000);

export class Person {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async goTo(screen: 'Corpora' | 'Runs' | 'Compare' | 'Try' | 'Settings'): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: screen }).click();
    await expect(this.heading).toHaveText(screen);
  }

  get heading(): Locator {
    return this.page.getByRole('heading', { level: 1 });
  }

  /** Drops a file on the window, as from the desktop. */
  async drop(name: string, text: string): Promise<void> {
    const files = await this.page.evaluateHandle(
      ([fileName, content]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([content], fileName, { type: 'text/plain' }));
        return transfer;
      },
      [name, text] as const,
    );
    for (const type of ['dragenter', 'dragover', 'drop']) {
      await this.page.locator('body').dispatchEvent(type, { dataTransfer: files });
    }
  }

  async importByDropping(name: string, text: string): Promise<void> {
    await this.goTo('Corpora');
    await this.drop(name, text);
    const dialog = this.page.getByRole('dialog', { name: 'Import a text' });
    await expect(dialog).toContainText(text.slice(0, 30));
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await expect(this.page.getByRole('link', { name: 'Train on this' })).toBeVisible();
  }

  async fill(values: Record<string, string | number>): Promise<void> {
    for (const [label, value] of Object.entries(values)) {
      await this.page.getByRole('textbox', { name: label, exact: true }).fill(String(value));
    }
  }

  /** From the New run screen: a network small enough for seconds, and Start. */
  async startSmall(cell: 'RNN' | 'GRU' | 'LSTM', steps: number, name: string): Promise<void> {
    await this.page.getByRole('radio', { name: cell }).click();
    await this.fill({
      Layers: 1,
      'Hidden units': 48,
      'Embedding width': 16,
      'Sequences side by side': 16,
      'Steps back in time': 24,
      'Learning rate': 0.01,
      epochs: '',
      steps,
      Name: name,
    });
    await this.page.getByRole('button', { name: 'Start training' }).click();
    await expect(this.heading).toHaveText(name);
  }

  /** A key figure of the Run screen, as a number. */
  async figure(term: string): Promise<number> {
    const text = await this.page
      .locator('dt', { hasText: new RegExp(`^${term}$`) })
      .locator('xpath=following-sibling::dd[1]')
      .innerText();
    return Number(text.replaceAll(',', '').split(' ')[0]);
  }

  /** The big number: validation perplexity. NaN while there is none. */
  async validationPerplexity(): Promise<number> {
    const value = this.page
      .locator('p', { hasText: /^validation perplexity$/ })
      .locator('xpath=preceding-sibling::p[1]');
    return Number(await value.innerText());
  }

  async expectStatus(status: string): Promise<void> {
    await expect(this.page.locator('header').getByText(status, { exact: true })).toBeVisible({ timeout: 120_000 });
  }
}
