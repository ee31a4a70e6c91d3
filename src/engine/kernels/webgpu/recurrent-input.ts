/** What a recurrent layer does with its input, for all steps at once: W x + b before the steps, and the gradients by x, W and b after. */
import { isTokenInput } from '../kernels.ts';
import type { RecurrentGradients, RecurrentOperands, Tensor, TokenInput } from '../kernels.ts';
import type { GpuContext, GpuTensor } from './context.ts';
import { embeddingBackward, embeddingForward } from './embedding.ts';
import { columnSums, product, type Matrix, type ProductOptions } from './matmul.ts';
import { CELL_SHADERS } from './recurrent-cells.ts';
import { elementwise, groupsOf, variants } from './shader.ts';
import { checkedLengths, floats, tokenIds } from './tensor.ts';

/** W x + b for one-hot x: columns of W, of each token listed, or of every token there is. */
const columnsOf = variants((listed: boolean) =>
  elementwise({
    name: `projections of ${listed ? 'listed' : 'all'} one-hot vectors`,
    tensors: { to: 'write f32', weights: 'read f32', bias: 'read f32', tokens: listed && 'read i32' }, // [rows,stride], [GH,V], [GH], [rows]
    params: ['GH', 'V', 'stride'],
    code: /* wgsl */ `
  let r = i / p.GH;
  let g = i % p.GH;
  let token = ${listed ? 'u32(tokens[r])' : 'r'};
  to[r * p.stride + g] = weights[g * p.V + token] + bias[g];`,
  }),
);

/** Row n becomes the projection of token n. */
const gather = elementwise({
  name: 'projections of tokens',
  tensors: { to: 'write f32', projections: 'read f32', tokens: 'read i32' }, // [N,stride], [V,GH], [N]
  params: ['GH', 'stride'],
  code: /* wgsl */ `
  let n = i / p.GH;
  let g = i % p.GH;
  to[n * p.stride + g] = projections[u32(tokens[n]) * p.GH + g];`,
});

/** dW [GH,V] from the gradients by each token's projection, whose blocks lie otherwise. */
const transposed = variants((accumulate: boolean) =>
  elementwise({
    name: `gradient of one-hot weights${accumulate ? ', accumulate' : ''}`,
    tensors: { dW: accumulate ? 'readwrite f32' : 'write f32', sums: 'read f32' }, // [GH,V] from `start` on, [V,stride]
    params: ['V', 'start', 'offset', 'stride'],
    code: /* wgsl */ `
  dW[p.start + i] ${accumulate ? '+=' : '='} sums[i % p.V * p.stride + p.offset + i / p.V];`,
  }),
);

/** W x + b of all steps into the first G*H columns of `to` [T*B,to.stride]. */
export function projectInput(gpu: GpuContext, { shape, x, parameters }: RecurrentOperands, to: Matrix): void {
  const { T, B, I, H, cell } = shape;
  const N = T * B;
  const GH = CELL_SHADERS[cell].gates * H;
  const weights = floats(parameters.weightIh, GH * I);
  const bias = floats(parameters.biasIh, GH);
  const W: Matrix = { tensor: weights, stride: I };
  if (!isTokenInput(x)) {
    product(gpu, 'nt', [N, GH, I], to, { tensor: floats(x, N * I), stride: I }, W, { bias, weights: true });
    return;
  }
  const { table, V } = x;
  const tokens = tokenIds(x.tokens, N, V);
  if (V > N) {
    // Few of the tokens that there are: each is looked up.
    if (table) product(gpu, 'nt', [N, GH, I], to, lookedUp(gpu, x, table, N, I), W, { bias, weights: true });
    else
      gpu.run(
        columnsOf(true),
        undefined,
        [to.tensor, weights, bias, tokens],
        [N * GH, GH, V, to.stride],
        groupsOf(N * GH),
      );
    return;
  }
  const projections = gpu.scratch('projections of all tokens', V * GH * 4);
  if (table) {
    const rows: Matrix = { tensor: floats(table, V * I), stride: I };
    product(gpu, 'nt', [V, GH, I], { tensor: projections, stride: GH }, rows, W, { bias, weights: true });
  } else {
    gpu.run(columnsOf(false), undefined, [projections, weights, bias], [V * GH, GH, V, GH], groupsOf(V * GH));
  }
  gpu.run(gather, undefined, [to.tensor, projections, tokens], [N * GH, GH, to.stride], groupsOf(N * GH));
}

