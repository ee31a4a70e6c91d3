import type { Tensor } from '../kernels.ts';
import type { GpuContext } from './context.ts';
import { elementwise, groupsOf } from './shader.ts';
import { deviceTensor, gpuTensor } from './tensor.ts';

const fillKernel = elementwise({
  name: 'fill',
  tensors: { y: 'write u32' },
  params: ['bits'],
  code: 'y[i] = p.bits;',
});

const copyKernel = elementwise({
  name: 'copy',
  tensors: { y: 'write u32', x: 'read u32' },
  params: [],
  code: 'y[i] = x[i];',
});

/** The first `count` elements of `target` become `value`. */
export function fill(gpu: GpuContext, target: Tensor, value: number, count = target.size): void {
  const y = gpuTensor(target, target.dtype, count);
  const bits = y.dtype === 'int' ? value >>> 0 : bitsOf(value);
  const { memory, byteOffset } = deviceTensor(y);
  memory.integers?.fill(value, byteOffset / 4, byteOffset / 4 + count);
  gpu.run(fillKernel, undefined, [y], [count, bits], groupsOf(count));
}

/** The first `count` elements of `target` become those of `source`, of the same type. */
export function copy(gpu: GpuContext, source: Tensor, target: Tensor, count = source.size): void {
  const x = gpuTensor(source, source.dtype, count);
  const y = gpuTensor(target, source.dtype, count);
  const [from, to] = [deviceTensor(x), deviceTensor(y)];
  const start = from.byteOffset / 4;
  if (from.memory.integers) {
    to.memory.integers!.set(from.memory.integers.subarray(start, start + count), to.byteOffset / 4);
  }
  gpu.run(copyKernel, undefined, [y, x], [count], groupsOf(count));
}

const word = new DataView(new ArrayBuffer(4));

function bitsOf(value: number): number {
  word.setFloat32(0, value);
  return word.getUint32(0);
}
