import type { Block } from '../kernels.ts';
import type { TensorFlow, Value } from './api.ts';
import { floatTensor } from './tensor.ts';

/** target[r,c] = source[r,c], or +=, between blocks of two matrices. */
export function copyBlock(
  tf: TensorFlow,
  target: Block,
  source: Block,
  rows: number,
  columns: number,
  accumulate: boolean,
): void {
  requireBlock('target', target, columns);
  requireBlock('source', source, columns);
  const values = readBlock(tf, source, rows, columns);
  const sum = accumulate ? tf.add(readBlock(tf, target, rows, columns), values) : values;
  writeBlock(tf, target, sum);
}

/** A block's numbers, [rows,columns]. */
export function readBlock(tf: TensorFlow, block: Block, rows: number, columns: number): Value {
  return tf.slice(wholeRows(tf, block, rows, columns), [0, 0], [rows, columns]);
}

/** The numbers [rows,columns] take a block's place. */
export function writeBlock(tf: TensorFlow, block: Block, values: Value): void {
  const [rows, columns] = values.shape as [number, number];
  const { tensor, offset, stride } = block;
  if (stride === columns) return floatTensor(tensor).write(offset, values);
  const beside = tf.slice(wholeRows(tf, block, rows, columns), [0, columns], [rows, stride - columns]);
  const all = tf.reshape(tf.concat([values, beside], 1), [rows * stride]);
  floatTensor(tensor).write(offset, tf.slice(all, 0, (rows - 1) * stride + columns));
}

/** The rows of a block with what stands between them, [rows,stride]. The memory may end with the block: then zeros follow it. */
function wholeRows(tf: TensorFlow, { tensor, offset, stride }: Block, rows: number, columns: number): Value {
  const values = floatTensor(tensor).values([(rows - 1) * stride + columns], offset);
  return tf.reshape(tf.pad(values, [[0, stride - columns]]), [rows, stride]);
}

function requireBlock(which: string, { tensor, offset, stride }: Block, columns: number): void {
  if (offset >= 0 && stride >= columns) return;
  throw new RangeError(
    `copyBlock: the ${which} "${tensor.label}" has its block at ${offset} with rows ${stride} apart, for ${columns} columns`,
  );
}
