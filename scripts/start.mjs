// npm start: builds when needed and opens the app. Where Electron cannot run, the same app is served to a browser.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from './build.mjs';
import { childEnv, inRoot, isMain, run, runNode, say } from './tools.mjs';

/** An Electron that dies this early with an error never showed a window. */
const startupSeconds = 8;

async function main() {
  const built = await build();
  if (built !== 0) return built;

  const args = process.argv.slice(2);
  const serveOnly = args.includes('--serve');
  const rest = args.filter((arg) => arg !== '--serve');

  const reason = serveOnly ? 'As asked' : await openWindow(rest);
  if (typeof reason === 'number') return reason;
  say(`${reason}: serving Unroll to your browser instead.`);
  const { code } = await runNode([inRoot('out', 'main', 'cli.js'), 'serve', ...rest]);
  return code;
}

/** Electron's exit code, or in words why there was no window. */
async function openWindow(/** @type {string[]} */ args) {
  const obstacle = noWindowBecause();
  if (obstacle) return obstacle;
  const electron = await electronBinary();
  if (electron === null) return 'Electron is not installed and could not be downloaded';

  const began = Date.now();
  const env = childEnv({ ELECTRON_RUN_AS_NODE: undefined });
  const { code, signal } = await run(electron, [inRoot('.'), ...args], { env });
  const early = (Date.now() - began) / 1000 < startupSeconds;
  const interrupted =
    signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP' || code === 130 || code === 143;
  if (code !== 0 && early && !interrupted)
    return `Electron could not start here (it ended with ${signal ?? `code ${code}`})`;
  return code;
}

function noWindowBecause() {
  if (process.platform !== 'linux') return null;
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'There is no display here';
  if (process.getuid?.() === 0) return "Electron's sandbox does not run as root";
  return null;
}

/** The path of Electron's binary, downloading it when it is not there yet; null when that fails. */
export async function electronBinary({ download = true } = {}) {
  const require = createRequire(import.meta.url);
  const folder = inRoot('node_modules', 'electron');
  if (!existsSync(inRoot('node_modules', 'electron', 'path.txt'))) {
    if (!download) return null;
    say('Downloading Electron (once; about 110 MB).');
    const result = await runNode([inRoot('node_modules', 'electron', 'install.js')], {
      output: 'capture',
      timeoutSeconds: 900,
    });
    if (result.code !== 0) {
      const cause = result.text.match(/(?:Error|error): (.*)/)?.[1] ?? result.text.trim().split('\n')[0];
      say(
        /fetch failed|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT/.test(result.text)
          ? 'GitHub cannot be reached.'
          : (cause ?? ''),
      );
      return null;
    }
  }
  try {
    const path = /** @type {string} */ (require(folder));
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

if (isMain(import.meta.url)) process.exitCode = await main();
