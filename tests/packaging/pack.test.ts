/**
 * electron-builder with the real configuration and a stand-in for Electron's binary: what is in the app that it makes, what is outside the
 * archive, and how the fuses stand. Needs `npm ci --prefix packaging` and a build.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findLayout } from '../../src/main/hosts/layout.ts';
import { fusesOf, writeStandIn } from './stand-in.ts';

vi.setConfig({ hookTimeout: 180_000 });

const root = resolve(import.meta.dirname, '../..');
const installed = resolve(root, 'packaging/node_modules');
const ready = existsSync(join(installed, 'electron-builder')) && existsSync(join(findLayout().renderer, 'index.html'));

describe.skipIf(!ready)('the packaged app (electron-builder is installed and the app is built)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-pack-'));
  const app = join(folder, 'out', 'linux-unpacked');
  const archive = join(app, 'resources', 'app.asar');
  let files: string[];
  let read: (name: string) => Buffer;

  beforeAll(async () => {
    writeStandIn(join(folder, 'electron'));
    await promisify(execFile)(
      process.execPath,
      [
        join(installed, 'electron-builder', 'cli.js'),
        ...['--projectDir', root, '--config', 'packaging/electron-builder.config.mjs', '--publish', 'never'],
        ...['--linux', 'dir', '--x64'],
        ...[`-c.electronDist=${join(folder, 'electron')}`, `-c.directories.output=${join(folder, 'out')}`],
      ],
      { cwd: root },
    );
    const asar = createRequire(join(installed, 'x'))('@electron/asar') as {
      listPackage(path: string, options: { isPack: boolean }): string[];
      extractFile(path: string, name: string): Buffer;
    };
    files = asar.listPackage(archive, { isPack: false }).map((name) => name.replaceAll('\\', '/').slice(1));
    read = (name) => asar.extractFile(archive, name);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('holds what the program loads', () => {
    const needed = [
      'package.json',
      'LICENSE',
      'resources/samples/timemachine.txt',
      'out/main/electron.js',
      'out/main/engine-process.js',
      'out/main/unroll.wasm',
      'out/preload/index.cjs',
      'out/preload/engine.cjs',
      'out/renderer/index.html',
      'out/renderer/engine.html',
      'out/standalone/page.js',
    ];
    expect(files).toEqual(expect.arrayContaining(needed));
    const { name, main, version } = JSON.parse(read('package.json').toString()) as Record<string, string>;
    expect({ name, main }).toEqual({ name: 'unroll', main: 'out/main/electron.js' });
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
  });

  test('holds every package that its code imports', () => {
    const code = files.filter((name) => /^out\/main\/.*\.js$/.test(name)).map((name) => read(name).toString());
    const statements = /^import\b[^;\n]*?["']([^"'./\n][^"'\n]*)["'];?$|\bimport\(["']([^"'./][^"']*)["']\)/gm;
    const imported = new Set(
      code.flatMap((text) => [...text.matchAll(statements)].map(([, from, later]) => from ?? later!)),
    );
    const packages = [...imported]
      .filter((name) => !name.startsWith('node:') && name !== 'electron')
      .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
    expect(packages).toContain('better-sqlite3');
    // Loaded where they are installed, and not for Electron: Dawn for Node, TensorFlow's bindings.
    const optional = new Set(['webgpu', '@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu']);
    const missing = packages.filter(
      (name) => !optional.has(name) && !files.includes(`node_modules/${name}/package.json`),
    );
    expect(missing).toEqual([]);
  });

  test('holds no sources, tests, tools, maps, or what other systems need', () => {
    const folders = new Set(files.map((name) => name.split('/')[0]!));
    expect([...folders].sort()).toEqual(['LICENSE', 'node_modules', 'out', 'package.json', 'resources']);
    const strange = files.filter((name) =>
      /\.map$|^out\/(types|main\/(cli|library)\.)|node_modules\/(webgpu|node-|electron\/|onnxruntime|svelte|vite)/.test(
        name,
      ),
    );
    expect(strange).toEqual([]);
    expect(files.filter((name) => name.endsWith('.node'))).toEqual(
      ['arm64', 'x64'].map((arch) => `node_modules/better-sqlite3/prebuilds/linux-${arch}.node`),
    );
  });

  test('keeps compiled code outside the archive, where the system can load it', () => {
    const unpacked = join(app, 'resources', 'app.asar.unpacked', 'node_modules', 'better-sqlite3', 'prebuilds');
    expect(readdirSync(unpacked).sort()).toEqual(['linux-arm64.node', 'linux-x64.node']);
  });

  test('keeps the licence of every package in it', () => {
    const packages = new Set(
      files.flatMap((name) => /^node_modules\/((?:@[^/]+\/)?[^/@]+)\/package\.json$/.exec(name)?.[1] ?? []),
    );
    expect(packages.size).toBeGreaterThan(20);
    const without = [...packages].filter(
      (name) =>
        !files.includes(`resources/licences/${name.replace('/', '+')}.txt`) &&
        !files.some((file) => file.startsWith(`node_modules/${name}/`) && /licen[cs]e|copying/i.test(file)),
    );
    expect(without).toEqual([]);
    expect(readdirSync(app)).toEqual(expect.arrayContaining(['LICENSE.electron.txt', 'LICENSES.chromium.html']));
  });

  test('has its fuses set: not a Node, not to be debugged, only its own archive', () => {
    expect(fusesOf(readFileSync(join(app, 'unroll')))).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  test('knows of no place to update from', () => {
    expect(existsSync(join(app, 'resources', 'app-update.yml'))).toBe(false);
  });
});
