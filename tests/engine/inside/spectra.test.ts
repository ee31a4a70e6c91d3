import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { DeviceSpectrum, largestSingularValue } from '../../../src/engine/inside/device-spectrum.ts';
import { eigenvalues, singularValues } from '../../../src/engine/inside/spectra.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { askPython, python } from '../../python.ts';
import { createNative, instructionSets } from '../kernels/native/device.ts';
import { normals } from '../numbers.ts';

const square = (n: number, seed: number) => Float64Array.from(normals(seed, n * n), (x) => x / Math.sqrt(n));
const rowsOf = (data: Float64Array, columns: number) =>
  Array.from({ length: data.length / columns }, (_, r) => Array.from(data.subarray(r * columns, (r + 1) * columns)));

describe('by hand', () => {
  it('a rotation turns by ± 90 degrees and stretches nothing', () => {
    const { re, im } = eigenvalues([0, -2, 2, 0], 2);
    expect(Array.from(re)).toEqual([0, 0]);
    expect(Array.from(im).sort()).toEqual([-2, 2]);
    expect(largestSingularValue(Float64Array.of(0, -2, 2, 0), 2)).toBeCloseTo(2, 12);
  });

  it('a matrix without eigenvalues but 0 has radius 0, however large its norm', async () => {
    const spectrum = new DeviceSpectrum(createReferenceKernels(), 2);
    expect(await spectrum.radius(Float64Array.of(0, 9, 0, 0))).toBe(0);
    expect(largestSingularValue(Float64Array.of(0, 9, 0, 0), 2)).toBeCloseTo(9, 12);
  });

  it('of a matrix of zeros all is 0', () => {
    expect(largestSingularValue(new Float64Array(4), 2)).toBe(0);
    expect(Array.from(singularValues(new Float64Array(6), 2, 3))).toEqual([0, 0]);
  });
});

describe.skipIf(!python('numpy'))('as NumPy has them', () => {
  const matrices = [
    { data: square(33, 1), columns: 33 },
    { data: square(64, 2), columns: 64 },
    { data: Float64Array.from(normals(3, 12 * 7)), columns: 7 },
    { data: Float64Array.from(normals(4, 5 * 20)), columns: 20 },
  ];
  type Answer = { singular: number[]; eigenvalues?: [number, number][]; radius?: number };
  let wanted: Answer[];
  beforeAll(() => {
    const questions = matrices.map(({ data, columns }) => rowsOf(data, columns));
    wanted = askPython('numpy', resolve(import.meta.dirname, 'spectra.py'), questions) as Answer[];
  }, 60_000);

  it('singular values', () => {
    matrices.forEach(({ data, columns }, i) => {
      const got = singularValues(data, data.length / columns, columns);
      expect(got.length).toBe(wanted[i]!.singular.length);
      got.forEach((value, k) => expect(value).toBeCloseTo(wanted[i]!.singular[k]!, 10));
    });
  });

  it('the largest singular value by the power method', () => {
    for (const [i, { data, columns }] of matrices.slice(0, 2).entries()) {
      expect(largestSingularValue(data, columns) / wanted[i]!.singular[0]!).toBeCloseTo(1, 4);
    }
  });

  it('eigenvalues', () => {
    for (const [i, { data, columns }] of matrices.slice(0, 2).entries()) {
      const { re, im } = eigenvalues(data, columns);
      const got = Array.from(re, (x, k) => [x, im[k]!] as const);
      for (const [x, y] of wanted[i]!.eigenvalues!) {
        expect(Math.min(...got.map(([a, b]) => Math.hypot(a - x, b - y)))).toBeLessThan(1e-10);
      }
      expect(got.length).toBe(wanted[i]!.eigenvalues!.length);
    }
  });

  it.each(['reference', ...instructionSets.slice(0, 1)])(
    'the spectral radius by the products of %s',
    async (device) => {
      const kernels = device === 'reference' ? createReferenceKernels() : createNative(device, 1);
      for (const [i, { data, columns }] of matrices.slice(0, 2).entries()) {
        const spectrum = new DeviceSpectrum(kernels, columns);
        const matrix = kernels.precision === 'float64' ? data : Float32Array.from(data);
        expect((await spectrum.radius(matrix)) / wanted[i]!.radius!).toBeCloseTo(1, device === 'reference' ? 5 : 4);
        spectrum.dispose();
      }
      kernels.dispose();
    },
  );
});
