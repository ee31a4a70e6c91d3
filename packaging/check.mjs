// Says how the fuses of a packaged app stand, and fails if one is not as the configuration wants it:
//   node packaging/check.mjs build/installers/linux-unpacked/unroll
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { electronFuses } from './electron-builder.config.mjs';

const fuses = createRequire(import.meta.url)('@electron/fuses');

/** Our names are those of @electron/fuses, which start with a capital letter. */
const indexOf = (/** @type {string} */ name) => fuses.FuseV1Options[`${name[0]?.toUpperCase()}${name.slice(1)}`];

const app = process.argv[2];
if (!app) throw new Error('Name the packaged program: node packaging/check.mjs PATH');
const wire = await fuses.getCurrentFuseWire(resolve(app));
for (const [name, wanted] of Object.entries(electronFuses ?? {})) {
  const on = String.fromCharCode(wire[indexOf(name)]) === '1';
  console.log(`${name}: ${on ? 'on' : 'off'}`);
  if (on !== wanted) {
    console.error(`${name} should be ${wanted ? 'on' : 'off'}.`);
    process.exitCode = 1;
  }
}
