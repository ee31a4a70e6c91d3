import { describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';

const kernels = createReferenceKernels();

describe('memory of the reference device', () => {
  it('is float64 and int32, zero at first', async () => {
    const [x, n] = [kernels.alloc('x', [2, 3]), kernels.alloc('n', [4], 'int')];
    expect(await kernels.read(x)).toEqual(new Float64Array(6));
    expect(await kernels.read(n)).toEqual(new Int32Array(4));
  });

  it('a view shares its parent’s memory', async () => {
    const parent = kernels.alloc('parent', [130]);
    const view = kernels.view(parent, 'view', 64, [2]);
    kernels.write(view, [7, 8]);
    expect([...(await kernels.read(parent)).slice(63, 67)]).toEqual([0, 7, 8, 0]);
  });

  it.each([
    [1, [2]],
    [128, [3]],
    [-64, [2]],
  ])('refuses a view at %i of shape %j', (offset, shape) => {
    const parent = kernels.alloc('parent', [130]);
    expect(() => kernels.view(parent, 'view', offset, shape)).toThrow('multiple of 64');
  });

  it('reads a copy, of the first elements if so wanted', async () => {
    const x = kernels.alloc('x', [3]);
    kernels.write(x, [1, 2, 3]);
    const copy = await kernels.read(x, 2);
    kernels.fill(x, 9);
    expect([...copy]).toEqual([1, 2]);
  });

  it('copies the first elements', async () => {
    const [a, b] = [kernels.alloc('a', [3]), kernels.alloc('b', [3])];
    kernels.write(a, [1, 2, 3]);
    kernels.copy(a, b, 2);
    expect([...(await kernels.read(b))]).toEqual([1, 2, 0]);
  });

  it('says what is wrong', async () => {
    const x = kernels.alloc('x', [3]);
    expect(() => kernels.write(x, [1, 2], 2)).toThrow('writing 2 elements at 2 does not fit tensor "x" of 3');
    await expect(kernels.read(x, 4)).rejects.toThrow('reading 4 elements of tensor "x", which has 3');
    expect(() => kernels.alloc('y', [0])).toThrow('dimensions must be positive integers, got [0]');
    expect(() => kernels.linearForward(x, x, x, null, 2, 2, 2)).toThrow('"x" has 3 elements, the operation needs 4');
    kernels.free(x);
    expect(() => kernels.fill(x, 0)).toThrow('tensor "x" is used after it was freed');
  });

  it('refuses another device’s tensors', () => {
    const foreign = { label: 'foreign', shape: [1], size: 1, dtype: 'float' } as const;
    expect(() => kernels.fill(foreign, 0)).toThrow('"foreign" belongs to another device');
  });
});
