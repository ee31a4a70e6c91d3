/**
 * The page of Electron's hidden window: no screen, but the engine with the graphics processor, which Chromium gives to pages only. Main
 * sends it a port, over which everything goes.
 */
import { Devices } from '../../engine/kernels/devices.ts';
import { servePort, type EnginePort } from '../../engine/port-engine.ts';
import { ENGINE_PORT_MESSAGE } from '../../preload/engine-port.ts';
import { webgpu } from './webgpu.ts';

const devices = new Devices([webgpu]);

window.addEventListener('message', ({ source, data, ports: [port] }: MessageEvent) => {
  if (source !== window || data !== ENGINE_PORT_MESSAGE || !port) return;
  servePort(port as EnginePort, devices, () => performance.now() / 1000);
});
