/** Family C5: encoder–decoder without attention, with Luong's and with Bahdanau's. */
import { z } from 'zod';
import type { Kernels } from '../kernels/kernels.ts';
import { EncoderDecoder } from '../model/encoder-decoder.ts';
import { ids, parseConfig, requireTensor, type Fixture } from './fixture.ts';
import type { Produced } from './produced.ts';
import { architectureOf, optimSchema, realRows, runTask } from './task.ts';

const configSchema = z.object({
  attention: z.enum(['none', 'luong', 'bahdanau']),
  cell: z.enum(['rnn', 'gru', 'lstm']),
  Vx: z.int(),
  Vy: z.int(),
  E: z.int(),
  H: z.int(),
  S: z.int(),
  A: z.int(),
  Tx: z.int(),
  Ty: z.int(),
  B: z.int(),
  optim: optimSchema,
});

export async function runEncoderDecoder(kernels: Kernels, fixture: Fixture): Promise<Produced> {
  const { attention, cell, Vx, Vy, E, H, S, A, Tx, Ty, B, optim } = parseConfig(fixture, configSchema);
  const plan = architectureOf({
    task: 'translation',
    cell,
    hidden: H,
    embedding: E,
    bidirectional: true,
    attention,
    decoderHidden: S,
    attentionSize: attention === 'none' ? null : A,
  });
  const model = new EncoderDecoder(kernels, plan, { inputs: Vx, outputs: Vy }, { B, T: Tx, Ty, training: true });
  const [source, sourceLengths, inputs, targets, lengths] = ['src', 'src_len', 'tgt_in', 'tgt_out', 'tgt_len'].map(
    (name) => ids(requireTensor(fixture, 'inputs', name)),
  );
  return runTask(
    kernels,
    fixture,
    model,
    optim,
    () => model.setBatch({ T: Ty, B, lengths, inputs, targets, Tx, source, sourceLengths }),
    async (produced) => {
      const target = (tensor: typeof model.outputs, width: number) =>
        realRows(kernels, tensor, { T: Ty, B, width }, lengths);
      produced.set('outputs.logits', await target(model.outputs, Vy));
      produced.set('outputs.enc_out', await kernels.read(model.encoderOutputs));
      produced.set('outputs.dec_states', await target(model.decoderStates, S));
      produced.set('outputs.s0', (await model.decoderState.read()).h);
      const { attentionWeights, context } = model;
      if (attentionWeights) produced.set('outputs.attention', await target(attentionWeights, Tx));
      if (context) produced.set('outputs.context', await target(context, 2 * H));
    },
  );
}
