/** Shared runs that the desktop hands over: a file that was double-clicked, before or while the program runs. */
import { isAbsolute, resolve } from 'node:path';
import { shareExtension } from '../../../api/share.ts';

/** The shared runs among a program's arguments. @param folder that relative paths are in */
export function sharedFilesIn(args: readonly string[], folder: string): string[] {
  return args
    .filter((arg) => !arg.startsWith('-') && arg.toLowerCase().endsWith(shareExtension))
    .map((arg) => (isAbsolute(arg) ? arg : resolve(folder, arg)));
}

/** Takes files in one after the other, once everything is ready for the first. */
export class SharedFiles {
  readonly #waiting: string[] = [];
  #open: ((path: string) => Promise<void>) | null = null;
  #last: Promise<void> = Promise.resolve();

  add(paths: readonly string[]): void {
    this.#waiting.push(...paths);
    this.#takeWaiting();
  }

  /** @param open must not throw */
  ready(open: (path: string) => Promise<void>): void {
    this.#open = open;
    this.#takeWaiting();
  }

  #takeWaiting(): void {
    const open = this.#open;
    if (!open) return;
    for (const path of this.#waiting.splice(0)) this.#last = this.#last.then(() => open(path));
  }
}
