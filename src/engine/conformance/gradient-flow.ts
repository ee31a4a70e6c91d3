/** Family E: how the gradient of a loss at the last step vanishes or explodes on its way back through time. */
import { z } from 'zod';
import type { Kernels } from '../kernels/kernels.ts';
import { CrossEntropy } from '../model/layers/cross-entropy.ts';
import { Linear, linearParameters } from '../model/layers/linear.ts';
import { Pool } from '../model/layers/pool.ts';
import { RecurrentStack, recurrentParameters, type RecurrentPlan } from '../model/layers/recurrent.ts';
import { ParameterSet } from '../model/parameters.ts';
import { spectralNorm, spectralRadius } from '../model/spectrum.ts';
import { ids, parseConfig, requireTensor, type Fixture } from './fixture.ts';
import { produceAll, type Produced } from './produced.ts';

const configSchema = z.object({
  cell: z.enum(['rnn_tanh', 'rnn_relu', 'rnn_sigmoid', 'lstm', 'gru', 'gru_before']),
  T: z.int(),
  B: z.int(),
  I: z.int(),
  H: z.int(),
  K: z.int(),
});

/** Task `gradflow`: loss of the last state's class only; dL/dh of every step, and its norm over batch and units. */
export async function runGradientFlow(kernels: Kernels, fixture: Fixture): Promise<Produced> {
  const { cell, T, B, I, H, K } = parseConfig(fixture, configSchema);
  const plan: RecurrentPlan = {
    cell,
    L: 1,
    D: 1,
    I,
    H,
    T,
    B,
    training: true,
    stateGradients: false,
    dropout: 0,
    hiddenGradients: true,
  };
  const specs = [...recurrentParameters('', plan), ...linearParameters('out.', H, K)];
  const parameters = new ParameterSet(kernels, specs, true);
  const stack = new RecurrentStack(kernels, parameters, '', plan);
  const pool = new Pool(kernels, { kind: 'last', B, F: H, D: 1 });
  const output = new Linear(kernels, parameters.get('out.weight'), parameters.get('out.bias'), B);
  const crossEntropy = new CrossEntropy(kernels);
  const x = kernels.alloc('x', [T, B, I]);
  const targets = kernels.alloc('targets', [B], 'int');
  const dLast = kernels.alloc('dLast', [B, H]);
  const dy = kernels.alloc('dy', [T, B, H]);
  try {
    parameters.write(parameters.values, (name) => requireTensor(fixture, 'params', name));
    kernels.write(x, requireTensor(fixture, 'inputs', 'x').data);
    kernels.write(targets, ids(requireTensor(fixture, 'inputs', 'y')));
    stack.initial.write({ h: requireTensor(fixture, 'inputs', 'h0').data, c: null });

    const y = stack.forward(x, null, T, B, null);
    const logits = output.forward(pool.forward(y, null, T, B), B);
    crossEntropy.forwardBackward(logits, targets, B, K);
    output.backward(dLast, logits, B, false);
    pool.backward(dy, dLast);
    stack.backward(null, dy, false);

    const produced: Produced = new Map();
    const [sum, count] = await kernels.read(crossEntropy.loss);
    const dh = await kernels.read(stack.dh[0]);
    const recurrentMatrix = requireTensor(fixture, 'params', 'weight_hh_l0').data;
    produced.set('outputs.y', await kernels.read(y));
    produced.set('outputs.loss', [sum / count]);
    produced.set('outputs.dL_dh', dh);
    produced.set(
      'outputs.grad_norms',
      Array.from({ length: T }, (_, t) => Math.hypot(...dh.subarray(t * B * H, (t + 1) * B * H))),
    );
    produced.set('outputs.spectral_radius', [spectralRadius(recurrentMatrix, H)]);
    produced.set('outputs.spectral_norm', [spectralNorm(recurrentMatrix, H)]);
    produceAll(produced, 'grads', await parameters.read(parameters.gradients!));
    return produced;
  } finally {
    for (const tensor of [x, targets, dLast, dy]) kernels.free(tensor);
    for (const layer of [stack, pool, output, crossEntropy, parameters]) layer.dispose();
  }
}
