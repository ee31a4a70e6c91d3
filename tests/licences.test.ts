/** Everything that is shipped, and under which terms: only such as let anybody use, change and pass on what they come with. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

const permissive = [
  ...['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'CC0-1.0', 'OFL-1.1'],
  ...['Python-2.0', 'BlueOak-1.0.0'],
];

/** Packages that name no SPDX licence; somebody has read what they say instead. */
const read: Readonly<Record<string, string>> = {
  h5wasm: 'NIST: may be used, changed and passed on with its notice; the HDF5 library in it: BSD-3-Clause',
  'svelte-toolbelt': 'MIT, in its LICENSE file',
};

/** Fonts and what else is copied as a file, by package. */
const copied = ['@fontsource-variable/inter', '@fontsource-variable/jetbrains-mono', 'katex'];

function isPermissive(name: string, expression: string | undefined): boolean {
  if (name in read) return true;
  const alternatives = (expression ?? '').replace(/^\((.*)\)$/, '$1').split(' OR ');
  return alternatives.some((one) => one.split(' AND ').every((licence) => permissive.includes(licence)));
}

interface Locked {
  readonly license?: string;
  readonly dev?: boolean;
}
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> };
const locked = Object.entries(lock.packages)
  .filter(([path]) => path !== '')
  .map(([path, entry]) => ({ name: path.split('node_modules/').at(-1)!, ...entry }));

describe('the licences of what is shipped', () => {
  test('let anybody use it: the packages that the program loads', () => {
    const shipped = locked.filter(({ dev }) => !dev);
    expect(shipped.length).toBeGreaterThan(50);
    expect(shipped.filter(({ name, license }) => !isPermissive(name, license))).toEqual([]);
  });

  test('let anybody use it: what is copied as a file', () => {
    for (const name of copied)
      expect(isPermissive(name, locked.find((entry) => entry.name === name)?.license), name).toBe(true);
  });

  const list = join(root, 'out', 'renderer', 'licences.json');
  test.skipIf(!existsSync(list))('let anybody use it: what is built into the pages (the app is built)', () => {
    const bundled = ['main', 'renderer'].flatMap(
      (part) =>
        JSON.parse(readFileSync(join(root, 'out', part, 'licences.json'), 'utf8')) as {
          name: string;
          identifier?: string;
          text?: string;
        }[],
    );
    expect(bundled.map(({ name }) => name)).toEqual(expect.arrayContaining(['svelte', 'chart.js', 'zod']));
    expect(bundled.filter(({ name, identifier }) => !isPermissive(name, identifier))).toEqual([]);
    // Their texts are shipped: in the list, or among those that we keep for packages which bring none.
    expect(bundled.filter(({ name, text }) => !text && !keptText(name)).map(({ name }) => name)).toEqual([]);
  });

  test('are kept for fonts, and for packages that bring no text', () => {
    for (const name of [...copied.filter((one) => one.startsWith('@fontsource')), '@bufbuild/protobuf', 'lazy-val'])
      expect(keptText(name), name).toMatch(/Copyright/);
  });

  test('are what the list of exceptions still has to explain', () => {
    for (const name of Object.keys(read)) {
      const license = locked.find((entry) => entry.name === name)?.license;
      expect(permissive, name).not.toContain(license);
    }
  });
});

/** resources/licences: '@scope/name' is `@scope+name.txt`. */
function keptText(name: string): string | null {
  const folder = join(root, 'resources', 'licences');
  const file = `${name.replace('/', '+')}.txt`;
  return readdirSync(folder).includes(file) ? readFileSync(join(folder, file), 'utf8') : null;
}
