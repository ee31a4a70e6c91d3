// Makes installers of the desktop app:  npm run pack -- [--dir] [--win | --mac | --linux] [--x64 | --arm64 | --universal]
//
// Everything behind `--` goes to electron-builder (https://www.electron.build/cli). Before that the app is built and the native kernels
// of this machine are put where the configuration looks for them; those of other machines come from them (docs/releasing.md).
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../scripts/build.mjs';
import { inRoot, runNode, say } from '../scripts/tools.mjs';
import { missingAddons } from './addons.mjs';

const here = dirname(fileURLToPath(import.meta.url));

async function main() {
  const args = process.argv.slice(2);
  const built = await build();
  if (built !== 0) return built;

  const own = inRoot('build', 'native', 'unroll_native.node');
  const folder = inRoot('build', 'addons', `${process.platform}-${process.arch}`);
  if (existsSync(own)) {
    mkdirSync(folder, { recursive: true });
    copyFileSync(own, join(folder, 'unroll_native.node'));
  }
  const missing = missingAddons(args, inRoot('build', 'addons'));
  if (missing.length > 0) {
    say(`The native kernels for ${missing.join(' and ')} are not in build/addons, and an app without them is slow.`);
    say('Compile them on such a machine (npm run build:native) and copy build/native/unroll_native.node there.');
    return 1;
  }

  const cli = join(here, 'node_modules', 'electron-builder', 'cli.js');
  if (!existsSync(cli)) {
    say('electron-builder is not installed. Run: npm ci --prefix packaging');
    return 1;
  }
  const { code } = await runNode([
    ...[cli, '--projectDir', inRoot('.'), '--config', 'packaging/electron-builder.config.mjs', '--publish', 'never'],
    ...args,
  ]);
  return code;
}

process.exitCode = await main();
