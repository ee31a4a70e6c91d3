import { describe, expect, it } from 'vitest';
import { DeviceError, DeviceLostError } from '../../../../src/engine/kernels/devices.ts';
import { defineKernel, f32, GpuContext } from '../../../../src/engine/kernels/webgpu/context.ts';
import { createWebGpuKernels, findAdapter, probeWebGpu } from '../../../../src/engine/kernels/webgpu/create.ts';
import { viewOf } from '../../../../src/engine/kernels/webgpu/tensor.ts';
import { dawn } from './device.ts';
import { FakeGpu, type FakeOptions } from './fake-gpu.ts';

const noPause = { pause: async () => {} };

async function fake(options?: FakeOptions) {
  const made = new FakeGpu(options);
  const context = await GpuContext.create((await made.requestAdapter())!);
  return { context, device: made.device! };
}

/** y += a x */
const axpy = defineKernel({
  name: 'axpy',
  bindings: ['read', 'readwrite'],
  params: ['count', 'a: f32'],
  wgsl: `
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) n: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linear_workgroup(id, n) * 64u + lane;
  if (i < p.count) { y[i] += p.a * x[i]; }
}`,
});

describe.skipIf(!dawn)('a WebGPU device', () => {
  const create = async () => GpuContext.create((await findAdapter(dawn!))!);

  it('does everything in the order of the calls, with reads under way', async () => {
    const gpu = await create();
    const [x, y] = [gpu.alloc('x', [3], 'float'), gpu.alloc('y', [3], 'float')];
    gpu.write(x, [1, 2, 3], 0);
    const add = (a: number) => gpu.run(axpy, undefined, [x, y], [3, f32(a)], [1]);
    add(1);
    const first = gpu.read(y, 3);
    gpu.write(y, [10], 1);
    add(2);
    const second = gpu.read(y, 2);
    gpu.write(x, new Float32Array(3), 0);
    add(1);
    const third = gpu.read(y, 3);
    expect(await Promise.all([third, second, first])).toEqual([
      Float32Array.of(3, 14, 9),
      Float32Array.of(3, 14),
      Float32Array.of(1, 2, 3),
    ]);
    gpu.dispose();
  });

  it('keeps the order of writes too large to be staged, and of more dispatches than a submit has', async () => {
    const gpu = await create();
    const large = 300_000;
    const [x, y] = [gpu.alloc('x', [large], 'float'), gpu.alloc('y', [large], 'float')];
    gpu.write(x, new Float32Array(large).fill(1), 0);
    for (let i = 0; i < 1100; i++) gpu.run(axpy, undefined, [x, y], [5, f32(1)], [1]);
    gpu.write(x, new Float32Array(large).fill(3), 0);
    gpu.run(axpy, undefined, [x, y], [large, f32(1)], [Math.ceil(large / 64)]);
    const got = await gpu.read(y, large);
    expect([got[0], got[4], got[5], got[large - 1]]).toEqual([1103, 1103, 3, 3]);
    gpu.dispose();
  });

  it('reads one part of a buffer and writes another in one dispatch', async () => {
    const gpu = await create();
    const both = gpu.alloc('both', [128], 'float');
    gpu.write(both, [1, 2], 0);
    const halves = [viewOf(both, 'left', 0, [64]), viewOf(both, 'right', 64, [64])];
    gpu.run(axpy, undefined, halves, [64, f32(5)], [1]);
    expect((await gpu.read(both, 128)).slice(62, 67)).toEqual(Float32Array.of(0, 0, 5, 10, 0));
    gpu.dispose();
  });

  it('frees what enqueued work still uses only after it', async () => {
    const gpu = await create();
    const [x, y] = [gpu.alloc('x', [3], 'float'), gpu.alloc('y', [3], 'float')];
    gpu.write(x, [1, 2, 3], 0);
    gpu.run(axpy, undefined, [x, y], [3, f32(1)], [1]);
    gpu.free(x);
    expect(await gpu.read(y, 3)).toEqual(Float32Array.of(1, 2, 3));
    expect(() => gpu.run(axpy, undefined, [x, y], [3, f32(1)], [1])).toThrow('"x" is used after it was freed');
    gpu.dispose();
  });

  it('that is lost ends reads under way and every later call', async () => {
    const gpu = await create();
    const y = gpu.alloc('y', [3], 'float');
    const read = gpu.read(y, 3);
    gpu.device.destroy();
    const lost = await read.then(
      () => gpu.read(y, 3).catch((error: unknown) => error),
      (error: unknown) => error,
    );
    expect(lost).toBeInstanceOf(DeviceLostError);
    expect(() => gpu.alloc('more', [1], 'float')).toThrow(DeviceLostError);
  });

  it('names the shader that does not compile, and where', async () => {
    const gpu = await create();
    const broken = defineKernel({
      name: 'broken',
      bindings: ['write'],
      params: [],
      wgsl: `@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(1) fn main() { y[0] = nonsense; }`,
    });
    const y = gpu.alloc('y', [1], 'float');
    gpu.run(broken, undefined, [y], [], [1]);
    await expect(gpu.read(y, 1)).rejects.toThrow(/did not accept the shader "broken": .*nonsense.* \(line \d+\)/);
    await expect(gpu.read(y, 1)).rejects.toThrow(DeviceError);
    gpu.dispose();
  });
});

