import {
  isTokenInput,
  type AttentionOperands,
  type Block,
  type Kernels,
  type RecurrentInput,
  type Tensor,
} from '../../kernels/kernels.ts';
import { allocateBuffers, freeBuffers, type Buffers } from '../buffers.ts';
import type { Parameter, ParameterSet } from '../parameters.ts';
import type { Decoder, Source } from './decoder.ts';
import type { DropoutAt } from './dropout.ts';
import { Linear } from './linear.ts';
import type { RecurrentState } from './recurrent-state.ts';
import { RecurrentStack, type RecurrentPlan } from './recurrent.ts';

export interface BahdanauDecoderPlan {
  /** Sizes of the recurrent layers for all steps; they read F+E numbers. */
  readonly recurrent: RecurrentPlan;
  /** Most source positions. */
  readonly Tx: number;
  /** Width of the source's vectors, and of the score. */
  readonly F: number;
  readonly A: number;
}

export function bahdanauDecoderBuffers({ recurrent, Tx, F, A }: BahdanauDecoderPlan) {
  const { T, B, I, H: S, training } = recurrent;
  const forTraining = <Spec>(spec: Spec) => (training ? spec : null);
  return {
    /** Each step's input [context ; embedding]. */
    x: Array.from({ length: T }, () => ({ shape: [B, I] })),
    states: { shape: [T, B, S] },
    /** The top layer's state before each step, and W₂ of it. */
    previous: { shape: [T, B, S] },
    queries: { shape: [T, B, A] },
    query: { shape: [B, A] },
    weights: { shape: [T, B, Tx] },
    context: { shape: [T, B, F] },
    dQueries: forTraining({ shape: [T, B, A] }),
    dQuery: forTraining({ shape: [B, A] }),
    dPrevious: forTraining({ shape: [B, S] }),
    dContext: forTraining({ shape: [T, B, F] }),
    dx: forTraining({ shape: [B, I] }),
    dState: forTraining({ shape: [B, S] }),
    dKeys: forTraining({ shape: [Tx, B, A] }),
    dValues: forTraining({ shape: [Tx, B, F] }), // the keys' share
  };
}

/** The recurrent layers of one step. */
function stepPlan(plan: RecurrentPlan): RecurrentPlan {
  return { ...plan, T: 1 };
}

/**
 * A decoder with the additive attention of Bahdanau, Cho & Bengio 2015 (without their maxout output). Each step attends with the state
 * before it, so the steps follow one another:
 *
 *     e_ts = v·tanh(W₁ h_s + W₂ s_(t-1)),  s the top layer's state
 *     c_t = Σ_s softmax(e_t)_s h_s
 *     s_t = recurrent([c_t ; x_t], s_(t-1))
 */
export class BahdanauDecoder implements Decoder {
  readonly states: Tensor;
  readonly weights: Tensor;
  readonly context: Tensor;
  readonly recurrences = [];
  readonly #kernels: Kernels;
  readonly #plan: BahdanauDecoderPlan;
  readonly #buffers: Buffers<ReturnType<typeof bahdanauDecoderBuffers>>;
  readonly #keys: Linear; // W₁
  readonly #query: Parameter; // W₂ [A,S]
  readonly #v: Parameter; // [1,A]
  /** The recurrent layers, once for every step: each step's states and what its backward needs. They share their parameters. */
  readonly #steps: readonly RecurrentStack[]; // [T]
  #source: Source | null = null;
  #T = 0;

