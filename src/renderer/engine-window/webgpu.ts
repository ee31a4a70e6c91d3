/** The page's WebGPU as a device. */
import { DeviceError, type DeviceLoader } from '../../engine/kernels/devices.ts';
import { createWebGpuKernels, probeWebGpu } from '../../engine/kernels/webgpu/create.ts';

/** Absent where Chromium was started without it, or the driver is on its list of those it does not trust. */
const { gpu } = navigator as { readonly gpu?: GPU };
const none = 'Chromium offers no WebGPU here: the graphics driver may be too old, or not be trusted.';

export const webgpu: DeviceLoader = {
  name: 'webgpu',
  precision: 'float32',
  automatic: 'measured',
  probe: async () => (gpu ? probeWebGpu(gpu) : { available: false, detail: none }),
  async create({ precision }) {
    if (!gpu) throw new DeviceError(none);
    return createWebGpuKernels(gpu, { precision });
  },
};