describe('a WebGPU device that fails', () => {
  it('is lost with a sentence that says what to do, also where reads are never answered', async () => {
    const { context, device } = await fake();
    const y = context.alloc('y', [3], 'float');
    device.answers = false;
    const read = context.read(y, 3);
    device.lose('The driver was reset.');
    await expect(read).rejects.toThrow(DeviceLostError);
    await expect(read).rejects.toThrow(
      'The GPU was lost (The driver was reset): a driver reset, sleep or an unplugged device does this.',
    );
    expect(() => context.write(y, [1], 0)).toThrow(DeviceLostError);
    await expect(context.read(y, 3)).rejects.toThrow(DeviceLostError);
  });

  it('has no memory left: the next read says for what', async () => {
    const { context } = await fake({ noMemoryFor: 'rnn.y' });
    const y = context.alloc('rnn.y', [1024, 1024], 'float');
    await expect(context.read(y, 3)).rejects.toThrow(
      'The GPU has no memory left for "rnn.y", which needs 4.0 MB. Choose a smaller batch, shorter windows',
    );
    expect(() => context.write(y, [1], 0)).toThrow(DeviceError);
  });

  it('has no buffers as large as that', async () => {
    const { context } = await fake({ limits: { maxStorageBufferBindingSize: 2 ** 20 } });
    expect(() => context.alloc('emb.weight', [1000, 300], 'float')).toThrow(
      '"emb.weight" [1000, 300] needs 1.1 MB, but this GPU\'s largest buffer is 1.0 MB. Choose a smaller batch',
    );
    await expect(context.read(context.alloc('small', [1], 'float'), 1)).resolves.toEqual(Float32Array.of(0));
  });

  it('does not accept a shader: told before what is refused because of it', async () => {
    const { context, device } = await fake({ shaderError: 'out of registers' });
    const [x, y] = [context.alloc('x', [3], 'float'), context.alloc('y', [3], 'float')];
    context.run(axpy, undefined, [x, y], [3, f32(1)], [1]);
    device.refuse('[Invalid ComputePipeline "axpy"] is invalid due to a previous error.');
    await expect(context.read(y, 3)).rejects.toThrow(
      'The GPU\'s driver did not accept the shader "axpy": out of registers (line 7).',
    );
  });

  it('refuses a command: the next read says so', async () => {
    const { context, device } = await fake();
    const y = context.alloc('y', [3], 'float');
    device.refuse('Buffer is too small.\n - While validating');
    await expect(context.read(y, 3)).rejects.toThrow('The GPU refused a command: Buffer is too small.');
  });

  it('folds workgroups that are too many for one dimension', async () => {
    const { context, device } = await fake();
    const [x, y] = [context.alloc('x', [3], 'float'), context.alloc('y', [3], 'float')];
    context.run(axpy, undefined, [x, y], [3, f32(1)], [65_535]);
    context.run(axpy, undefined, [x, y], [3, f32(1)], [65_537]);
    expect(device.dispatches).toEqual([
      [65_535, 1, 1],
      [32_769, 2, 1],
    ]);
  });

  it('submits once for reads that are asked for together, whatever was enqueued before', async () => {
    const { context, device } = await fake();
    const [x, y] = [context.alloc('x', [3], 'float'), context.alloc('y', [3], 'float')];
    for (let i = 0; i < 500; i++) {
      context.write(x, [i], 0);
      context.run(axpy, undefined, [x, y], [3, f32(1)], [1]);
    }
    expect(device.submits).toBe(0);
    await Promise.all([context.read(y, 3), context.read(x, 1)]);
    expect(device.submits).toBe(1);
  });

  it('refuses calls that cannot be meant', async () => {
    const { context } = await fake();
    const y = context.alloc('y', [3], 'float');
    expect(() => context.write(y, [1, 2], 2)).toThrow('writing 2 elements at 2 does not fit tensor "y" of 3');
    await expect(context.read(y, 4)).rejects.toThrow('reading 4 elements of tensor "y", which has 3');
    expect(() => context.alloc('none', [2, 0], 'float')).toThrow('dimensions must be positive integers, got [2, 0]');
    expect(() => viewOf(y, 'part', 1, [1])).toThrow('starts at a multiple of 64');
  });
});

describe('adapters', () => {
  it('are asked for again when there is none at first', async () => {
    const made = new FakeGpu({ absent: 2 });
    expect(await probeWebGpu(made.gpu, noPause)).toMatchObject({ available: true, adapter: 'acme rocket' });
    expect(made.asked).toBe(3);
  });

  it('are not remembered to be missing', async () => {
    const made = new FakeGpu({ absent: 5 });
    expect(await probeWebGpu(made.gpu, noPause)).toMatchObject({
      available: false,
      detail: expect.stringMatching(/^No graphics adapter .* Direct3D 12, Metal or Vulkan/),
    });
    expect((await probeWebGpu(made.gpu, noPause)).available).toBe(true);
  });

  it('that vanish after the probe, or give no device, are a DeviceError', async () => {
    await expect(createWebGpuKernels(new FakeGpu({ absent: 99 }).gpu, noPause)).rejects.toThrow(DeviceError);
    const stubborn = new FakeGpu({ noDevice: 'A valid external Instance reference no longer exists.' });
    await expect(createWebGpuKernels(stubborn.gpu, noPause)).rejects.toThrow(
      'The graphics adapter acme rocket gives no device: A valid external',
    );
  });

  it('that the processor plays are known as such', async () => {
    for (const info of [
      { architecture: 'swiftshader' },
      { description: 'llvmpipe (LLVM 15)' },
      { isFallbackAdapter: true },
    ]) {
      expect((await probeWebGpu(new FakeGpu({ info }).gpu)).software).toBe(true);
    }
    expect((await probeWebGpu(new FakeGpu().gpu)).software).toBe(false);
  });
});