  /** @param firstDropout number in the model of the first dropout between layers; the steps' own follow, unless it is variational */
  constructor(kernels: Kernels, parameters: ParameterSet, plan: BahdanauDecoderPlan, firstDropout: number) {
    const { T, B, L, dropoutKind } = plan.recurrent;
    this.#kernels = kernels;
    this.#plan = plan;
    this.#buffers = allocateBuffers(kernels, 'decoder', bahdanauDecoderBuffers(plan));
    this.#keys = new Linear(kernels, parameters.get('W1.weight'), null, plan.Tx * B);
    this.#query = parameters.get('W2.weight');
    this.#v = parameters.get('v.weight');
    const ownMasks = dropoutKind === 'variational' ? 0 : L - 1;
    this.#steps = Array.from(
      { length: T },
      (_, t) => new RecurrentStack(kernels, parameters, 'dec.', stepPlan(plan.recurrent), firstDropout + t * ownMasks),
    );
    this.states = this.#buffers.states;
    this.weights = this.#buffers.weights;
    this.context = this.#buffers.context;
  }

  get initial(): RecurrentState {
    return this.#steps[0].initial;
  }

  get dInitial(): RecurrentState | null {
    return this.#steps[0].dInitial;
  }

  /** Each step's own, [1,B,S], of each layer, step after step. */
  get hiddenGradients(): readonly Tensor[] {
    return this.#steps.flatMap(({ dh }) => dh);
  }

  prepare({ values, Tx, B }: Source): void {
    this.#keys.forward(values, Tx * B);
  }

  forward(x: RecurrentInput, _lengths: Tensor | null, source: Source, T: number, dropoutAt: DropoutAt | null): Tensor {
    if (isTokenInput(x)) throw new TypeError('BahdanauDecoder reads vectors, which stand beside the context');
    const { F, A } = this.#plan;
    const { I, H: S, L } = this.#plan.recurrent;
    const E = I - F;
    const { B } = source;
    const { states, previous, queries, query, context } = this.#buffers;
    this.#source = source;
    this.#T = T;
    for (let t = 0; t < T; t++) {
      const step = this.#steps[t];
      if (t > 0) step.initial.copyFrom(this.#steps[t - 1].final);
      const s = step.initial.layers[L - 1].h; // [B,S]
      this.#copy(rowsOf(previous, t, B, S), rowsOf(s, 0, B, S), B, S);
      this.#kernels.linearForward(query, s, this.#query.value, null, B, S, A);
      this.#copy(rowsOf(queries, t, B, A), rowsOf(query, 0, B, A), B, A);
      this.#kernels.attentionForward(this.#attention(source, t));
      const input = this.#buffers.x[t]; // [B,F+E]
      this.#copy({ tensor: input, offset: 0, stride: I }, rowsOf(context, t, B, F), B, F);
      this.#copy({ tensor: input, offset: F, stride: I }, rowsOf(x, t, B, E), B, E);
      const y = step.forward(input, null, 1, B, dropoutAt); // [B,S]
      this.#copy(rowsOf(states, t, B, S), rowsOf(y, 0, B, S), B, S);
    }
    return states;
  }

  backward(dx: Tensor | null, dValues: Tensor, dy: Tensor): void {
    const { F, A } = this.#plan;
    const { I, H: S, L } = this.#plan.recurrent;
    const E = I - F;
    const { dQueries, dQuery, dPrevious, dContext, dKeys, dState, previous } = this.#buffers;
    const { dx: dStepInput, dValues: ofKeys } = this.#buffers;
    const [dW2, dV] = [this.#query.gradient, this.#v.gradient];
    const source = this.#source;
    if (!source || !dQueries || !dQuery || !dPrevious || !dContext || !dKeys || !dState || !dStepInput || !ofKeys) {
      throw new Error('BahdanauDecoder.backward needs a forward, and a plan for training');
    }
    if (!dW2 || !dV) throw new Error('BahdanauDecoder.backward needs parameters for training');
    const { B, Tx } = source;
    for (let t = this.#T - 1; t >= 0; t--) {
      const step = this.#steps[t];
      const last = t === this.#T - 1;
      if (last) step.dFinal!.reset();
      else step.dFinal!.copyFrom(this.#steps[t + 1].dInitial!);
      // s_t = recurrent([c_t ; x_t], s_(t-1))
      this.#copy(rowsOf(dState, 0, B, S), rowsOf(dy, t, B, S), B, S);
      step.backward(dStepInput, dState, !last);
      this.#copy(rowsOf(dContext, t, B, F), { tensor: dStepInput, offset: 0, stride: I }, B, F);
      if (dx) this.#copy(rowsOf(dx, t, B, E), { tensor: dStepInput, offset: F, stride: I }, B, E);
      // c_t, with the query W₂ s_(t-1)
      this.#kernels.attentionBackward(this.#attention(source, t), {
        dContext,
        dQueries,
        dKeys,
        dValues,
        dV,
        accumulate: !last,
      });
      this.#copy(rowsOf(dQuery, 0, B, A), rowsOf(dQueries, t, B, A), B, A);
      const s = step.initial.layers[L - 1].h;
      this.#kernels.linearBackward(dPrevious, null, null, dQuery, s, this.#query.value, B, S, A, false);
      const ds = { tensor: step.dInitial!.layers[L - 1].h, offset: 0, stride: S };
      this.#kernels.copyBlock(ds, rowsOf(dPrevious, 0, B, S), B, S, true);
    }
    // all queries at once: W₂, and the keys W₁ h
    this.#kernels.linearBackward(null, dW2, null, dQueries, previous, this.#query.value, this.#T * B, S, A, false);
    this.#keys.backward(ofKeys, dKeys, Tx * B, false);
    this.#kernels.copyBlock(rowsOf(dValues, 0, B, F), rowsOf(ofKeys, 0, B, F), Tx * B, F, true);
  }

  carryState(): void {
    this.#steps[0].initial.copyFrom(this.#steps[this.#T - 1].final);
  }

  dispose(): void {
    this.#keys.dispose();
    for (const step of this.#steps) step.dispose();
    freeBuffers(this.#kernels, this.#buffers);
  }

  #attention({ values, lengths, Tx, B }: Source, t: number): AttentionOperands {
    const { F, A } = this.#plan;
    const { queries, weights, context } = this.#buffers;
    const shape = { score: 'additive', B, Tx, A, F, first: t, steps: 1 } as const;
    return { shape, queries, keys: this.#keys.y, v: this.#v.value, values, lengths, weights, context };
  }

  #copy(target: Block, source: Block, rows: number, columns: number): void {
    this.#kernels.copyBlock(target, source, rows, columns, false);
  }
}

/** The rows of step t in [T,B,width]. */
function rowsOf(tensor: Tensor, t: number, B: number, width: number): Block {
  return { tensor, offset: t * B * width, stride: width };
}
