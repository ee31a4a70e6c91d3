// Which native kernels an electron-builder command needs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** process.platform of electron-builder's flags, the long and the short ones. */
const platforms = /** @type {const} */ ({
  win32: ['--win', '--windows', '-w'],
  darwin: ['--mac', '--macos', '-m'],
  linux: ['--linux', '-l'],
});

/**
 * The systems and processors that a command packages for, as `process.platform`-`process.arch`: `linux-arm64`.
 * Without flags that of this machine; a universal app is one for both processors.
 * @param {readonly string[]} args of electron-builder
 */
export function packagedFor(args, platform = process.platform, arch = process.arch) {
  const named = Object.entries(platforms).filter(([, flags]) => flags.some((flag) => args.includes(flag)));
  const systems = named.length > 0 ? named.map(([name]) => name) : [platform];
  const wanted = ['x64', 'arm64'].filter((name) => args.includes('--universal') || args.includes(`--${name}`));
  const processors = wanted.length > 0 ? wanted : [arch];
  return systems.flatMap((system) => processors.map((processor) => `${system}-${processor}`));
}

/**
 * Those of `packagedFor` whose kernels are not in `folder`.
 * @param {readonly string[]} args
 * @param {string} folder
 */
export function missingAddons(args, folder) {
  return packagedFor(args).filter((name) => !existsSync(join(folder, name, 'unroll_native.node')));
}
