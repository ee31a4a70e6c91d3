import type { Kernels, RecurrentInput, RecurrentOperands, Tensor } from '../../kernels/kernels.ts';
import { allocateBuffers, freeBuffers, type Buffers } from '../buffers.ts';
import type { ParameterSet } from '../parameters.ts';
import type { DropoutAt } from './dropout.ts';
import { LuongAttention, type LuongAttentionPlan } from './luong-attention.ts';
import type { RecurrentState } from './recurrent-state.ts';
import { RecurrentStack, type RecurrentPlan } from './recurrent.ts';

/** What an encoder gives to a decoder. */
export interface Source {
  /** The encoder's outputs. */
  readonly values: Tensor; // [Tx,B,F]
  readonly lengths: Tensor | null; // int [B]
  readonly Tx: number;
  readonly B: number;
}

/** A decoder: from the tokens before each target, and the source, to what the output layer reads. */
export interface Decoder {
  /** What the next forward starts from. */
  readonly initial: RecurrentState;
  /** Out of the backward; null unless planned for training. */
  readonly dInitial: RecurrentState | null;
  /** [Ty,B,S]: states of the top layer, out of the forward. */
  readonly states: Tensor;
  /** [Ty,B,Tx] and [Ty,B,F] of the last forward; null without attention. */
  readonly weights: Tensor | null;
  readonly context: Tensor | null;
  readonly hiddenGradients: readonly Tensor[];
  /** Of each layer, as the last forward left them; none where there is no one forward of all steps. */
  readonly recurrences: readonly RecurrentOperands[];
  /** What depends on the source alone: once for every source, before forwards. */
  prepare(source: Source): void;
  /** x [T,B,E], or, without Bahdanau's attention, tokens → [T,B,O], the decoder's own. */
  forward(x: RecurrentInput, lengths: Tensor | null, source: Source, T: number, dropoutAt: DropoutAt | null): Tensor;
  /**
   * dy [T,B,O], which is overwritten → dx [T,B,E], or by the table of tokens [V,E] (null where nobody needs it; added to where
   * `accumulateDx`), dValues [Tx,B,F], dInitial, parameters' gradients.
   */
  backward(dx: Tensor | null, dValues: Tensor, dy: Tensor, accumulateDx: boolean): void;
  /** The next forward starts where the last one ended. */
  carryState(): void;
  dispose(): void;
}

export interface SequenceDecoderPlan {
  readonly recurrent: RecurrentPlan;
  /** null: the source is seen through the initial state only. */
  readonly attention: LuongAttentionPlan | null;
}

export function sequenceDecoderBuffers({ recurrent, attention }: SequenceDecoderPlan) {
  const { T, B, H, training } = recurrent;
  return { dStates: training && attention ? { shape: [T, B, H] } : null };
}

/** Recurrent layers over all steps at once, and then Luong attention, if any: what a step sees does not depend on attention before it. */
export class SequenceDecoder implements Decoder {
  readonly #kernels: Kernels;
  readonly #buffers: Buffers<ReturnType<typeof sequenceDecoderBuffers>>;
  readonly #recurrent: RecurrentStack;
  readonly #attention: LuongAttention | null;
  #states: Tensor | null = null; // out of the last forward
  #source: Source | null = null;

  /** @param firstDropout number in the model of the first dropout between layers */
  constructor(kernels: Kernels, parameters: ParameterSet, plan: SequenceDecoderPlan, firstDropout: number) {
    this.#kernels = kernels;
    this.#buffers = allocateBuffers(kernels, 'decoder', sequenceDecoderBuffers(plan));
    this.#recurrent = new RecurrentStack(kernels, parameters, 'dec.', plan.recurrent, firstDropout);
    this.#attention = plan.attention && new LuongAttention(kernels, parameters, plan.attention);
  }

  get initial(): RecurrentState {
    return this.#recurrent.initial;
  }

  get dInitial(): RecurrentState | null {
    return this.#recurrent.dInitial;
  }

  get states(): Tensor {
    if (!this.#states) throw new Error('A decoder has states after a forward');
    return this.#states;
  }

  get weights(): Tensor | null {
    return this.#attention?.weights ?? null;
  }

  get context(): Tensor | null {
    return this.#attention?.context ?? null;
  }

  get hiddenGradients(): readonly Tensor[] {
    return this.#recurrent.dh;
  }

  get recurrences(): readonly RecurrentOperands[] {
    return this.#recurrent.recurrences;
  }

  prepare(source: Source): void {
    this.#attention?.prepare(source);
  }

  forward(x: RecurrentInput, lengths: Tensor | null, source: Source, T: number, dropoutAt: DropoutAt | null): Tensor {
    this.#source = source;
    this.#states = this.#recurrent.forward(x, lengths, T, source.B, dropoutAt); // [T,B,S]
    return this.#attention?.forward(this.#states, source, T) ?? this.#states;
  }

  backward(dx: Tensor | null, dValues: Tensor, dy: Tensor, accumulateDx: boolean): void {
    if (!this.#source) throw new Error('SequenceDecoder.backward needs a forward');
    const { dStates } = this.#buffers;
    if (this.#attention && dStates) {
      this.#attention.backward(dStates, dValues, dy);
      this.#recurrent.backward(dx, dStates, false, accumulateDx);
    } else {
      this.#kernels.fill(dValues, 0);
      this.#recurrent.backward(dx, dy, false, accumulateDx);
    }
  }

  carryState(): void {
    this.#recurrent.initial.copyFrom(this.#recurrent.final);
  }

  dispose(): void {
    this.#recurrent.dispose();
    this.#attention?.dispose();
    freeBuffers(this.#kernels, this.#buffers);
  }
}
