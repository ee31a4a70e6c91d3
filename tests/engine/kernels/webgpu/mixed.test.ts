import { describe, expect, it } from 'vitest';
import { DeviceError, Devices } from '../../../../src/engine/kernels/devices.ts';
import type { Kernels } from '../../../../src/engine/kernels/kernels.ts';
import { createWebGpuKernels } from '../../../../src/engine/kernels/webgpu/create.ts';
import { dawnDevice } from '../../../../src/main/webgpu.ts';
import { nodeDevices } from '../../../../src/main/devices.ts';
import { expectClose } from '../../../compare.ts';
import { normals } from '../../numbers.ts';
import { useKernels } from '../suites/device.ts';
import { dawn } from './device.ts';

describe.skipIf(!dawn)('mixed precision on webgpu', () => {
  const mixed = useKernels({ name: 'mixed', create: () => createWebGpuKernels(dawn!, { precision: 'mixed' }) });
  const single = useKernels({ name: 'single', create: () => createWebGpuKernels(dawn!) });

  /** Both products with weights, of so many rows that the weights are copied as f16. */
  async function linear(kernels: Kernels, [N, I, O]: readonly number[], weights: ArrayLike<number>) {
    const tensor = (shape: number[], values?: ArrayLike<number>) => {
      const made = kernels.alloc('t', shape);
      if (values) kernels.write(made, Float32Array.from(values));
      return made;
    };
    const weight = tensor([O, I], weights);
    const [y, dx] = [tensor([N, O]), tensor([N, I])];
    const [x, dy] = [tensor([N, I], normals(1, N * I)), tensor([N, O], normals(2, N * O))];
    kernels.linearForward(y, x, weight, tensor([O], normals(3, O)), N, I, O);
    kernels.linearBackward(dx, null, null, dy, x, weight, N, I, O, false);
    return Promise.all([kernels.read(y), kernels.read(dx)]);
  }

  it.each([
    ['in vec4s', [260, 8, 12]],
    ['number by number', [300, 7, 9]],
    ['in few rows, where no copy is made', [3, 8, 12]],
  ] as const)('gives the bits of float32 for weights that f16 has: %s', async (_, sizes) => {
    const weights = normals(4, sizes[1] * sizes[2]).map((x) => Math.f16round(Math.fround(x)));
    expect(await linear(mixed(), sizes, weights)).toEqual(await linear(single(), sizes, weights));
  });

  it('rounds weights to 11 bits, nothing else', async () => {
    const sizes = [260, 1, 1];
    const [got, want] = [await linear(mixed(), sizes, [1 / 3]), await linear(single(), sizes, [1 / 3])];
    expect(got).not.toEqual(want);
    for (const [i, numbers] of want.entries()) expectClose(got[i]!, numbers, { atol: 2e-3, rtol: 2 ** -11 });
  });

  it('weights beyond the largest f16 become that; those that are not finite stay so', async () => {
    const [, dx] = await linear(mixed(), [256, 4, 1], [1e6, -1e30, Infinity, NaN]);
    const [, of1] = await linear(single(), [256, 1, 1], [1]);
    expect(dx!.slice(0, 2)).toEqual(Float32Array.of(65504 * of1![0]!, -65504 * of1![0]!));
    expect(dx!.slice(2, 4)).toEqual(Float32Array.of(NaN, NaN));
  });

  it('is recorded in what the device says of itself', () => {
    expect(mixed().precision).toBe('mixed');
    expect(mixed().detail).toBe(`${single().detail}, mixed precision`);
  });
});

describe('mixed precision', () => {
  const devices = new Devices([...nodeDevices().filter(({ name }) => name !== 'webgpu'), dawnDevice()]);

  it.each(['native', 'wasm', 'tensorflow', 'reference'])('is refused by %s', async (name) => {
    await expect(devices.create(name, { precision: 'mixed' })).rejects.toThrow(DeviceError);
    await expect(devices.create(name, { precision: 'mixed' })).rejects.toThrow(
      `Mixed precision is computed on webgpu, not on "${name}": choose the device webgpu, or the precision float32.`,
    );
  });

  it('is not what `auto` is asked for', async () => {
    await expect(devices.create('auto', { precision: 'mixed' })).rejects.toThrow(
      'Mixed precision is computed on webgpu: choose that device, or the precision float32.',
    );
  });
});
