/** Singular values and eigenvalues of matrices as they come out of a network, by ml-matrix. Pure module. */
import { EVD, Matrix, SVD } from 'ml-matrix';

/** Singular values of [rows,columns], row-major, largest first. */
export function singularValues(data: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const svd = new SVD(matrixOf(data, rows, columns), {
    ...{ computeLeftSingularVectors: false, computeRightSingularVectors: false, autoTranspose: true },
  });
  return Float64Array.from(svd.diagonal).sort().reverse();
}

/** Eigenvalues of [n,n], row-major, in the complex plane. */
export function eigenvalues(
  data: ArrayLike<number>,
  n: number,
): { readonly re: Float64Array; readonly im: Float64Array } {
  const { realEigenvalues, imaginaryEigenvalues } = new EVD(matrixOf(data, n, n), { assumeSymmetric: false });
  return { re: Float64Array.from(realEigenvalues), im: Float64Array.from(imaginaryEigenvalues) };
}

function matrixOf(data: ArrayLike<number>, rows: number, columns: number): Matrix {
  return Matrix.from1DArray(rows, columns, Array.from(data));
}
