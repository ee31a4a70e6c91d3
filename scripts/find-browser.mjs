// Finds a Chromium for the end-to-end tests, and gets one where there is none.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { installPackages } from './packages.mjs';
import { inRoot, runNode, say } from './tools.mjs';

/** Quiet, offline, no first-run pages; Chromium's sandbox refuses to run as root. */
export const browserArgs = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The path of an installed Chromium, Chrome or Edge, or null. UNROLL_BROWSER names another one. */
export function findBrowser() {
  const candidates = [process.env.UNROLL_BROWSER, ...onPath(), ...usualPlaces(), playwrightsOwn()];
  return candidates.find((path) => path && existsSync(path)) ?? null;
}

/** Finds a browser, or gets one. Null when neither worked; what to do then has been said. */
export async function getBrowser() {
  const found = findBrowser();
  if (found) return found;
  // Debian's package brings the system libraries that Playwright's download lacks.
  await installPackages(['chromium', 'fonts-liberation'], 'Chromium for the end-to-end tests');
  if (!findBrowser()) {
    say('Downloading Chromium for the end-to-end tests.');
    const cli = inRoot('node_modules', '@playwright', 'test', 'cli.js');
    await runNode([cli, 'install', 'chromium'], { output: 'capture', timeoutSeconds: 600 });
  }
  const now = findBrowser();
  if (!now) {
    say(
      'No Chromium was found and none could be downloaded. Install Chromium, Chrome or Edge (Debian: apt-get install',
    );
    say('chromium), or set UNROLL_BROWSER to the path of one.');
  }
  return now;
}

function onPath() {
  if (process.platform === 'win32') return [];
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function usualPlaces() {
  if (process.platform === 'darwin') {
    return ['Chromium', 'Google Chrome', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (process.platform === 'win32') {
    const folders = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
    const places = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];
    return folders.flatMap((folder) => (folder ? places.map((place) => join(folder, place)) : []));
  }
  return [];
}

function playwrightsOwn() {
  try {
    const { chromium } = createRequire(import.meta.url)('@playwright/test');
    return /** @type {string} */ (chromium.executablePath());
  } catch {
    return null;
  }
}
