import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findLayout } from '../../../src/main/hosts/layout.ts';

const root = resolve(import.meta.dirname, '../../..');

test('sources start sources, the build starts the build', () => {
  expect(findLayout(join(root, 'src', 'main', 'hosts')).engineProcess).toBe(
    join(root, 'src', 'main', 'engine-process.ts'),
  );
  for (const here of [root, join(root, 'out', 'main'), join(root, 'out', 'main', 'chunks')]) {
    expect(findLayout(here)).toMatchObject({
      engineProcess: join(root, 'out', 'main', 'engine-process.js'),
      renderer: join(root, 'out', 'renderer'),
      preload: join(root, 'out', 'preload', 'index.cjs'),
    });
  }
});

test('the version is that of package.json, and the source entry is there', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const layout = findLayout(join(root, 'src'));
  expect(layout.version).toBe(version);
  expect(existsSync(layout.engineProcess)).toBe(true);
});

test('outside an installation it says so', () => {
  expect(() => findLayout(parse(tmpdir()).root)).toThrow('installation is incomplete');
});
