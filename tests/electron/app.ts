/**
 * The built app in real Electron, on a workspace that this test alone has.
 *
 *     import { expect, test } from './app.ts';
 *     test('…', async ({ desktop }) => { const { page } = await desktop.open(); … });
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page, test as base } from '@playwright/test';

export const root = resolve(import.meta.dirname, '../..');

export class Desktop {
  readonly folder: string;
  app: ElectronApplication | null = null;

  constructor(folder: string) {
    this.folder = folder;
  }

  get environment(): Record<string, string> {
    const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return {
      ...Object.fromEntries(inherited),
      UNROLL_WORKSPACE: join(this.folder, 'workspace'),
      UNROLL_USER_DATA: join(this.folder, 'user-data'),
    };
  }

  async open(): Promise<{ app: ElectronApplication; page: Page }> {
    const app = await _electron.launch({ args: [root], cwd: root, env: this.environment });
    this.app = app;
    const page = await app.firstWindow();
    await page.waitForLoadState('domcontentloaded');
    return { app, page };
  }

  /** Closes the app as a person does who answers that training may stop. */
  async close(): Promise<void> {
    const app = this.app;
    this.app = null;
    if (!app) return;
    await app.evaluate(({ dialog }) => {
      dialog.showMessageBoxSync = () => 1;
    });
    await app.close();
  }
}

export const test = base.extend<{ desktop: Desktop }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the parameter's shape
  desktop: async ({}, use) => {
    test.skip(process.getuid?.() === 0, "Electron's sandbox does not run as root");
    const folder = await mkdtemp(join(tmpdir(), 'unroll-electron-'));
    const desktop = new Desktop(folder);
    try {
      await use(desktop);
    } finally {
      await desktop.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  },
});

export { expect } from '@playwright/test';
