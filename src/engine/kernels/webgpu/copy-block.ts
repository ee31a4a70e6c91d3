import type { Block } from '../kernels.ts';
import type { GpuContext } from './context.ts';
import { elementwise, groupsOf, variants } from './shader.ts';
import { floats, type GpuTensor } from './tensor.ts';

/** `within`: both blocks lie in one tensor, which is bound once. */
const kernel = variants((accumulate: boolean, within: boolean) =>
  elementwise({
    name: `copy block${accumulate ? ', accumulate' : ''}${within ? ', within' : ''}`,
    tensors: { y: accumulate || within ? 'readwrite f32' : 'write f32', x: !within && 'read f32' },
    params: ['columns', 'y_offset', 'y_stride', 'x_offset', 'x_stride'],
    code: /* wgsl */ `
  let r = i / p.columns;
  let c = i % p.columns;
  y[p.y_offset + r * p.y_stride + c] ${accumulate ? '+=' : '='} ${within ? 'y' : 'x'}[p.x_offset + r * p.x_stride + c];`,
  }),
);

/** target[r,c] = source[r,c], or +=, between blocks that do not overlap. */
export function copyBlock(
  gpu: GpuContext,
  target: Block,
  source: Block,
  rows: number,
  columns: number,
  accumulate: boolean,
): void {
  const y = blockTensor('target', target, rows, columns);
  const x = blockTensor('source', source, rows, columns);
  const within = x === y;
  gpu.run(
    kernel(accumulate, within),
    undefined,
    within ? [y] : [y, x],
    [rows * columns, columns, target.offset, target.stride, source.offset, source.stride],
    groupsOf(rows * columns),
  );
}

function blockTensor(which: string, { tensor, offset, stride }: Block, rows: number, columns: number): GpuTensor {
  if (offset < 0 || stride < columns) {
    throw new RangeError(
      `copyBlock: the ${which} "${tensor.label}" has its block at ${offset} with rows ${stride} apart, for ${columns} columns`,
    );
  }
  return floats(tensor, offset + (rows - 1) * stride + columns);
}
