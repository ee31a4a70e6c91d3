/** The bridge between Electron and the page: a few narrow functions, nothing of Electron itself. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { type Bridge, type Command, PORT_MESSAGE } from './bridge.ts';

// A port cannot cross the context bridge; a message of the window can carry it.
ipcRenderer.on(PORT_MESSAGE, (event) => window.postMessage(PORT_MESSAGE, '*', event.ports));

const bridge: Bridge = {
  connect: () => ipcRenderer.send('unroll:connect'),
  chooseFiles: () => ipcRenderer.invoke('unroll:choose-files'),
  chooseSavePath: (defaultName) => ipcRenderer.invoke('unroll:choose-save-path', defaultName),
  pathForFile: (file) => webUtils.getPathForFile(file),
  onCommand(callback) {
    const listener = (_event: unknown, command: Command) => callback(command);
    ipcRenderer.on('unroll:command', listener);
    return () => ipcRenderer.off('unroll:command', listener);
  },
  onShowRun(callback) {
    const listener = (_event: unknown, run: string) => callback(run);
    ipcRenderer.on('unroll:show-run', listener);
    // A file that was opened with the program waits for a page that can show it.
    ipcRenderer.send('unroll:can-show-runs');
    return () => ipcRenderer.off('unroll:show-run', listener);
  },
  setTheme: (theme) => ipcRenderer.send('unroll:theme', theme),
};

contextBridge.exposeInMainWorld('unroll', bridge);
