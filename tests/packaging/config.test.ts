/** electron-builder's configuration, against its own schema, and what the issue of packaging asks for. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { missingAddons, packagedFor } from '../../packaging/addons.mjs';
import config from '../../packaging/electron-builder.config.mjs';
import { shareExtension } from '../../src/api/share.ts';
import { temporaryFolder } from '../main/temporary.ts';

const root = resolve(import.meta.dirname, '../..');
const installed = resolve(root, 'packaging/node_modules');

describe('the configuration of the installers', () => {
  test.skipIf(!existsSync(join(installed, 'app-builder-lib')))(
    'is what electron-builder accepts (needs npm ci --prefix packaging)',
    async () => {
      const require = createRequire(join(installed, 'x'));
      const { validateConfiguration } = require('app-builder-lib/out/util/config/config') as {
        validateConfiguration(config: unknown, log: unknown): Promise<void>;
      };
      const { DebugLogger } = require('builder-util') as { DebugLogger: new (on: boolean) => unknown };
      await validateConfiguration(config, new DebugLogger(false));
      const wrong = { ...config, fileAssociation: [] };
      await expect(validateConfiguration(wrong, new DebugLogger(false))).rejects.toThrow('fileAssociation');
    },
  );

  test('makes every kind of installer for every processor', () => {
    const kinds = ({ target }: { target: { target: string; arch: string[] }[] }) =>
      Object.fromEntries(target.map(({ target: kind, arch }) => [kind, arch]));
    const both = ['x64', 'arm64'];
    expect(kinds(config.win)).toEqual({ nsis: both, portable: both });
    expect(kinds(config.mac)).toEqual({ dmg: ['universal'] });
    expect(kinds(config.linux)).toEqual({ AppImage: both, deb: both, rpm: both });
  });

  test('names icons and entitlements that are there, in their formats', () => {
    const start = (path: string, length: number) => readFileSync(join(root, path)).subarray(0, length);
    expect(start(config.mac.icon, 4).toString()).toBe('icns');
    expect(start(config.win.icon, 4)).toEqual(Buffer.from([0, 0, 1, 0]));
    expect(start(join(config.linux.icon, '512x512.png'), 4).toString('latin1')).toBe('\x89PNG');
    for (const path of [config.mac.entitlements, config.mac.entitlementsInherit])
      expect(readFileSync(join(root, path), 'utf8').match(/<key>.*<\/key>/g)).toEqual([
        '<key>com.apple.security.cs.allow-jit</key>',
      ]);
  });

  test('opens the files that a run is shared as', () => {
    expect(config.fileAssociations.map(({ ext }) => `.${ext}`)).toEqual([shareExtension]);
  });

  test('looks for updates nowhere unless a feed is named, and that by https', async () => {
    expect(config.publish).toBeNull();
    onTestFinished(() => void vi.unstubAllEnvs());
    const configWith = async (feed: string) => {
      vi.stubEnv('UNROLL_UPDATE_FEED', feed);
      vi.resetModules();
      return (await import('../../packaging/electron-builder.config.mjs')).default.publish;
    };
    expect(await configWith('https://example.org/unroll')).toEqual({
      provider: 'generic',
      url: 'https://example.org/unroll',
    });
    await expect(configWith('http://example.org/unroll')).rejects.toThrow('must begin with https://');
  });
});

describe('the native kernels that a package needs', () => {
  test.each([
    [[], ['linux-arm64']],
    [['--linux', 'dir', '--x64'], ['linux-x64']],
    [
      ['--win', '--x64', '--arm64'],
      ['win32-x64', 'win32-arm64'],
    ],
    [
      ['-m', '--universal'],
      ['darwin-x64', 'darwin-arm64'],
    ],
  ])('for %j are those of %j', (args, wanted) => {
    expect(packagedFor(args, 'linux', 'arm64')).toEqual(wanted);
  });

  test('are missed where they are not', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'win32-x64'));
    writeFileSync(join(folder, 'win32-x64', 'unroll_native.node'), '');
    expect(missingAddons(['--win', '--x64', '--arm64'], folder)).toEqual(['win32-arm64']);
  });
});
