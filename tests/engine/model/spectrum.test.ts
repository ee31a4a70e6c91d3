import { describe, expect, it } from 'vitest';
import { spectralNorm, spectralRadius } from '../../../src/engine/model/spectrum.ts';

describe('spectral radius and norm', () => {
  it.each<[string, number[], number, number]>([
    ['a diagonal matrix', [2, 0, 0, -3], 3, 3],
    ['a rotation times 0.5: complex eigenvalues', [0.3, -0.4, 0.4, 0.3], 0.5, 0.5],
    ['a shear: one double eigenvalue, and a larger norm', [1, 1, 0, 1], 1, (1 + Math.sqrt(5)) / 2],
    ['a nilpotent matrix', [0, 5, 0, 0], 0, 5],
    ['zeros', [0, 0, 0, 0], 0, 0],
    ['numbers whose powers would overflow', [1e200, 0, 0, 1e100], 1e200, NaN],
  ])('of %s', (_, matrix, radius, norm) => {
    expect(Math.abs(spectralRadius(matrix, 2) - radius)).toBeLessThanOrEqual(1e-12 * radius);
    if (!Number.isNaN(norm)) expect(Math.abs(spectralNorm(matrix, 2) - norm)).toBeLessThanOrEqual(1e-12 * norm);
  });
});
