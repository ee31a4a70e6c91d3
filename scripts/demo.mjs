/**
 * npm run demo: a fresh workspace with six comparison runs, trained here and now on the bundled text, and the comparison opened.
 * Three cells of one size, one smaller, one deeper, and one that sees less far back. `npm run demo -- --fill DIR` only fills.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap } from './bootstrap.mjs';
import { inRoot } from './tools.mjs';

const text = inRoot('resources', 'samples', 'timemachine.txt');
const cli = inRoot('out', 'main', 'cli.js');

/** The same data, optimiser and training time for all: what differs is what is compared. */
const common = [
  ...['--tokenizer', 'char', '--embedding', 32, '--batch', 32, '--optimizer', 'adam', '--lr', 0.005, '--clip', 5],
  ...['--valid', 0.1, '--test', 0, '--eval-every', 50, '--max-minutes', 1 / 3, '--seed', 1],
];
/** @param {{ cell: string, hidden?: number, layers?: number, steps?: number }} settings */
const network = ({ cell, hidden = 128, layers = 1, steps = 32 }) => [
  ...['--cell', cell, '--hidden', hidden, '--layers', layers, '--steps', steps],
];
const runs = [
  { name: 'RNN 128', settings: network({ cell: 'rnn' }) },
  { name: 'GRU 128', settings: network({ cell: 'gru' }) },
  { name: 'LSTM 128', settings: network({ cell: 'lstm' }) },
  { name: 'LSTM 32', settings: network({ cell: 'lstm', hidden: 32 }) },
  { name: 'LSTM 2 × 96', settings: network({ cell: 'lstm', hidden: 96, layers: 2 }) },
  { name: 'LSTM 128, 8 steps back', settings: network({ cell: 'lstm', steps: 8 }) },
];

/**
 * Runs the command line; each JSON line of its output is handed on.
 * @param {(string | number)[]} args
 * @param {(event: Record<string, any>) => void} take
 * @returns {Promise<void>}
 */
function unroll(args, take) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args.map(String), '--json'], {
      stdio: ['inherit', 'pipe', 'inherit'],
    });
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') take(JSON.parse(line));
    });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`unroll ${args[0]} ended with code ${code}`)),
    );
    process.once('SIGINT', () => child.kill('SIGINT'));
  });
}

/**
 * @param {typeof runs[number]} run
 * @param {string} workspace
 * @returns {Promise<string>} its id
 */
async function train({ name, settings }, workspace) {
  let run = '';
  let best = Number.NaN;
  await unroll(['train', text, '--workspace', workspace, '--name', name, ...common, ...settings], (event) => {
    run = event.run ?? run;
    best = event.best?.perplexity ?? best;
  });
  console.log(`${name}${Number.isNaN(best) ? '' : `: perplexity ${best.toPrecision(3)}`}`);
  return run;
}

async function main() {
  const installed = await bootstrap();
  if (installed !== 0) return installed;
  const { build } = await import('./build.mjs');
  const built = await build();
  if (built !== 0) return built;

  const [flag, folder] = process.argv.slice(2);
  const workspace = flag === '--fill' && folder ? folder : mkdtempSync(join(tmpdir(), 'unroll-demo-'));
  if (existsSync(join(workspace, 'workspace.db'))) {
    console.error(`${workspace} is a workspace already. Name a folder that is empty or not there.`);
    return 1;
  }
  console.log(`Six runs on The Time Machine, 20 seconds each, in ${workspace}`);
  /** @type {string[]} */
  const ids = [];
  for (const run of runs) ids.push(await train(run, workspace));
  if (flag === '--fill') return 0;
  await unroll(['serve', '--workspace', workspace], ({ event, url }) => {
    if (event === 'listening')
      console.log(`\nThe comparison is at ${url}#/compare?runs=${ids.join(',')}\nCtrl-C ends it.`);
  });
  return 0;
}

process.exitCode = await main();
