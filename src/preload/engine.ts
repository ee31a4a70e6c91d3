/** For the hidden window with the engine: hands its page the port that main sends, and nothing else. */
import { ipcRenderer } from 'electron';
import { ENGINE_PORT_MESSAGE } from './engine-port.ts';

// A port cannot cross the context bridge; a message of the window can carry it.
ipcRenderer.on(ENGINE_PORT_MESSAGE, (event) => window.postMessage(ENGINE_PORT_MESSAGE, '*', event.ports));
