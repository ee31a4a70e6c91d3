import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { checkForUpdates, hasUpdateFeed, type Updater } from '../../../../src/main/hosts/electron/updates.ts';
import { temporaryFolder } from '../../temporary.ts';

function updater(found: Awaited<ReturnType<Updater['checkForUpdates']>> | Error) {
  return {
    autoDownload: true,
    autoInstallOnAppQuit: false,
    checkForUpdates: vi.fn(() => (found instanceof Error ? Promise.reject(found) : Promise.resolve(found))),
    downloadUpdate: vi.fn(() => Promise.resolve([])),
  };
}
const newer = { isUpdateAvailable: true, updateInfo: { version: '2.0.0' } };

test('a build knows of updates only if it names a feed', () => {
  const folder = temporaryFolder();
  expect(hasUpdateFeed(folder)).toBe(false);
  writeFileSync(join(folder, 'app-update.yml'), 'provider: generic\n');
  expect(hasUpdateFeed(folder)).toBe(true);
});

describe('asking for updates', () => {
  test('downloads only what the person agrees to', async () => {
    const refused = updater(newer);
    await checkForUpdates(refused, '1.0.0', () => Promise.resolve(1));
    expect(refused.autoDownload).toBe(false);
    expect(refused.downloadUpdate).not.toHaveBeenCalled();

    const agreed = updater(newer);
    const said: string[] = [];
    await checkForUpdates(agreed, '1.0.0', (message) => Promise.resolve(said.push(message) && 0));
    expect(agreed.downloadUpdate).toHaveBeenCalledOnce();
    expect(agreed.autoInstallOnAppQuit).toBe(true);
    expect(said).toEqual(['Unroll 2.0.0 can be downloaded.', 'Unroll 2.0.0 was downloaded.']);
  });

  test.each([[null], [{ isUpdateAvailable: false, updateInfo: { version: '1.0.0' } }]])(
    'says when there is none: %j',
    async (found) => {
      const ask = vi.fn(() => Promise.resolve(0));
      await checkForUpdates(updater(found), '1.0.0', ask);
      expect(ask).toHaveBeenCalledExactlyOnceWith('Unroll is up to date.', 'This is version 1.0.0.', ['OK']);
    },
  );

  test('says what went wrong', async () => {
    const ask = vi.fn(() => Promise.resolve(0));
    await checkForUpdates(updater(new Error('net::ERR_INTERNET_DISCONNECTED\n at somewhere')), '1.0.0', ask);
    expect(ask).toHaveBeenCalledExactlyOnceWith(
      'Unroll could not be updated.',
      'net::ERR_INTERNET_DISCONNECTED Check the connection and try again.',
      ['OK'],
    );
  });
});
