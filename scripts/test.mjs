// npm test: every check there is, one after the other, to the end. The last line is `N passed, N failed` (and
// `, N skipped` where some were), counted over all of them; types, lint and build count as one each.
//
//   node scripts/test.mjs [SECTION...] [-- ARGUMENTS FOR THE RUNNER]     sections: types lint build unit e2e electron
import { mkdirSync, rmSync } from 'node:fs';
import { build } from './build.mjs';
import { buildNative } from './build-native.mjs';
import { getBrowser } from './find-browser.mjs';
import { getTorch } from './packages.mjs';
import { softwareGpu } from './software-gpu.mjs';
import { electronBinary } from './start.mjs';
import { childEnv, inRoot, listFiles, readJson, run, runNode, say } from './tools.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number, note?: string }} Outcome */

const bin = (/** @type {string[]} */ ...parts) => inRoot('node_modules', ...parts);

/** What npm passed behind `--` that is not a section goes to the test runner: file names, -t pattern, … @type {string[]} */
let runnerArgs = [];

/** @type {Record<string, () => Promise<Outcome>>} */
const sections = {
  async types() {
    const tsc = await runNode([bin('@typescript', 'native', 'bin', 'tsc'), '--project', inRoot('tsconfig.json')]);
    // svelte-check repeats what tsc found, so only where that was nothing it is worth reading.
    if (tsc.code !== 0) return oneCheck(false);
    const args = [
      '--tsgo',
      '--tsconfig',
      './tsconfig.json',
      '--output',
      'human',
      '--threshold',
      'warning',
      '--fail-on-warnings',
    ];
    const svelte = await runNode([bin('svelte-check', 'bin', 'svelte-check'), ...args], { output: 'capture' });
    if (svelte.code !== 0) console.log(svelte.text.trim());
    return oneCheck(svelte.code === 0);
  },

  async lint() {
    const cache = (/** @type {string} */ name) => bin('.cache', name);
    const eslint = await runNode([
      bin('eslint', 'bin', 'eslint.js'),
      ...['--cache', '--cache-location', cache('eslint/'), '--max-warnings', '0', inRoot('.')],
    ]);
    const prettier = await runNode([
      bin('prettier', 'bin', 'prettier.cjs'),
      '--check',
      '--log-level',
      'warn',
      '--cache',
      '--cache-location',
      cache('prettier.json'),
      inRoot('.'),
    ]);
    if (prettier.code !== 0) console.log('Formatting: npm run format puts it right.');
    return oneCheck(eslint.code === 0 && prettier.code === 0);
  },

  async build() {
    return oneCheck((await build()) === 0);
  },

  async unit() {
    await buildNative();
    if (process.env['CI']) {
      // It also brings the adapter that the GPU's kernels are tested on.
      await getBrowser();
      await getTorch();
    }
    const report = reportFile('unit');
    const args = ['run', '--passWithNoTests', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const env = childEnv(softwareGpu());
    const { code } = await runNode([bin('vitest', 'vitest.mjs'), ...args, ...runnerArgs], { env });
    return countVitest(takeReport(report), code);
  },

  async e2e() {
    if (listFiles(['tests/e2e'], (file) => file.endsWith('.spec.ts')).length === 0) return none('there are none');
    if ((await getBrowser()) === null) return { passed: 0, failed: 1, skipped: 0, note: 'no browser' };
    return playwright('e2e');
  },

  async electron() {
    if (listFiles(['tests/electron'], (file) => file.endsWith('.spec.ts')).length === 0) return none('there are none');
    const electron = await electronBinary({ download: !process.env['CI'] });
    if (electron === null)
      return none("Electron's binary is not here and could not be had; the same screens ran in a browser");
    if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
      const xvfb = await run('xvfb-run', ['--help'], { output: 'capture' });
      if (xvfb.code !== 0) return none('there is no display (xvfb-run would do)');
      return playwright('electron', ['xvfb-run', '-a']);
    }
    return playwright('electron');
  },
};

