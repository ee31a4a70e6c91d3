// Makes a bare clone ready: checks Node and npm, and installs the dependencies when they are missing.
// Everything it says goes to stderr, so that the command behind it owns stdout.
import { existsSync, readFileSync } from 'node:fs';
import { inRoot, isMain, nodePath, readJson, run, runNode, say } from './tools.mjs';

const oldestNode = 20;
const oldestNpm = 10;
/** What the installed tools need when the pinned Node has no package for this machine. */
const oldestNodeWithoutPinned = [22, 12];

/** Installs when needed. Resolves to an exit code. */
export async function bootstrap() {
  const [major] = version(process.versions.node);
  if (major < oldestNode) {
    say(`Unroll needs Node ${oldestNode} or newer to install itself; this is Node ${process.versions.node}.`);
    say('Get a current one from https://nodejs.org and run the command again.');
    return 1;
  }
  // npm writes this file last: without it an install was never finished.
  if (existsSync(inRoot('node_modules', '.package-lock.json'))) {
    return 0;
  }

  const npm = process.env.npm_config_user_agent?.match(/^npm\/(\d+)/)?.[1];
  if (npm && Number(npm) < oldestNpm) {
    say(`Unroll needs npm ${oldestNpm} or newer; this is npm ${npm}. Update it with: npm install -g npm@11`);
    return 1;
  }

  say('Installing dependencies (once; about 200 MB to download).');
  // Dependencies need no install scripts, so none run. Development packages are needed to build, whatever NODE_ENV says.
  const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error'];
  const npmFile = process.env.npm_execpath;
  const result = npmFile
    ? await run(process.execPath, [npmFile, ...args], { output: 'stderr', env: process.env })
    : await run('npm', args, { output: 'stderr', env: process.env, shell: process.platform === 'win32' });
  if (result.code !== 0) {
    say('The dependencies could not be installed; npm says why above. The first install needs the npm registry.');
    return result.code;
  }

  if (nodePath() === process.execPath) {
    const [wantMajor, wantMinor] = oldestNodeWithoutPinned;
    const [, minor] = version(process.versions.node);
    if (major < wantMajor || (major === wantMajor && minor < wantMinor)) {
      say(`There is no bundled Node for ${process.platform}-${process.arch}, so Unroll uses yours, and that must be`);
      say(`Node ${wantMajor}.${wantMinor} or newer; this is ${process.versions.node}.`);
      return 1;
    }
  }
  await runNode([inRoot('scripts', 'build-native.mjs')], { output: 'stderr' });
  return 0;
}

/** After a pull the installed packages can be behind the lockfile: say so, change nothing under a running program. */
function warnWhenOutdated() {
  try {
    const wanted = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages;
    const installed = readJson(inRoot('node_modules', '.package-lock.json'))?.packages ?? {};
    const behind = Object.keys(wanted).filter((path) => {
      if (path === '') return false;
      const { optional, devOptional, peer } = wanted[path];
      if (!installed[path]) return !optional && !devOptional && !peer;
      return installed[path].version !== wanted[path].version;
    });
    if (behind.length > 0) {
      const names = behind.slice(0, 3).map((path) => path.replace(/^.*node_modules\//, ''));
      say(
        `Installed packages differ from package-lock.json (${names.join(', ')}${behind.length > 3 ? ', …' : ''}): run npm ci.`,
      );
    }
  } catch {
    // No lockfile to compare with.
  }
}

function version(/** @type {string} */ text) {
  return text.split('.').map(Number);
}

if (isMain(import.meta.url)) {
  process.exitCode = await bootstrap();
  if (process.exitCode === 0) warnWhenOutdated();
}
