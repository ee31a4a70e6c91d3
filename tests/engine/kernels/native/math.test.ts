import { describe, expect, it } from 'vitest';
import { addon, createBare, haveNative, instructionSets, targets } from './device.ts';

const COUNT = 1 << 16;

/** Every `step`-th float32 bit pattern, in portions: all exponents, both signs, infinities and NaNs among them. */
function* floatsOfAllSizes(step: number): Generator<Float32Array> {
  const bits = new Uint32Array(COUNT);
  for (let next = 0; next < 2 ** 32;) {
    for (let i = 0; i < COUNT; i++, next += step) bits[i] = next % 2 ** 32;
    yield new Float32Array(bits.buffer.slice(0));
  }
}

const FUNCTIONS = [
  // Below -87.34 the result would be subnormal and is 0.
  {
    id: 0,
    name: 'exponential',
    exact: (x: number) => (x < -87.336 ? 0 : Math.exp(x)),
    absolute: 1.2e-38,
    relative: 2.5e-7,
  },
  { id: 1, name: 'tanh', exact: Math.tanh, absolute: 4e-7, relative: 0 },
  { id: 2, name: 'sigmoid', exact: (x: number) => 1 / (1 + Math.exp(-x)), absolute: 3e-7, relative: 0 },
] as const;

describe.each(targets)('functions of %s', (target) => {
  it.each(FUNCTIONS)('$name keeps its bound for all floats', ({ id, exact, absolute, relative }) => {
    const { context, floats } = createBare(target, 1);
    const [x, y] = [floats(COUNT), floats(COUNT)];
    let worst = { excess: 0, x: 0, got: 0 };
    for (const portion of floatsOfAllSizes(4099)) {
      x.set(portion);
      context.math(id, COUNT, y, x);
      for (let i = 0; i < COUNT; i++) {
        const want = exact(x[i]!);
        if (Number.isNaN(want)) {
          if (!Number.isNaN(y[i])) worst = { excess: Infinity, x: x[i]!, got: y[i]! };
        } else if (!Number.isFinite(Math.fround(want))) {
          if (y[i] !== want && y[i] !== Infinity) worst = { excess: Infinity, x: x[i]!, got: y[i]! };
        } else {
          const excess = Math.abs(y[i]! - want) / (absolute + relative * want);
          if (!(excess <= worst.excess)) worst = { excess, x: x[i]!, got: y[i]! };
        }
      }
    }
    context.dispose();
    expect(worst.excess, `at ${worst.x}: ${worst.got}`).toBeLessThanOrEqual(1);
  });
});

describe.skipIf(!haveNative)('subnormals', () => {
  it('are flushed inside the kernels only: the host keeps its mode', () => {
    const context = addon!.createContext(instructionSets[0]!, 2);
    context.scale(1, Float32Array.of(1), 0.5);
    context.dispose();
    const tiny = new Float64Array([2 ** -1050]);
    expect(tiny[0]! / 2).toBe(2 ** -1051);
  });
});
