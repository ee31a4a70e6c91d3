import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NativeContext } from '../../../../src/engine/kernels/native/addon.ts';
import { loadNative } from '../../../../src/engine/kernels/native/load.ts';
import { recurrentCase } from '../reference/recurrent-case.ts';
import { addon, createNative, haveNative, instructionSets } from './device.ts';

/** Everything the addon offers is called with wrong arguments: it must throw, and never read or write where it should not. */
describe.skipIf(!haveNative)('the border between JavaScript and C++', () => {
  let context: NativeContext;
  beforeAll(() => {
    context = addon!.createContext(instructionSets[0]!, 2);
  });
  afterAll(() => context.dispose());

  const f = (length: number) => new Float32Array(length);

  it('names the argument that is too short', () => {
    expect(() => context.linearForward(3, 2, 4, f(12), f(6), f(7), null)).toThrow(
      new RangeError('linearForward: weight has 7 elements, these sizes need 8'),
    );
    expect(() => context.update(2, 5, f(5), f(5), f(5), null, 1, 0.1, 0.9, 0.9, 0, 0, 1)).toThrow('slots[1]');
  });

  it('names the argument of the wrong type', () => {
    const doubles = new Float64Array(6) as unknown as Float32Array;
    expect(() => context.linearForward(3, 2, 4, f(12), doubles, f(8), null)).toThrow(
      new TypeError('linearForward: x must be a Float32Array'),
    );
    expect(() => context.embeddingForward(2, 3, 1, f(2), f(2) as unknown as Int32Array, f(3))).toThrow('an Int32Array');
  });

  it.each([0, -1, 1.5, NaN, 2 ** 31, Infinity])('refuses a size of %s', (size) => {
    expect(() => context.linearForward(size, 2, 4, f(12), f(6), f(8), null)).toThrow(RangeError);
  });

  it('does not overflow when sizes are multiplied', () => {
    const huge = 2 ** 31 - 1;
    expect(() => context.linearForward(huge, huge, huge, f(1), f(1), f(1), null)).toThrow(RangeError);
    expect(() => context.recurrentWorkspaceFloats(3, false, huge, huge, 1, huge)).toThrow(RangeError);
  });

  it('refuses indices outside a table, and classes that there are not', () => {
    const tokens = Int32Array.of(0, 3);
    expect(() => context.embeddingForward(2, 3, 1, f(2), tokens, f(3))).toThrow('tokens[1] is 3, expected 0 to 2');
    expect(() => context.softmaxCrossEntropy(2, 3, f(2), null, f(6), Int32Array.of(-2, 0), null, 0)).toThrow(
      'targets[0] is -2, expected -1 to 2',
    );
  });

  it('refuses outputs that share memory', () => {
    const shared = f(20);
    expect(() => context.linearForward(2, 2, 2, shared.subarray(2, 6), shared.subarray(0, 4), f(4), null)).toThrow(
      'linearForward: y is written and shares memory with x',
    );
    expect(() =>
      context.softmaxCrossEntropy(2, 2, f(2), shared.subarray(1), shared, Int32Array.of(0, 0), null, 0),
    ).toThrow('shares memory');
  });

  it('refuses the wrong number of arguments, and every call after dispose', () => {
    const gone = addon!.createContext(instructionSets[0]!, 1);
    expect(() => (gone.linearForward as () => void)()).toThrow('expected 7 arguments, got 0');
    gone.dispose();
    gone.dispose();
    expect(() => gone.linearForward(1, 1, 1, f(1), f(1), f(1), null)).toThrow('these kernels were disposed');
  });

  it('refuses instruction sets that the machine lacks, and absurd numbers of threads', () => {
    expect(() => addon!.createContext('avx1024', 1)).toThrow('no instruction set called "avx1024"');
    expect(() => addon!.createContext(instructionSets[0]!, 0)).toThrow('threads must be a whole number from 1 to 256');
  });

  it('survives any arguments', () => {
    const anything = fc.oneof(
      fc.integer({ min: -2, max: 40 }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
      fc.integer({ min: 0, max: 2000 }).map((n) => new Float32Array(n)),
      fc.integer({ min: 0, max: 50 }).map((n) => new Int32Array(n)),
      fc.string(),
      fc.constant({}),
    );
    const methods = Object.entries(context).filter(
      ([name, value]) => typeof value === 'function' && !['dispose', 'barriers', 'multiplyAdds'].includes(name),
    ) as [string, (...args: unknown[]) => unknown][];
    fc.assert(
      fc.property(
        fc.constantFrom(...methods),
        fc.array(anything, { minLength: 3, maxLength: 32 }),
        ([, method], args) => {
          try {
            method(...args);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('refuses any one array of a recurrent call that is an element short', () => {
    const [T, B, I, H] = [3, 2, 4, 5];
    const arrays = [
      f(T * B * I),
      f(20 * I),
      f(20 * H),
      f(20),
      f(20),
      f(B * H),
      f(B * H),
      f(T * B * H),
      f(B * H),
      f(B * H),
    ];
    const workspace = f(context.recurrentWorkspaceFloats(3, false, T, B, I, H));
    const call = (a: Float32Array[], w: Float32Array) =>
      context.recurrentForward(
        3,
        false,
        T,
        B,
        I,
        H,
        0,
        null,
        a[0]!,
        null,
        a[1]!,
        a[2]!,
        a[3]!,
        a[4]!,
        a[5]!,
        a[6]!,
        0,
        H,
        a[7]!,
        a[8]!,
        a[9]!,
        w,
      );
    call(arrays, workspace);
    for (const short of arrays.keys()) {
      const cut = arrays.map((array, i) => (i === short ? array.subarray(1) : array));
      expect(() => call(cut, workspace)).toThrow(RangeError);
    }
    expect(() => call(arrays, workspace.subarray(1))).toThrow('workspace');
  });
});

describe.skipIf(!haveNative)('the device', () => {
  it('says what it is', () => {
    const device = loadNative();
    expect(device.reason).toBeNull();
    const kernels = createNative(undefined, 2);
    expect(kernels.detail).toMatch(/2 threads$/);
    kernels.dispose();
  });

  it('refuses a workspace made for something else', () => {
    const kernels = createNative();
    const { operands } = recurrentCase(kernels, { cell: 'gru', T: 2, B: 2, I: 2, H: 2 });
    const workspace = kernels.recurrentWorkspace({ ...operands.shape, cell: 'lstm' });
    expect(() => kernels.recurrentForward({ ...operands, workspace })).toThrow('was made for lstm');
    kernels.dispose();
  });

  it('notices the use of freed memory', () => {
    const kernels = createNative();
    const tensor = kernels.alloc('gone', [4]);
    const view = kernels.view(tensor, 'part', 0, [4]);
    kernels.free(tensor);
    kernels.free(tensor);
    expect(() => kernels.fill(tensor, 0)).toThrow('"gone" is used after it was freed');
    expect(() => kernels.fill(view, 0)).toThrow('"part" is used after it was freed');
    kernels.dispose();
  });
});
