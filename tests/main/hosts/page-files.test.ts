import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listPageFiles, PagesMissing } from '../../../src/main/hosts/page-files.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'unroll-pages-'))));
afterEach(() => rm(folder, { recursive: true }));

test('lists what pages load, by the path that they load it from', () => {
  mkdirSync(join(folder, 'assets', 'fonts'), { recursive: true });
  for (const name of ['index.html', 'assets/a-1.js', 'assets/a-1.js.map', 'assets/fonts/i-2.woff2', 'notes.txt']) {
    writeFileSync(join(folder, name), name);
  }
  const files = listPageFiles(folder);
  expect([...files.keys()].sort()).toEqual(['/', '/assets/a-1.js', '/assets/fonts/i-2.woff2', '/index.html']);
  expect(files.get('/')).toEqual(files.get('/index.html'));
  expect(files.get('/index.html')).toMatchObject({ type: 'text/html; charset=utf-8', immutable: false });
  expect(files.get('/assets/fonts/i-2.woff2')).toMatchObject({ type: 'font/woff2', immutable: true });
});

// Making links needs a privilege on Windows.
test.skipIf(process.platform === 'win32')('a link that leads out of the folder is not listed', () => {
  writeFileSync(join(folder, 'index.html'), '');
  symlinkSync('/etc/hostname', join(folder, 'leak.html'));
  expect(listPageFiles(folder).has('/leak.html')).toBe(false);
});

test('pages that are not built are missed, with what to do', () => {
  expect(() => listPageFiles(folder)).toThrow(PagesMissing);
  expect(() => listPageFiles(join(folder, 'nowhere'))).toThrow('npm run build');
});
