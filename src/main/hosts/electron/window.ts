/** The app's window. */
import { BrowserWindow, dialog, nativeTheme, screen } from 'electron';
import { pageUrl } from './policy.ts';
import { placeWindow, smallestWindow, type WindowState } from './window-state.ts';

/** Behind the page until it has drawn itself, so that a dark window does not flash white. As in styles/tokens.css. */
const background = () => (nativeTheme.shouldUseDarkColors ? '#19191d' : '#ffffff');

export interface WindowOptions {
  /** Called before anything is loaded. */
  opened(window: BrowserWindow): void;
  readonly preload: string;
  readonly state: WindowState;
  /** Does anything train: then closing is asked about. */
  isTraining(): boolean;
  /** Where the window was when it closed. */
  remember(place: Pick<WindowState, 'bounds' | 'maximized'>): void;
}

export async function openWindow({ opened, preload, state, isTraining, remember }: WindowOptions): Promise<void> {
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter((display) => display.id !== primary.id);
  const window = new BrowserWindow({
    ...placeWindow(
      state.bounds,
      [primary, ...others].map((display) => display.workArea),
    ),
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    show: false,
    title: 'Unroll',
    backgroundColor: background(),
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      navigateOnDragDrop: false,
      // Curves go on while another window is in front.
      backgroundThrottling: false,
      // Its dictionaries would come from the network.
      spellcheck: false,
    },
  });
  opened(window);
  if (state.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());

  window.on('close', (event) => {
    if (isTraining() && !confirmClose(window)) return event.preventDefault();
    remember({ bounds: window.getNormalBounds(), maximized: window.isMaximized() });
  });

  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit') void loadAgain(window, reason);
  });

  await window.loadURL(pageUrl);
}

function confirmClose(window: BrowserWindow): boolean {
  const answer = dialog.showMessageBoxSync(window, {
    type: 'question',
    message: 'A run is still training.',
    detail: 'If you close Unroll it stops at its last checkpoint, and you can resume it from there later.',
    buttons: ['Keep training', 'Stop and close'],
    defaultId: 0,
    cancelId: 0,
  });
  return answer === 1;
}

async function loadAgain(window: BrowserWindow, reason: string): Promise<void> {
  await dialog.showMessageBox(window, {
    type: 'warning',
    message: 'The window stopped working and has to be loaded again.',
    detail: `Its process ended (${reason}). Runs are not affected: training goes on in a process of its own.`,
    buttons: ['Load again'],
  });
  if (!window.isDestroyed()) window.reload();
}
