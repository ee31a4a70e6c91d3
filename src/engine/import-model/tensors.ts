/** Arrays in a model file, known by shape; their numbers are read only when a network takes them. */
import { ModelFileError } from './errors.ts';

export interface FileTensor {
  readonly shape: readonly number[];
  /** The numbers in row-major order, float32 (float64 rounded). */
  read(): Float32Array;
}

/** By the names that the file gives them, in its order. */
export type FileTensors = ReadonlyMap<string, FileTensor>;

/** More numbers than a network of this program has; a shape that says so is damaged. */
const mostElements = 2 ** 31;

/** @throws ModelFileError when it is no shape */
export function elementsOf(name: string, shape: readonly number[]): number {
  let count = 1;
  for (const n of shape) {
    count *= n;
    if (!Number.isSafeInteger(n) || n < 0 || count > mostElements)
      throw new ModelFileError(`"${name}" has the impossible shape ${shapeText(shape)}: the file is damaged.`);
  }
  return count;
}

export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** [rows,columns] with rows and columns exchanged. */
export function transposed({ shape, read }: FileTensor): FileTensor {
  const [rows, columns] = shape as [number, number];
  return {
    shape: [columns, rows],
    read: () => {
      const from = read();
      const to = new Float32Array(from.length);
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) to[column * rows + row] = from[row * columns + column]!;
      return to;
    },
  };
}

/** The blocks of `shape[0] / order.length` rows in another order: block i of the result is block `order[i]`. */
export function reordered(tensor: FileTensor, order: readonly number[]): FileTensor {
  return {
    shape: tensor.shape,
    read: () => {
      const from = tensor.read();
      const size = from.length / order.length;
      const to = new Float32Array(from.length);
      order.forEach((block, i) => to.set(from.subarray(block * size, (block + 1) * size), i * size));
      return to;
    },
  };
}

/** Rows `start` … `end` of the first axis. */
export function rowsOf(tensor: FileTensor, start: number, end: number): FileTensor {
  const [rows, ...rest] = tensor.shape as [number, ...number[]];
  const width = rest.reduce((product, n) => product * n, 1);
  if (end > rows) throw new RangeError(`rows up to ${end} of ${rows}`);
  return {
    shape: [end - start, ...rest],
    // Not a window: whoever takes it owns it.
    read: () => tensor.read().slice(start * width, end * width),
  };
}

/** The same numbers under another shape. */
export function reshaped(tensor: FileTensor, shape: readonly number[]): FileTensor {
  return { shape, read: tensor.read };
}

export function zeros(shape: readonly number[]): FileTensor {
  return { shape, read: () => new Float32Array(shape.reduce((product, n) => product * n, 1)) };
}
