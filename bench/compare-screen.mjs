// Measures the Compare screen in a real browser: first paint, hover and zoom of many long curves on one chart, and scrolling of
// long tables.
//
//     npm run -s bench:screens [-- --runs 100 --steps 100000 --rows 1000 --workspace DIR]
//
// The runs are made up and written by the app's own store (bench/screens/fill.mjs), served by the built app, and looked at with
// Chromium. --workspace keeps the runs of the chart for the next time.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build } from '../scripts/build.mjs';
import { browserArgs, getBrowser } from '../scripts/find-browser.mjs';
import { inRoot, say } from '../scripts/tools.mjs';
import { fill } from './screens/fill.mjs';
import { firstPaint, hover, scroll, zoom } from './screens/measure.mjs';

/** The app looks for devices in processes of their own when it has started. */
const settleMs = 2000;

/** @typedef {{ what: string, measured: string, bar: string, met: boolean }} Row */

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '100' },
    steps: { type: 'string', default: '100000' },
    rows: { type: 'string', default: '1000' },
    workspace: { type: 'string' },
  },
});

/** Runs `use` with the address of the app on a workspace. */
async function serve(/** @type {string} */ workspace, /** @type {(url: string) => Promise<void>} */ use) {
  const args = [inRoot('out/main/cli.js'), 'serve', '--port', '0', '--workspace', workspace];
  const app = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => app.once('exit', resolve));
  try {
    const url = await new Promise((resolve, reject) => {
      let output = '';
      app.stdout.on('data', (chunk) => {
        output += chunk;
        const found = /(http:\/\/\S+)\s/.exec(output)?.[1];
        if (found) resolve(found);
      });
      void ended.then(() => reject(new Error(`The app ended early. It printed:\n${output}`)));
    });
    await use(url);
  } finally {
    app.kill('SIGTERM');
    await ended;
  }
}

/** The workspace's runs, made if they are not there. */
function filled(/** @type {string} */ folder, /** @type {number} */ runs, /** @type {number} */ steps) {
  const list = join(folder, 'bench-runs.json');
  if (existsSync(list)) return /** @type {string[]} */ (JSON.parse(readFileSync(list, 'utf8')));
  say(`Writing ${runs} runs of ${steps.toLocaleString('en-US')} steps.`);
  const ids = fill(folder, { runs, steps });
  writeFileSync(list, JSON.stringify(ids));
  return ids;
}

async function main() {
  if ((await build()) !== 0) return 1;
  const executablePath = await getBrowser();
  if (executablePath === null) {
    say('There is no Chromium here; see scripts/find-browser.mjs.');
    return 1;
  }
  const browser = await chromium.launch({ executablePath, args: browserArgs });
  const open = async (/** @type {string} */ url) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(url);
    // The app has started when its runs are listed and it has looked which devices there are.
    await page.getByRole('row').nth(1).waitFor();
    await page.waitForTimeout(settleMs);
    return page;
  };
  /** @type {Row[]} */
  const rows = [];
  const add = (/** @type {string} */ what, /** @type {number} */ ms, /** @type {number} */ bar) =>
    rows.push({ what, measured: `${ms.toFixed(1)} ms`, bar: `< ${bar} ms`, met: ms < bar });
  const temporary = mkdtempSync(join(tmpdir(), 'unroll-bench-'));
  try {
    const folder = flags.workspace ?? join(temporary, 'curves');
    const [runs, steps] = [Number(flags.runs), Number(flags.steps)];
    const ids = filled(folder, runs, steps);
    const chart = `${runs} runs × ${steps.toLocaleString('en-US')} points`;
    await serve(folder, async (url) => {
      const page = await open(url);
      add(`${chart}: first paint`, await firstPaint(page, `#/compare?runs=${ids.join(',')}`), 500);
      const moved = await hover(page);
      add(`${chart}: hover, median`, moved.median, 16);
      add(`${chart}: hover, 95 of 100`, moved.p95, 16);
      const zoomed = await zoom(page);
      add(`${chart}: zoom, painted`, zoomed.painted, 100);
      add(`${chart}: zoom, refined`, zoomed.refined, 1000);
      await page.close();
    });
    const many = Number(flags.rows);
    const listed = filled(join(temporary, 'rows'), many, 0);
    await serve(join(temporary, 'rows'), async (url) => {
      const page = await open(url);
      for (const [what, hash] of [
        ['Runs', '#/runs'],
        ['Compare', `#/compare?runs=${listed.join(',')}`],
      ]) {
        const { fps, slow } = await scroll(page, hash ?? '');
        const measured = `${fps.toFixed(1)} frames/s, ${(slow * 100).toFixed(1)} % late`;
        rows.push({ what: `${what}: ${many} rows scroll`, measured, bar: '60 frames/s', met: fps > 58 });
      }
      await page.close();
    });
  } finally {
    await browser.close();
    rmSync(temporary, { recursive: true, force: true });
  }
  console.table(Object.fromEntries(rows.map(({ what, measured, bar, met }) => [what, { measured, bar, met }])));
  return rows.every(({ met }) => met) ? 0 : 1;
}

process.exitCode = await main();
