import type { PoolingShape, Pooling, Tensor } from '../kernels.ts';
import type { GpuContext } from './context.ts';
import { elementwise, groupsOf, variants } from './shader.ts';
import { checkedLengths, floats, ints, type GpuTensor } from './tensor.ts';

const LAST = /* wgsl */ `
// the step that column j is computed at last, of a sequence of n steps
fn last_step(j: u32, n: u32) -> u32 { return select(n - 1u, 0u, p.D == 2u && 2u * j >= p.F); }`;

const LENGTH = (withLengths: boolean) => `let n = ${withLengths ? 'u32(lengths[b])' : 'p.T'};`;

const FORWARD: Readonly<Record<Pooling, string>> = {
  last: 'if (n > 0u) { y[i] = x[last_step(j, n) * p.step + i]; } else { y[i] = 0.0; }',
  mean: /* wgsl */ `
  var sum = 0.0;
  for (var t = 0u; t < n; t++) { sum += x[t * p.step + i]; }
  y[i] = select(0.0, sum / f32(n), n > 0u);`,
  max: /* wgsl */ `
  var best = -1;
  var largest = 0.0;
  for (var t = 0u; t < n; t++) {
    let value = x[t * p.step + i];
    if (best < 0 || value > largest) {
      best = i32(t);
      largest = value;
    }
  }
  y[i] = largest;
  origin[i] = best;`,
};

const BACKWARD: Readonly<Record<Pooling, string>> = {
  last: 'n > 0u && t == last_step(j, n)',
  mean: 't < n',
  max: 'n > 0u && i32(t) == origin[place]',
};

/** Invocation i has element (b,j) = i of y. p.step = B*F. */
const forwardKernel = variants((kind: Pooling, withLengths: boolean) =>
  elementwise(
    {
      name: `pooling forward: ${kind}${withLengths ? ', lengths' : ''}`,
      tensors: {
        y: 'write f32', // [B,F]
        x: 'read f32', // [T,B,F]
        lengths: withLengths && 'read i32', // [B]
        origin: kind === 'max' && 'write i32', // [B,F]
      },
      params: ['T', 'F', 'D', 'step'],
      code: /* wgsl */ `
  let b = i / p.F;
  let j = i % p.F;
  ${LENGTH(withLengths)}
  ${FORWARD[kind]}`,
    },
    LAST,
  ),
);

/** Invocation i has element (t,b,j) = i of dx. */
const backwardKernel = variants((kind: Pooling, withLengths: boolean) =>
  elementwise(
    {
      name: `pooling backward: ${kind}${withLengths ? ', lengths' : ''}`,
      tensors: {
        dx: 'write f32', // [T,B,F]
        dy: 'read f32', // [B,F]
        lengths: withLengths && 'read i32', // [B]
        origin: kind === 'max' && 'read i32', // [B,F]
      },
      params: ['T', 'F', 'D', 'step'],
      code: /* wgsl */ `
  let t = i / p.step;
  let place = i % p.step;
  let b = place / p.F;
  let j = place % p.F;
  ${LENGTH(withLengths)}
  let share = dy[place]${kind === 'mean' ? ' / f32(max(n, 1u))' : ''};
  dx[i] = select(0.0, share, ${BACKWARD[kind]});`,
    },
    LAST,
  ),
);

/** One vector y [B,F] of each sequence's real steps of x [T,B,F]: the last, their mean or their maximum. */
export function poolForward(
  gpu: GpuContext,
  shape: PoolingShape,
  y: Tensor,
  argmax: Tensor | null,
  x: Tensor,
  lengths: Tensor | null,
): void {
  const { kind, T, B, F, D } = shape;
  const step = B * F;
  const tensors = [floats(y, step), floats(x, T * step), ...optional(shape, argmax, lengths)];
  gpu.run(forwardKernel(kind, lengths !== null), undefined, tensors, [step, T, F, D, step], groupsOf(step));
}

/** dy goes to the step it came from; of a mean, in equal parts to all. */
export function poolBackward(
  gpu: GpuContext,
  shape: PoolingShape,
  dx: Tensor,
  dy: Tensor,
  argmax: Tensor | null,
  lengths: Tensor | null,
): void {
  const { kind, T, B, F, D } = shape;
  const step = B * F;
  const tensors = [floats(dx, T * step), floats(dy, step), ...optional(shape, argmax, lengths)];
  gpu.run(backwardKernel(kind, lengths !== null), undefined, tensors, [T * step, T, F, D, step], groupsOf(T * step));
}

function optional({ kind, T, B, F }: PoolingShape, argmax: Tensor | null, lengths: Tensor | null): GpuTensor[] {
  const tensors = lengths ? [checkedLengths(lengths, B, T)] : [];
  if (kind === 'max') {
    if (argmax === null)
      throw new TypeError('pooling by maximum needs a tensor for the steps that the maxima are from');
    tensors.push(ints(argmax, B * F));
  }
  return tensors;
}