/** dW, db and dx from `gradients`, by the pre-activations: [T*B,stride], 0 at padding, blocks as CELL_SHADERS says. */
export function inputGradients(
  gpu: GpuContext,
  operands: RecurrentOperands,
  { dx, accumulateDx, parameters, accumulate }: RecurrentGradients,
  gradients: { readonly tensor: GpuTensor; readonly stride: number },
): void {
  const { shape, x, lengths } = operands;
  const { T, B, I, H } = shape;
  const N = T * B;
  const { byInput } = CELL_SHADERS[shape.cell];
  for (const { from, row, count } of byInput) {
    const block: Matrix = { ...gradients, offset: from * H };
    columnSums(gpu, floats(parameters.biasIh, (row + count) * H), block, N, count * H, { accumulate, offset: row * H });
  }

  if (!isTokenInput(x)) {
    const vectors: Matrix = { tensor: floats(x, N * I), stride: I };
    const mask = lengths && { lengths: checkedLengths(lengths, B, T), batch: B };
    weightGradient(vectors, N, gradients, { accumulate, mask });
    if (dx) vectorGradient(floats(dx, N * I), N, gradients, accumulateDx);
    return;
  }
  const { table, V } = x;
  if (table && V > N) {
    weightGradient(lookedUp(gpu, x, table, N, I), N, gradients, { accumulate });
    if (!dx) return;
    const dVectors = gpu.scratch('gradients by looked-up vectors', N * I * 4);
    vectorGradient(dVectors, N, gradients, false);
    embeddingBackward(gpu, dx, dVectors, x.tokens, N, V, I, accumulateDx);
    return;
  }
  // Gradients by each token's projection: all of its occurrences together.
  const { stride } = gradients;
  const byToken = gpu.scratch('gradients by all tokens', V * stride * 4);
  embeddingBackward(gpu, byToken, gradients.tensor, x.tokens, N, V, stride, false);
  if (table) {
    weightGradient({ tensor: floats(table, V * I), stride: I }, V, { tensor: byToken, stride }, { accumulate });
    if (dx) vectorGradient(floats(dx, V * I), V, { tensor: byToken, stride }, accumulateDx);
    return;
  }
  if (dx) throw new TypeError('recurrent: one-hot vectors have no gradient, dx must be null');
  for (const { from, row, count } of byInput) {
    const dW = floats(parameters.weightIh, (row + count) * H * V);
    const params = [count * H * V, V, row * H * V, from * H, stride];
    gpu.run(transposed(accumulate), undefined, [dW, byToken], params, groupsOf(count * H * V));
  }

  function weightGradient(vectors: Matrix, rows: number, by: Matrix, options: ProductOptions): void {
    for (const { from, row, count } of byInput) {
      const dW: Matrix = { tensor: floats(parameters.weightIh, (row + count) * H * I), offset: row * H * I, stride: I };
      product(gpu, 'tn', [count * H, I, rows], dW, { ...by, offset: from * H }, vectors, options);
    }
  }

  function vectorGradient(to: GpuTensor, rows: number, by: Matrix, add: boolean): void {
    for (const [i, { from, row, count }] of byInput.entries()) {
      const W: Matrix = {
        tensor: floats(operands.parameters.weightIh, (row + count) * H * I),
        offset: row * H * I,
        stride: I,
      };
      const options = { accumulate: add || i > 0, weights: true };
      product(gpu, 'nn', [rows, I, count * H], { tensor: to, stride: I }, { ...by, offset: from * H }, W, options);
    }
  }
}

/** The table's rows of the tokens, as vectors [N,I]. */
function lookedUp(gpu: GpuContext, { tokens, V }: TokenInput, table: Tensor, N: number, I: number): Matrix {
  const vectors = gpu.scratch('looked-up vectors', N * I * 4);
  embeddingForward(gpu, vectors, tokens, table, N, V, I);
  return { tensor: vectors, stride: I };
}
