/** What an encoder–decoder consists of, as plain data. */
import type { BahdanauDecoderPlan } from './layers/bahdanau-decoder.ts';
import type { SequenceDecoderPlan } from './layers/decoder.ts';
import type { DropoutPlan } from './layers/dropout.ts';
import type { InitialStatePlan } from './layers/initial-state.ts';
import type { OutputPlan } from './layers/output.ts';
import type { PoolPlan } from './layers/pool.ts';
import type { RecurrentPlan } from './layers/recurrent.ts';
import type { SequenceInputPlan } from './layers/sequence-input.ts';
import { decoderSizes } from './parameter-specs.ts';
import { attentionUnits, outputInputUnits, type Architecture } from './spec-fields.ts';
import { readingPlan } from './step-network.ts';
import type { DataSizes, ModelSizes } from './task-model.ts';

type DecoderPlan =
  ({ readonly kind: 'sequence' } & SequenceDecoderPlan) | ({ readonly kind: 'bahdanau' } & BahdanauDecoderPlan);

export function encoderDecoderPlan(architecture: Architecture, data: DataSizes, sizes: ModelSizes) {
  const { dropout: p, dropoutKind, layers: L } = architecture;
  const { B, T: Tx, Ty = sizes.T, training } = sizes;
  const { input: source, recurrent: encoder } = readingPlan(architecture, data, sizes, false);
  const F = encoder.D * encoder.H;
  const O = outputInputUnits(architecture);
  const recurrent: RecurrentPlan = {
    ...encoder,
    ...decoderSizes(architecture, data),
    T: Ty,
    stateGradients: training,
  };
  return {
    source: { ...source, tied: false } satisfies SequenceInputPlan,
    encoder,
    pool: { kind: 'last', B, F, D: encoder.D } satisfies PoolPlan,
    initial: { B, I: F, L, H: recurrent.H, training } satisfies InitialStatePlan,
    target: {
      ...source,
      inputs: data.outputs,
      T: Ty,
      vectors: architecture.attention === 'bahdanau', // stand beside the context
    } satisfies SequenceInputPlan,
    decoder: decoderPlan(architecture, recurrent, Tx, F),
    buffers: {
      dFeatures: training ? { shape: [Ty, B, O] } : null,
      dValues: training ? { shape: [Tx, B, F] } : null,
      dPooled: training ? { shape: [Tx, B, F] } : null,
    },
    /** Before the output; decoder and attention read its input again. */
    outputDropout: { p, count: Ty * B * O, kind: dropoutKind, inPlace: false, training } satisfies DropoutPlan,
    output: { loss: 'softmax', N: Ty * B, K: data.outputs, training } satisfies OutputPlan,
    /** Width of the encoder's outputs, and of what the output layer reads. */
    F,
    O,
    /**
     * Numbers of the dropout layers: 0 after the source embedding, 1 … L-1 between the encoder's layers, L after the target embedding,
     * L+1 before the output, from L+2 on between the decoder's layers.
     */
    dropoutIndex: { source: 0, encoder: 1, target: L, output: L + 1, decoder: L + 2 },
  } as const;
}

function decoderPlan(architecture: Architecture, recurrent: RecurrentPlan, Tx: number, F: number): DecoderPlan {
  const { attention, score } = architecture;
  const A = attentionUnits(architecture);
  const { T: Ty, B, H: S, training } = recurrent;
  if (attention === 'bahdanau') return { kind: 'bahdanau', recurrent, Tx, F, A };
  const luong = attention === 'luong' ? { score, Tx, Ty, B, F, S, A, training } : null;
  return { kind: 'sequence', recurrent, attention: luong };
}
