// Builds the app into out/ with electron-vite, but only when something that goes into it has changed.
import { existsSync, rmSync, readFileSync, writeFileSync } from 'node:fs';
import { buildNative } from './build-native.mjs';
import { childEnv, hashFiles, inRoot, isMain, listFiles, runNode, say, withLock } from './tools.mjs';

const stampFile = inRoot('out', '.stamp');
const inputs = [
  'src',
  'resources',
  'electron.vite.config.ts',
  'vite.standalone.config.ts',
  'svelte.config.js',
  'package.json',
  'package-lock.json',
  'tsconfig.library.json',
];

/** Resolves to an exit code. */
export async function build({ force = false } = {}) {
  await buildNative();
  if (!force && current() === sources()) return 0;
  return withLock('build', async () => {
    const hash = sources();
    if (!force && current() === hash) return 0;
    say('Building Unroll.');
    rmSync(stampFile, { force: true });
    const electronVite = inRoot('node_modules', 'electron-vite', 'bin', 'electron-vite.js');
    const result = await runNode([electronVite, 'build', '--logLevel', 'warn'], {
      output: 'capture',
      // electron-vite reads NODE_ENV before it sets its own.
      env: childEnv({ NODE_ENV: 'production' }),
    });
    if (result.code !== 0) return failed(result);
    const types = await runNode(
      [inRoot('node_modules', '@typescript', 'native', 'bin', 'tsc'), '--project', inRoot('tsconfig.library.json')],
      {
        output: 'capture',
      },
    );
    if (types.code !== 0) {
      say(types.text.trim());
      say("The module's types could not be written; the reason is above.");
      return types.code;
    }
    const vite = inRoot('node_modules', 'vite', 'bin', 'vite.js');
    const page = await runNode([vite, 'build', '--config', 'vite.standalone.config.ts', '--logLevel', 'warn'], {
      output: 'capture',
      env: childEnv({ NODE_ENV: 'production' }),
    });
    if (page.code !== 0) return failed(page);
    writeFileSync(stampFile, hash);
    return 0;
  });
}

/** Says why; the exit code. */
function failed(/** @type {{ code: number, text: string }} */ { code, text }) {
  say(text.trim());
  say('The build failed; the reason is above.');
  return code;
}

function sources() {
  const files = listFiles(inputs, (file) => !file.startsWith('src/engine/kernels/native/') || file.endsWith('.ts'));
  return hashFiles(files);
}

function current() {
  return existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : null;
}

if (isMain(import.meta.url)) process.exitCode = await build({ force: process.argv.includes('--force') });
