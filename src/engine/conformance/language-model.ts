/** Families C1 and D: a language model, its gradients, clipping, optimiser steps, and the state carried from window to window. */
import { z } from 'zod';
import type { Kernels } from '../kernels/kernels.ts';
import { LanguageModel } from '../model/language-model.ts';
import { architectureSchema, type Architecture } from '../model/spec.ts';
import { ids, parseConfig, requireTensor, type Fixture } from './fixture.ts';
import { hyperSchema, optimizerNameSchema } from './optimizer.ts';
import { produceAll, type Produced } from './produced.ts';
import { Session } from './session.ts';

const modelSchema = z.object({
  V: z.int(),
  E: z.int(),
  H: z.int(),
  T: z.int(),
  B: z.int(),
  layers: z.int(),
  cell: z.enum(['rnn_tanh', 'rnn_relu', 'rnn_sigmoid', 'lstm', 'gru', 'gru_before']),
  tied: z.boolean(),
});
type ModelConfig = z.output<typeof modelSchema>;

const lmSchema = modelSchema.extend({
  optim: z.partialRecord(optimizerNameSchema, hyperSchema),
  clip_theta: z.number().optional(),
});

const trainingSchema = modelSchema.extend({
  optimizer: optimizerNameSchema,
  hyper: hyperSchema,
  clip_theta: z.number(),
});

/** What torch.nn.utils.clip_grad_norm_ adds to the norm; *Dive into Deep Learning* adds nothing. */
const PYTORCH_EPSILON = 1e-6;

/** Task `lm`: one batch; outputs, gradients, clipped gradients, and parameters after one step of each optimiser. */
export async function runLanguageModel(kernels: Kernels, fixture: Fixture): Promise<Produced> {
  const config = parseConfig(fixture, lmSchema);
  const produced: Produced = new Map();
  const session = openSession(kernels, fixture, config);
  try {
    session.restart();
    session.model.forward(null);
    produced.set('outputs.logits', await kernels.read(session.model.logits));
    const loss = await session.backward();
    const state = await session.model.finalState.read();
    produced.set('outputs.loss', [loss]);
    produced.set('outputs.perplexity', [Math.exp(loss)]);
    produced.set('outputs.h_n', state.h);
    if (state.c) produced.set('outputs.c_n', state.c);
    produceAll(produced, 'grads', await session.gradients());

    if (config.clip_theta !== undefined) {
      produced.set('outputs.grad_norm', [await session.clip(config.clip_theta, PYTORCH_EPSILON)]);
      produceAll(produced, 'grads_clipped', await session.gradients());
      session.restart();
      await session.step();
      await session.clip(config.clip_theta, 0);
      produceAll(produced, 'grads_clipped_exact', await session.gradients());
    }
    await session.produceSteps(produced, config.optim);
  } finally {
    session.dispose();
  }
  if (config.tied) await produceUntied(kernels, fixture, config, produced);
  return produced;
}

/** The two uses of a tied matrix apart: an untied model that has a copy of it at the output. */
async function produceUntied(
  kernels: Kernels,
  fixture: Fixture,
  config: ModelConfig,
  produced: Produced,
): Promise<void> {
  const params = { ...fixture.params, 'out.weight': requireTensor(fixture, 'params', 'emb.weight') };
  const session = openSession(kernels, { ...fixture, params }, { ...config, tied: false });
  try {
    session.restart();
    await session.step();
    const gradients = new Map((await session.gradients()).map(({ name, data }) => [name, data]));
    produced.set('outputs.demb_as_input', gradients.get('emb.weight') ?? []);
    produced.set('outputs.demb_as_output', gradients.get('out.weight') ?? []);
  } finally {
    session.dispose();
  }
}

/** Task `lm_optimizer`: steps of one optimiser on the same batch from the initial state, without and with clipping. */
export async function runOptimizer(kernels: Kernels, fixture: Fixture): Promise<Produced> {
  const config = parseConfig(fixture, trainingSchema);
  const produced: Produced = new Map();
  const session = openSession(kernels, fixture, config);
  try {
    for (const { suffix, theta } of variants(config.clip_theta)) {
      await train(session, config, 3, suffix, theta, produced, () => resetState(session.model, fixture));
    }
  } finally {
    session.dispose();
  }
  return produced;
}

/** Task `lm_tbptt`: five steps on the same batch, each from the final state of the one before, without and with clipping. */
export async function runTruncatedBackpropagation(kernels: Kernels, fixture: Fixture): Promise<Produced> {
  const config = parseConfig(fixture, trainingSchema);
  const produced: Produced = new Map();
  const session = openSession(kernels, fixture, config);
  try {
    for (const { suffix, theta } of variants(config.clip_theta)) {
      await train(session, config, 5, suffix, theta, produced, () => session.model.carryState());
      const carried = await session.model.readState();
      produced.set(`outputs.h_carried${suffix}`, carried.h);
      if (carried.c) produced.set(`outputs.c_carried${suffix}`, carried.c);
    }
  } finally {
    session.dispose();
  }
  return produced;
}

function variants(theta: number): { readonly suffix: string; readonly theta: number }[] {
  return [
    { suffix: '', theta: Infinity },
    { suffix: '_clip', theta },
  ];
}

async function train(
  session: Session<LanguageModel>,
  { optimizer, hyper }: z.output<typeof trainingSchema>,
  steps: number,
  suffix: string,
  theta: number,
  produced: Produced,
  between: () => void,
): Promise<void> {
  const losses: number[] = [];
  const norms: number[] = [];
  session.restart(optimizer, hyper);
  for (let step = 1; step <= steps; step++) {
    losses.push(await session.step());
    if (step === 1 && suffix === '') produceAll(produced, 'grads', await session.gradients());
    norms.push(await session.clip(theta, PYTORCH_EPSILON));
    session.update();
    between();
    produceAll(produced, `after.step${step}${suffix}`, await session.values());
  }
  produced.set(`outputs.losses${suffix}`, losses);
  produced.set(`outputs.grad_norms${suffix}`, norms);
}

function openSession(kernels: Kernels, fixture: Fixture, config: ModelConfig): Session<LanguageModel> {
  const { V, B, T } = config;
  const model = new LanguageModel(kernels, architectureOf(config), V, { B, T, training: true });
  const inputs = ids(requireTensor(fixture, 'inputs', 'x'));
  const targets = ids(requireTensor(fixture, 'inputs', 'y'));
  return new Session(kernels, fixture, model, () => {
    resetState(model, fixture);
    model.setBatch(inputs, targets, T);
  });
}

/** The fixture's initial state: zeros where it has none. */
function resetState(model: LanguageModel, fixture: Fixture): void {
  const { h0, c0 } = fixture.inputs;
  if (h0) model.writeState({ h: h0.data, c: c0?.data ?? null });
  else model.resetState();
}

function architectureOf({ cell, E, H, layers, tied }: ModelConfig): Architecture {
  const [family, variant] = cell.split('_');
  return architectureSchema.parse({
    task: 'language-model',
    cell: family,
    activation: family === 'rnn' ? variant : undefined,
    reset: variant === 'before' ? 'before' : 'after',
    layers,
    hidden: H,
    embedding: E,
    dropout: 0,
    tie: tied,
  });
}
