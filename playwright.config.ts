import { defineConfig } from '@playwright/test';
import { browserArgs, findBrowser } from './scripts/find-browser.mjs';

const executablePath = findBrowser();

export default defineConfig({
  // Tests train models: one at a time, so that they do not take each other's processor.
  workers: 1,
  fullyParallel: false,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env['CI']),
  // A processor that plays the GPU, trains and draws at once on two cores is now and then late; what needed a second try is listed.
  retries: process.env['CI'] ? 1 : 0,
  outputDir: 'test-results',
  use: {
    // Without the film of the window: recording it takes more of two cores than the app does.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: true },
    screenshot: 'only-on-failure',
    viewport: { width: 1280, height: 800 },
  },
  projects: [
    {
      name: 'e2e',
      testDir: 'tests/e2e',
      use: {
        browserName: 'chromium',
        launchOptions: { args: browserArgs, ...(executablePath ? { executablePath } : {}) },
      },
    },
    { name: 'electron', testDir: 'tests/electron' },
  ],
});
