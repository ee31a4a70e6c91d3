/** What the tasks of families C2 to C7 have in common: outputs of one forward, gradients, and one step of each optimiser. */
import { z } from 'zod';
import type { Kernels, Tensor } from '../kernels/kernels.ts';
import type { RecurrentState } from '../model/layers/recurrent-state.ts';
import { architectureSchema, type Architecture } from '../model/spec.ts';
import type { TaskModel } from '../model/task-model.ts';
import type { Fixture } from './fixture.ts';
import { hyperSchema, optimizerNameSchema } from './optimizer.ts';
import { produceAll, type Produced } from './produced.ts';
import { Session } from './session.ts';

export const optimSchema = z.partialRecord(optimizerNameSchema, hyperSchema);

/** A network of one layer, without dropout. */
export function architectureOf(fields: Partial<z.input<typeof architectureSchema>>): Architecture {
  return architectureSchema.parse({ cell: 'lstm', layers: 1, embedding: 0, dropout: 0, tie: false, ...fields });
}

/**
 * @param prepare sets the batch
 * @param afterForward reads what the forward gave, before the loss overwrites it
 * @param afterBackward reads gradients besides the parameters'
 */
export async function runTask<Model extends TaskModel>(
  kernels: Kernels,
  fixture: Fixture,
  model: Model,
  optim: z.output<typeof optimSchema>,
  prepare: (model: Model) => void,
  afterForward: (produced: Produced) => Promise<void>,
  afterBackward?: (produced: Produced) => Promise<void>,
): Promise<Produced> {
  const produced: Produced = new Map();
  const session = new Session(kernels, fixture, model, prepare);
  try {
    session.restart();
    model.forward(null);
    await afterForward(produced);
    produced.set('outputs.loss', [await session.backward()]);
    produceAll(produced, 'grads', await session.gradients());
    await afterBackward?.(produced);
    await session.produceSteps(produced, optim);
  } finally {
    session.dispose();
  }
  return produced;
}

/** The last state that a network was in. */
export async function produceState(produced: Produced, state: RecurrentState): Promise<void> {
  const { h, c } = await state.read();
  produced.set('outputs.h_n', h);
  if (c) produced.set('outputs.c_n', c);
}

/** Rows [T,B,width] with those of padding set to 0, as the fixtures have them. */
export async function realRows(
  kernels: Kernels,
  tensor: Tensor,
  { T, B, width }: { readonly T: number; readonly B: number; readonly width: number },
  lengths: Int32Array,
): Promise<Float64Array> {
  const rows = Float64Array.from(await kernels.read(tensor, T * B * width));
  for (let n = 0; n < T * B; n++) {
    if (Math.floor(n / B) >= lengths[n % B]) rows.fill(0, n * width, (n + 1) * width);
  }
  return rows;
}

export const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));
