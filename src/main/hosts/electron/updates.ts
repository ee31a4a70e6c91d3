/**
 * Updates: only in a build that names a feed (packaging/electron-builder.config.mjs writes app-update.yml then), and only when the person
 * asks. Nothing looks by itself, and nothing is downloaded before they say so.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What this needs of electron-updater. */
export interface Updater {
  autoDownload: boolean;
  autoInstallOnAppQuit: boolean;
  checkForUpdates(): Promise<{
    readonly isUpdateAvailable: boolean;
    readonly updateInfo: { readonly version: string };
  } | null>;
  downloadUpdate(): Promise<unknown>;
}

/** Shows a message; resolves to the button that was chosen. */
export type Ask = (message: string, detail: string, buttons: readonly string[]) => Promise<number>;

/** @param resources folder of the packaged app, `process.resourcesPath` */
export function hasUpdateFeed(resources: string): boolean {
  return existsSync(join(resources, 'app-update.yml'));
}

/** electron-updater, loaded when it is first asked for: it has sessions and logs of its own. */
export async function loadUpdater(): Promise<Updater> {
  const { default: updates } = await import('electron-updater');
  return updates.autoUpdater;
}

/**
 * Looks for an update, and downloads it if the person agrees; it is installed when the app is closed.
 * What goes wrong is said, never thrown.
 */
export async function checkForUpdates(updater: Updater, current: string, ask: Ask): Promise<void> {
  updater.autoDownload = false;
  updater.autoInstallOnAppQuit = true;
  try {
    const found = await updater.checkForUpdates();
    if (!found?.isUpdateAvailable) {
      await ask('Unroll is up to date.', `This is version ${current}.`, ['OK']);
      return;
    }
    const { version } = found.updateInfo;
    const answer = await ask(
      `Unroll ${version} can be downloaded.`,
      `This is version ${current}. The update is installed when you close Unroll; runs and texts stay as they are.`,
      ['Download', 'Not now'],
    );
    if (answer !== 0) return;
    await updater.downloadUpdate();
    await ask(`Unroll ${version} was downloaded.`, 'It is installed when you close Unroll.', ['OK']);
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    await ask('Unroll could not be updated.', `${why} Check the connection and try again.`, ['OK']);
  }
}
