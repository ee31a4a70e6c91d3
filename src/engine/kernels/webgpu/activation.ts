import type { Activation, Tensor } from '../kernels.ts';
import type { GpuContext } from './context.ts';
import { NONLINEARITIES } from './nonlinearities.ts';
import { elementwise, groupsOf, variants } from './shader.ts';
import { floats } from './tensor.ts';

/** y = act(a), and the derivative by a in terms of y. */
const EQUATIONS: Readonly<Record<Activation, { readonly value: string; readonly derivative: string }>> = {
  tanh: { value: 'tanh_of(a)', derivative: '1.0 - y * y' },
  relu: { value: 'select(a, 0.0, a < 0.0)', derivative: 'select(0.0, 1.0, y > 0.0)' },
  sigmoid: { value: 'sigmoid_of(a)', derivative: 'y * (1.0 - y)' },
};

const forwardKernel = variants((activation: Activation, inPlace: boolean) =>
  elementwise(
    {
      name: `${activation} forward${inPlace ? ', in place' : ''}`,
      tensors: { out: inPlace ? 'readwrite f32' : 'write f32', x: !inPlace && 'read f32' }, // [count]
      params: [],
      code: /* wgsl */ `
  let a = ${inPlace ? 'out' : 'x'}[i];
  out[i] = ${EQUATIONS[activation].value};`,
    },
    NONLINEARITIES,
  ),
);

const backwardKernel = variants((activation: Activation, inPlace: boolean) =>
  elementwise({
    name: `${activation} backward${inPlace ? ', in place' : ''}`,
    tensors: { dx: inPlace ? 'readwrite f32' : 'write f32', out: 'read f32', dy: !inPlace && 'read f32' }, // [count]
    params: [],
    code: /* wgsl */ `
  let y = out[i];
  dx[i] = ${inPlace ? 'dx' : 'dy'}[i] * (${EQUATIONS[activation].derivative});`,
  }),
);

/** y = act(x), element by element; y may be x. */
export function activationForward(gpu: GpuContext, y: Tensor, x: Tensor, activation: Activation, count: number): void {
  const inPlace = y === x;
  const tensors = inPlace ? [floats(y, count)] : [floats(y, count), floats(x, count)];
  gpu.run(forwardKernel(activation, inPlace), undefined, tensors, [count], groupsOf(count));
}

/** dx = dy act'(x); dx may be dy. */
export function activationBackward(
  gpu: GpuContext,
  dx: Tensor,
  dy: Tensor,
  y: Tensor,
  activation: Activation,
  count: number,
): void {
  const inPlace = dx === dy;
  const tensors = [floats(dx, count), floats(y, count)];
  if (!inPlace) tensors.push(floats(dy, count));
  gpu.run(backwardKernel(activation, inPlace), undefined, tensors, [count], groupsOf(count));
}
