// Debian's packages, for what the tests compare with. Only where that needs no question: as root, and outside people's own machines.
import { readFileSync } from 'node:fs';
import { run, say } from './tools.mjs';

/**
 * Installs packages where this is Debian (or one of its children) and the user is root; nothing elsewhere.
 * @param {string[]} packages
 * @param {string} what for people
 */
export async function installPackages(packages, what) {
  if (!isDebian() || process.getuid?.() !== 0) return;
  say(`Installing ${what} (apt-get install ${packages.join(' ')}).`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = /** @type {const} */ ({ output: 'capture', env, timeoutSeconds: 600 });
  await run('apt-get', ['update', '-q'], options);
  await run('apt-get', ['install', '-qy', '--no-install-recommends', ...packages], options);
}

/** PyTorch, beside whose numbers the tests put the program's. Where it cannot be had, they say that they were skipped. */
export async function getTorch() {
  const check = () => run('/usr/bin/python3', ['-c', 'import torch, numpy'], { output: 'capture' });
  if ((await check()).code !== 0)
    await installPackages(['python3-torch', 'libopenblas0-pthread'], 'PyTorch for the tests that compare with it');
}

function isDebian() {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
