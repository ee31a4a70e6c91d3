/** What every screen must be: accessible, within its window, silent, and on its own. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect } from './app.ts';

/** What the page did that it should not have: wrote errors, asked strangers. */
export function watch(page: Page, host: string): string[] {
  const found: string[] = [];
  page.on('pageerror', (error) => found.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') found.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { protocol, host: asked } = new URL(request.url());
    if (!['data:', 'blob:'].includes(protocol) && asked !== host) found.push(`request: ${request.url()}`);
  });
  return found;
}

/** By axe's rules of WCAG 2.2 AA and its best practice. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  const axe = new AxeBuilder({ page }).withTags([
    'wcag2a',
    'wcag2aa',
    'wcag21a',
    'wcag21aa',
    'wcag22aa',
    'best-practice',
  ]);
  const { violations } = await axe.analyze();
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' | ')}`);
  expect.soft(told, where).toEqual([]);
}

/** Nothing makes the window scroll, and the frame fills it. */
export async function expectWithin(page: Page, where: string): Promise<void> {
  const over = await page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    const wide = [...document.querySelectorAll('main > header, main > header + div')].filter(
      (one) => one.scrollWidth > one.clientWidth + 1,
    );
    return { x: scrollWidth - innerWidth, y: scrollHeight - innerHeight, wide: wide.map((one) => one.className) };
  });
  expect.soft(over, where).toEqual({ x: 0, y: 0, wide: [] });
}
