import { expect, it, vi } from 'vitest';
import { DeviceError } from '../../src/engine/kernels/devices.ts';
import { dawnDevice } from '../../src/main/webgpu.ts';

vi.mock('webgpu', () => {
  throw new Error('libvulkan.so.1: cannot open shared object file\n    at operator()');
});

it('a package that cannot be loaded is a device that says why, not an error', async () => {
  const device = dawnDevice();
  const { available, detail } = await device.probe();
  expect(available).toBe(false);
  expect(detail).toMatch(/^The package "webgpu" cannot be loaded here: .*"npm install" brings it/s);
  await expect(device.create({ threads: null, precision: 'float32' })).rejects.toThrow(DeviceError);
  await expect(device.create({ threads: null, precision: 'float32' })).rejects.toThrow(detail);
});
