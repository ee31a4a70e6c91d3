import type { Block } from '../kernels.ts';
import { floats } from './tensor.ts';

/** target[r,c] = source[r,c], or +=, between blocks of two matrices. */
export function copyBlock(target: Block, source: Block, rows: number, columns: number, accumulate: boolean): void {
  const out = blockNumbers('target', target, rows, columns);
  const input = blockNumbers('source', source, rows, columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const to = target.offset + r * target.stride + c;
      const value = input[source.offset + r * source.stride + c];
      out[to] = accumulate ? out[to] + value : value;
    }
  }
}

function blockNumbers(which: string, { tensor, offset, stride }: Block, rows: number, columns: number): Float64Array {
  if (offset < 0 || stride < columns) {
    throw new RangeError(
      `copyBlock: the ${which} "${tensor.label}" has its block at ${offset} with rows ${stride} apart, for ${columns} columns`,
    );
  }
  return floats(tensor, offset + (rows - 1) * stride + columns);
}
