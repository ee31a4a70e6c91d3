// PyTorch: torch_tasks.py beside this file.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { inRoot } from '../../scripts/tools.mjs';

/** Debian's python3-torch, where there is one. */
export const usualPython = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

const install = 'On Debian: apt-get install python3-torch libopenblas0-pthread.';

/**
 * What torch_tasks.py prints.
 * @param {string} python
 * @param {{ dataset: string, config: string }} recipe of a run of Unroll
 * @param {readonly string[]} flags
 * @param {(line: string) => void} onProgress
 */
export async function runTorch(python, { dataset, config }, flags, onProgress) {
  const script = inRoot('bench', 'tasks', 'torch_tasks.py');
  const child = spawn(python, ['-B', script, dataset, config, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.on('close', resolve).on('error', () => resolve(-1)));
  let [output, last] = ['', ''];
  child.stdout.on('data', (text) => (output += text));
  for await (const line of createInterface({ input: child.stderr })) onProgress((last = line));
  if ((await ended) === 0) return JSON.parse(output);
  throw new Error(`PyTorch did not come to its end: ${last}\n${install}`);
}
