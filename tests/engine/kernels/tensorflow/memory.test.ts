import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Tensor } from '../../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { createTensorflow, tf } from './device.ts';

const SIZE = 6 * 64;

/** Something done to a storage of SIZE elements, through a view of the elements from 64 * `at` on. */
const action = fc.record({
  kind: fc.constantFrom('write', 'fill', 'copy', 'compute', 'read'),
  at: fc.integer({ min: 0, max: 5 }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  value: fc.integer({ min: -99, max: 99 }),
});

describe('memory made of values that never change', () => {
  const kernels = createTensorflow();
  afterAll(() => kernels.dispose());

  it('is, through any views, what an array is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 25 }), async (actions) => {
        const tensors = tf.memory().numTensors;
        const whole = kernels.alloc('whole', [SIZE]);
        const other = kernels.alloc('other', [SIZE]);
        kernels.fill(other, 0.5);
        const array = new Float32Array(SIZE);
        for (const { kind, at, share, value } of actions) {
          const [offset, count] = [at * 64, 1 + Math.floor(share * (SIZE - at * 64 - 1))];
          const part = array.subarray(offset, offset + count);
          const view = kernels.view(whole, 'part', offset, [count]);
          if (kind === 'write') {
            const middle = Math.floor(count / 2);
            const values = Array.from({ length: count - middle }, (_, i) => value + i);
            kernels.write(view, values, middle);
            part.set(values, middle);
          } else if (kind === 'fill') {
            kernels.fill(view, value);
            part.fill(value);
          } else if (kind === 'copy') {
            kernels.copy(other, view, count);
            part.fill(0.5);
          } else if (kind === 'compute') {
            kernels.activationForward(view, view, 'relu', count);
            part.forEach((x, i) => (part[i] = Math.max(x, 0)));
          } else {
            expect(await kernels.read(view)).toEqual(part.slice());
          }
        }
        expect(await kernels.read(whole)).toEqual(array);
        kernels.free(whole);
        kernels.free(other);
        expect(tf.memory().numTensors).toBe(tensors);
      }),
      { numRuns: 60 },
    );
  });

  it('copies what the host gives and what it takes', async () => {
    const tensor = kernels.alloc('x', [3]);
    const given = Float32Array.of(1, 2, 3);
    kernels.write(tensor, given);
    given.fill(9);
    const taken = await kernels.read(tensor);
    expect([...taken]).toEqual([1, 2, 3]);
    taken.fill(9);
    expect([...(await kernels.read(tensor))]).toEqual([1, 2, 3]);
  });

  it('gives what stood there when it was read, whatever is written meanwhile', async () => {
    const tensor = kernels.alloc('x', [3]);
    kernels.write(tensor, [1, 2, 3]);
    const reading = kernels.read(tensor, 2);
    kernels.fill(tensor, 0);
    kernels.free(tensor);
    expect([...(await reading)]).toEqual([1, 2]);
  });

  it('keeps integers, views of them too', async () => {
    const ids = kernels.alloc('ids', [128], 'int');
    const last = kernels.view(ids, 'last', 64, [2]);
    kernels.write(last, [2, 1]);
    const y = kernels.alloc('y', [2, 3]);
    kernels.oneHot(y, last, 2, 3);
    expect([...(await kernels.read(y))]).toEqual([0, 0, 1, 0, 1, 0]);
    kernels.copy(last, ids, 2);
    expect(await kernels.read(ids, 3)).toEqual(Int32Array.of(2, 1, 0));
    kernels.oneHot(y, ids, 2, 3);
    expect([...(await kernels.read(y))]).toEqual([0, 0, 1, 0, 1, 0]);
    kernels.fill(ids, 1);
    kernels.oneHot(y, ids, 2, 3);
    expect([...(await kernels.read(y))]).toEqual([0, 1, 0, 0, 1, 0]);
  });

  it('takes no computed integers for tokens', () => {
    const argmax = kernels.alloc('argmax', [1, 2], 'int');
    const x = kernels.alloc('x', [3, 1, 2]);
    kernels.poolForward({ kind: 'max', T: 3, B: 1, F: 2, D: 1 }, kernels.alloc('y', [1, 2]), argmax, x, null);
    expect(() => kernels.oneHot(kernels.alloc('y', [2, 3]), argmax, 2, 3)).toThrow(
      'tensor "argmax" holds what the device computed, expected tokens or lengths',
    );
  });

  const wrong: [what: string, call: () => void, message: string][] = [
    ['a size of nothing', () => kernels.alloc('x', [2, 0]), 'dimensions must be positive integers, got [2, 0]'],
    [
      'a view that leaves its parent',
      () => kernels.view(kernels.alloc('x', [70]), 'v', 64, [7]),
      '7 elements at 64 of "x"',
    ],
    ['a view that starts anywhere', () => kernels.view(kernels.alloc('x', [70]), 'v', 3, [7]), 'a multiple of 64'],
    [
      'too many numbers',
      () => kernels.write(kernels.alloc('x', [3]), [1, 2], 2),
      'writing 2 elements at 2 does not fit tensor "x" of 3',
    ],
    [
      'too few numbers',
      () => kernels.activationForward(kernels.alloc('y', [3]), kernels.alloc('x', [2]), 'tanh', 3),
      '"x" has 2 elements, the operation needs 3',
    ],
    [
      'integers for floats',
      () => kernels.activationForward(kernels.alloc('y', [3]), kernels.alloc('x', [3], 'int'), 'tanh', 3),
      '"x" holds integers, expected floats',
    ],
    [
      'floats for integers',
      () => kernels.oneHot(kernels.alloc('y', [6]), kernels.alloc('x', [2]), 2, 3),
      '"x" holds floats, expected integers',
    ],
    [
      'another device’s tensor',
      () => kernels.fill(createReferenceKernels().alloc('x', [3]), 1),
      'tensor "x" belongs to another device',
    ],
  ];
  it.each(wrong)('refuses %s, and loses nothing by it', (_, call, message) => {
    expect(call).toThrow(message);
    const tensors = tf.memory().numTensors;
    expect(call).toThrow(message);
    // What the call has allocated before it failed: two tensors at most.
    expect(tf.memory().numTensors - tensors).toBeLessThanOrEqual(2);
  });

  it('notices the use of freed memory', () => {
    const tensor = kernels.alloc('gone', [4]);
    const view: Tensor = kernels.view(tensor, 'part', 0, [4]);
    kernels.free(tensor);
    kernels.free(tensor);
    expect(() => kernels.fill(tensor, 0)).toThrow('"gone" is used after it was freed');
    expect(() => kernels.fill(view, 0)).toThrow('"part" is used after it was freed');
  });

  it('a freed view leaves its parent alone', async () => {
    const tensor = kernels.alloc('whole', [4]);
    const view = kernels.view(tensor, 'part', 0, [4]);
    kernels.fill(tensor, 2);
    kernels.free(view);
    expect([...(await kernels.read(tensor))]).toEqual([2, 2, 2, 2]);
  });
});