async function playwright(/** @type {string} */ project, /** @type {string[]} */ prefix = []) {
  const report = reportFile(project);
  const env = childEnv({ PLAYWRIGHT_JSON_OUTPUT_NAME: report, ELECTRON_RUN_AS_NODE: undefined });
  const command = [...prefix, process.execPath, bin('@playwright', 'test', 'cli.js'), 'test', `--project=${project}`];
  // Playwright empties its output folder, so each project has its own.
  const args = [
    '--reporter=list,json',
    '--pass-with-no-tests',
    `--output=${inRoot('test-results', project)}`,
    ...runnerArgs,
  ];
  const [program = '', ...first] = command;
  const { code } = await run(program, [...first, ...args], { env });
  return countPlaywright(takeReport(report), code);
}

/** Where a runner writes its report: a file of this run alone, since several may run at once. */
function reportFile(/** @type {string} */ name) {
  mkdirSync(inRoot('test-results'), { recursive: true });
  return inRoot('test-results', `${name}.${process.pid}.json`);
}

function takeReport(/** @type {string} */ path) {
  const report = readJson(path);
  rmSync(path, { force: true });
  return report;
}

/** @returns {Outcome} */
function countVitest(/** @type {any} */ report, /** @type {number} */ code) {
  if (report === null) return { passed: 0, failed: 1, skipped: 0, note: 'vitest ended without a report' };
  // A file that could not even be loaded has no tests to count: it is one failure.
  const broken = report.testResults.filter(
    (/** @type {any} */ file) =>
      file.status === 'failed' && !file.assertionResults.some((/** @type {any} */ t) => t.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** @returns {Outcome} */
function countPlaywright(/** @type {any} */ report, /** @type {number} */ code) {
  if (report === null) return { passed: 0, failed: 1, skipped: 0, note: 'Playwright ended without a report' };
  const { expected, unexpected, flaky, skipped } = report.stats;
  const failed = unexpected + report.errors.length;
  return { passed: expected + flaky, failed: code !== 0 && failed === 0 ? 1 : failed, skipped };
}

/** @returns {Outcome} */
function oneCheck(/** @type {boolean} */ good) {
  return { passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0 };
}

/** @returns {Outcome} */
function none(/** @type {string} */ why) {
  return { passed: 0, failed: 0, skipped: 0, note: `not run: ${why}` };
}

function counts(/** @type {Outcome} */ { passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

async function main() {
  const args = process.argv.slice(2);
  const split = args.findIndex((arg) => !(arg in sections));
  const wanted = split < 0 ? args : args.slice(0, split);
  runnerArgs = split < 0 ? [] : args.slice(split);
  if (runnerArgs[0] === '--') runnerArgs.shift();
  const names = wanted.length > 0 ? wanted : Object.keys(sections);
  // End-to-end tests are about the built app.
  if (!names.includes('build') && (names.includes('e2e') || names.includes('electron'))) names.unshift('build');

  /** @type {Outcome} */
  const total = { passed: 0, failed: 0, skipped: 0 };
  const summary = [];
  for (const name of names) {
    console.log(`\n── ${name} ${'─'.repeat(Math.max(1, 60 - name.length))}`);
    const began = Date.now();
    /** @type {Outcome} */
    let outcome;
    try {
      outcome = await /** @type {() => Promise<Outcome>} */ (sections[name])();
    } catch (error) {
      say(String(error instanceof Error ? error.stack : error));
      outcome = { passed: 0, failed: 1, skipped: 0, note: 'the runner itself failed' };
    }
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    total.skipped += outcome.skipped;
    const seconds = ((Date.now() - began) / 1000).toFixed(1).padStart(6);
    const ran = outcome.passed + outcome.failed + outcome.skipped > 0;
    const words = [ran ? counts(outcome) : null, outcome.note].filter(Boolean).join('; ');
    summary.push(`${name.padEnd(9)} ${seconds} s   ${words || 'no tests'}`);
  }

  console.log(`\n── summary ${'─'.repeat(53)}`);
  for (const line of summary) console.log(line);
  console.log();
  console.log(counts(total));
  return total.failed > 0 ? 1 : 0;
}

process.exitCode = await main();
