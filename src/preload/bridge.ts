/**
 * What the Electron host gives its page besides the API of src/api: native dialogs, menu commands, the path of a dropped file.
 * The page reads it as `window.unroll` (undefined in the serve host). Pure module: types and constants only.
 *
 * How the API's MessagePort arrives: the page first listens to `message` events of its own window, then calls
 * `window.unroll.connect()`. Main answers with a new port, which the preload posts to the page:
 *
 *     window.addEventListener('message', (event) => {
 *       if (event.source === window && event.data === PORT_MESSAGE) use(event.ports[0]); // a MessagePort; call port.start()
 *     });
 *     window.unroll.connect();
 *
 * Every call of `connect` brings a new port and closes the window's earlier one; call it again when a port has closed.
 */

/** `data` of the message that carries the API's port. */
export const PORT_MESSAGE = 'unroll:port';

/** What the native menu asks the page to do; the keys beside them are in src/main/hosts/electron/menu.ts. */
export const commands = [
  'palette',
  'new-run',
  'import',
  'export',
  'pause',
  'compare',
  'inside',
  'search',
  'shortcuts',
  'settings',
  'go-corpora',
  'go-runs',
  'go-compare',
  'go-try',
  'go-inside',
] as const;
export type Command = (typeof commands)[number];

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export interface Bridge {
  /** Asks for a port to the API; see above how it arrives. */
  connect(): void;
  /** The native dialog for files to import: absolute paths, [] when it was cancelled. */
  chooseFiles(): Promise<string[]>;
  /** The native dialog for where to save a file; null when it was cancelled. */
  chooseSavePath(defaultName: string): Promise<string | null>;
  /** Absolute path of a dropped or chosen file; '' for one that is not on disk. */
  pathForFile(file: File): string;
  /** Calls back with every menu command; returns how to stop. */
  onCommand(callback: (command: Command) => void): () => void;
  /** Calls back with the id of a run to show: its notification was clicked, or its file was opened. Returns how to stop. */
  onShowRun(callback: (run: string) => void): () => void;
  /** The window's colours: as the system has them, or fixed. */
  setTheme(theme: Theme): void;
}

declare global {
  interface Window {
    /** Only in the Electron host. */
    readonly unroll?: Bridge;
  }
}
