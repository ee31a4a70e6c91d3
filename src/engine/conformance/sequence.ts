/** Families A and B: recurrent layers alone, with the gradient of L = Σ y·dy + Σ hn·dhn + Σ cn·dcn. */
import { z } from 'zod';
import type { Kernels } from '../kernels/kernels.ts';
import { RecurrentStack, recurrentParameters } from '../model/layers/recurrent.ts';
import { ParameterSet } from '../model/parameters.ts';
import { parseConfig, requireTensor, type Fixture, type FixtureTensor } from './fixture.ts';
import { produceAll, type Produced } from './produced.ts';

const configSchema = z.object({
  cell: z.enum(['rnn_tanh', 'rnn_relu', 'rnn_sigmoid', 'lstm', 'gru', 'gru_before']),
  T: z.int(),
  B: z.int(),
  I: z.int(),
  H: z.int(),
  layers: z.int(),
  bidirectional: z.boolean(),
});

export async function runSequence(kernels: Kernels, fixture: Fixture): Promise<Produced> {
  const { cell, T, B, I, H, layers: L, bidirectional } = parseConfig(fixture, configSchema);
  const D = bidirectional ? 2 : 1;
  const plan = { cell, L, D, I, H, T, B, training: true, stateGradients: true, dropout: 0 } as const;
  const parameters = new ParameterSet(kernels, recurrentParameters('', plan), true);
  const stack = new RecurrentStack(kernels, parameters, '', plan);
  const x = kernels.alloc('x', [T, B, I]);
  const dx = kernels.alloc('dx', [T, B, I]);
  const dy = kernels.alloc('dy', [T, B, D * H]);
  const lengths = fixture.inputs['lengths'] ? kernels.alloc('lengths', [B], 'int') : null;

  parameters.write(parameters.values, (name) => requireTensor(fixture, 'params', name));
  kernels.write(x, requireTensor(fixture, 'inputs', 'x').data);
  kernels.write(dy, requireTensor(fixture, 'cotangents', 'y').data);
  if (lengths) kernels.write(lengths, requireTensor(fixture, 'inputs', 'lengths').data);
  const state = ({ h, c }: { h?: FixtureTensor; c?: FixtureTensor }) => {
    const zeros = new Float64Array(L * D * B * H);
    return { h: h?.data ?? zeros, c: cell === 'lstm' ? (c?.data ?? zeros) : null };
  };
  const { h_n, c_n } = fixture.cotangents;
  stack.initial.write(state({ h: fixture.inputs['h0'], c: fixture.inputs['c0'] }));
  stack.dFinal!.write(state({ h: h_n, c: c_n }));

  const y = await kernels.read(stack.forward(x, lengths, T, B, null));
  stack.backward(dx, dy, false);
  const final = await stack.final.read();
  const dInitial = await stack.dInitial!.read();

  const produced: Produced = new Map();
  produced.set('outputs.y', y);
  produced.set('outputs.h_n', final.h);
  if (final.c) produced.set('outputs.c_n', final.c);
  produced.set('outputs.L', [
    dot(y, fixture.cotangents['y']?.data) + dot(final.h, h_n?.data) + dot(final.c ?? [], c_n?.data),
  ]);
  produceAll(produced, 'grads', await parameters.read(parameters.gradients!));
  produced.set('grads.x', await kernels.read(dx));
  produced.set('grads.h0', dInitial.h);
  if (dInitial.c) produced.set('grads.c0', dInitial.c);

  for (const tensor of [x, dx, dy, lengths]) if (tensor) kernels.free(tensor);
  stack.dispose();
  parameters.dispose();
  return produced;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number> = []): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += a[i] * b[i];
  return sum;
}
