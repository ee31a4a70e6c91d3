import { describe, expect, it } from 'vitest';
import type { RecurrentShape } from '../../../../src/engine/kernels/kernels.ts';
import { rowsTogether } from '../../../../src/engine/kernels/webgpu/recurrent-choice.ts';

const base: RecurrentShape = { cell: 'lstm', T: 35, B: 32, I: 100, H: 128 };

describe('sequences are computed in one dispatch', () => {
  it.each<[string, Partial<RecurrentShape>, number | null]>([
    ['where the weights are small', {}, 4],
    ['with fewer rows where there are few sequences', { B: 3 }, 2],
    ['not where one core would read much at every step', { H: 512 }, null],
    ['not where all cores together would read much at every step', { H: 192, B: 512 }, null],
    ['not where vec4s would reach into the next block', { H: 127 }, null],
    ['not with two products a step', { cell: 'gru_before' }, null],
    ['not where there is only one step', { T: 1 }, null],
    ['not where the driver may lose its patience', { T: 10_000 }, null],
  ])('%s', (_, changes, rows) => {
    expect(rowsTogether({ ...base, ...changes }, 32 * 1024, false)).toBe(rows);
  });

  it('with as many rows as fit in workgroup memory', () => {
    expect(rowsTogether(base, 8 * 1024, false)).toBe(2);
    expect(rowsTogether(base, 2 * 1024, false)).toBeNull();
  });

  /** The largest H, a multiple of 4, with up to 32 sequences. */
  const largest = (cell: RecurrentShape['cell'], half: boolean) => {
    const sizes = Array.from({ length: 256 }, (_, i) => 1024 - 4 * i);
    return sizes.find((H) => rowsTogether({ ...base, cell, H }, 32 * 1024, half) !== null);
  };

  it.each([
    ['lstm', 248, 292],
    ['gru', 288, 308],
    ['rnn_tanh', 500, 532],
  ] as const)('up to sizes that docs/webgpu.md names: %s of %i units, as f16 %i', (cell, single, mixed) => {
    expect([largest(cell, false), largest(cell, true)]).toEqual([single, mixed]);
  });
});
