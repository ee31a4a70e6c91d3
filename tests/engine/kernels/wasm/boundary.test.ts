import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { loadWasm } from '../../../../src/engine/kernels/wasm/load.ts';
import { createBare, createNative } from '../native/device.ts';

/** The C++ behind this border is the native device's, with its own checks; here is what differs: the way there. */
describe('the border between JavaScript and WebAssembly', () => {
  const { context, floats, ints } = createBare('wasm', 2);
  afterAll(() => context.dispose());

  it('carries numbers, flags, arrays and null', () => {
    const [y, x, weight, bias] = [floats(2), floats(3), floats(6), floats(2)];
    x.set([1, 2, 3]);
    weight.set([1, 0, 0, 0, 0.5, 1]);
    bias.set([10, 20]);
    context.linearForward(1, 3, 2, y, x, weight, bias);
    expect([...y]).toEqual([11, 24]);
    context.linearForward(1, 3, 2, y, x, weight, null);
    expect([...y]).toEqual([1, 4]);
    expect(context.clip(2, floats(1), y, Infinity, 0)).toBe(1);
    expect(context.recurrentWorkspaceFloats(0, false, 3, 2, 1, 16)).toBe(3 * 2 * 16 * 2);
  });

  it('throws what the native device throws', () => {
    expect(() => context.linearForward(3, 2, 4, floats(12), floats(6), floats(7), null)).toThrow(
      new RangeError('linearForward: weight has 7 elements, these sizes need 8'),
    );
    expect(() => context.linearForward(1.5, 2, 4, floats(12), floats(6), floats(8), null)).toThrow(RangeError);
    const tokens = ints(2);
    expect(() => context.embeddingForward(2, 3, 1, floats(2), tokens as never, tokens as never)).toThrow(
      new TypeError('embeddingForward: table must be a Float32Array'),
    );
    tokens[1] = 3;
    expect(() => context.embeddingForward(2, 3, 1, floats(2), tokens, floats(3))).toThrow(
      'tokens[1] is 3, expected 0 to 2',
    );
    expect(() => (context.linearForward as () => void)()).toThrow('expected 7 arguments, got 0');
  });

  it('refuses memory that is not the device’s', () => {
    expect(() => context.scale(4, new Float32Array(4), 2)).toThrow(
      new TypeError('scale: argument 2 lies outside this device’s memory'),
    );
    const other = createNative('wasm', 1);
    const [mine, theirs] = [createNative('wasm', 1), other.alloc('theirs', [4])];
    expect(() => mine.activationForward(theirs, theirs, 'tanh', 4)).toThrow('lies outside');
    mine.dispose();
    other.dispose();
  });

  it('does not overflow when sizes are multiplied or added', () => {
    const huge = 2 ** 31 - 1;
    const a = floats(4);
    expect(() => context.linearForward(huge, huge, huge, a, floats(4), floats(4), null)).toThrow(RangeError);
    expect(() => context.linearForward(65536, 65536, 65536, a, floats(4), floats(4), null)).toThrow(RangeError);
    expect(() => context.recurrentWorkspaceFloats(3, false, huge, huge, 1, huge)).toThrow(RangeError);
    expect(() => context.copyBlock(2, huge, huge, huge, 0, huge, a, floats(4), false)).toThrow(RangeError);
  });

  it('survives any arguments', () => {
    const anything = fc.oneof(
      fc.integer({ min: -2, max: 40 }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
      fc.string(),
      fc.constant({}),
    );
    const [many, few] = [floats(2000), ints(50)];
    const methods = Object.entries(context).filter(
      ([name, value]) => typeof value === 'function' && !['dispose', 'barriers', 'multiplyAdds'].includes(name),
    ) as [string, (...args: unknown[]) => unknown][];
    fc.assert(
      fc.property(
        fc.constantFrom(...methods),
        fc.array(
          fc.oneof(
            anything,
            fc.nat(2000).map((n) => many.subarray(n)),
            fc.nat(50).map((n) => few.subarray(n)),
          ),
          {
            minLength: 3,
            maxLength: 45,
          },
        ),
        ([, method], args) => {
          try {
            method(...args);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
            expect(error).not.toBeInstanceOf(WebAssembly.RuntimeError);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('the WebAssembly device', () => {
  it('is there, and says what it is', () => {
    expect(loadWasm().reason).toBeNull();
    const kernels = createNative('wasm', 2);
    expect([kernels.name, kernels.detail, kernels.precision]).toEqual([
      'wasm',
      'WebAssembly SIMD, 2 threads',
      'float32',
    ]);
    kernels.dispose();
  });

  it.each([0, 1.5, 257, NaN])('refuses %s threads', (threads) => {
    expect(() => createNative('wasm', threads)).toThrow('threads must be a whole number from 1 to 256');
  });

  it('says when there is no room for the kernels’ own buffers, and still works', async () => {
    const kernels = createNative('wasm', 2);
    const [N, I, O] = [8, 600, 600];
    const [x, weight, y] = [kernels.alloc('x', [N, I]), kernels.alloc('weight', [O, I]), kernels.alloc('y', [N, O])];
    kernels.fill(x, 1);
    kernels.write(weight, new Float32Array(I).fill(0.5));
    const filling = [];
    for (const megabytes of [1024, 256, 16, 1, 1 / 4]) {
      try {
        for (;;) filling.push(kernels.alloc('filling', [megabytes * 2 ** 18]));
      } catch (error) {
        expect(String(error)).toContain('There is not enough memory for "filling"');
      }
    }
    for (let i = 0; i < 3; i++) {
      expect(() => kernels.linearForward(y, x, weight, null, N, I, O)).toThrow(
        'There is not enough memory for "the kernels’ working memory"',
      );
    }
    for (const tensor of filling) kernels.free(tensor);
    kernels.linearForward(y, x, weight, null, N, I, O);
    expect([...(await kernels.read(y, 2))]).toEqual([I / 2, 0]);
    kernels.dispose();
  });

  it('knows its memory again after that of another device has grown', () => {
    // V8 then gives every shared memory of the thread a new buffer.
    const [kernels, other] = [createNative('wasm', 2), createNative('wasm', 1)];
    const early = kernels.alloc('early', [64]);
    other.alloc('large', [2 ** 24]);
    const late = kernels.alloc('late', [64]);
    for (const tensor of [early, late]) kernels.activationForward(tensor, tensor, 'tanh', 64);
    kernels.dispose();
    other.dispose();
  });

  it('refuses calls after dispose', () => {
    const kernels = createNative('wasm', 2);
    const tensor = kernels.alloc('t', [4]);
    kernels.dispose();
    kernels.dispose();
    expect(() => kernels.activationForward(tensor, tensor, 'tanh', 4)).toThrow('these kernels were disposed');
  });

  it('lets a process end that has not disposed of it', () => {
    const load = new URL('../../../../src/engine/kernels/wasm/load.ts', import.meta.url);
    const program = `import { createWasmKernels } from '${load.href}'; console.log(createWasmKernels({ threads: 3 }).detail);`;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      timeout: 25_000,
    });
    expect([child.status, child.stdout]).toEqual([0, 'WebAssembly SIMD, 3 threads\n']);
  });
});
