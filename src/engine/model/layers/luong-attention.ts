import type { AttentionOperands, Block, Kernels, Tensor } from '../../kernels/kernels.ts';
import { allocateBuffers, freeBuffers, type Buffers } from '../buffers.ts';
import type { ParameterSet } from '../parameters.ts';
import type { Source } from './decoder.ts';
import { Linear } from './linear.ts';

export interface LuongAttentionPlan {
  readonly score: 'dot' | 'general';
  /** Most source positions, decoder steps and sequences. */
  readonly Tx: number;
  readonly Ty: number;
  readonly B: number;
  /** Width of the source's vectors, of the decoder's states, and of the attentional vector. */
  readonly F: number;
  readonly S: number;
  readonly A: number;
  readonly training: boolean;
}

export function luongAttentionBuffers({ score, Tx, Ty, B, F, S, training }: LuongAttentionPlan) {
  const general = score === 'general';
  return {
    weights: { shape: [Ty, B, Tx] },
    context: { shape: [Ty, B, F] },
    concat: { shape: [Ty, B, F + S] },
    dConcat: training ? { shape: [Ty, B, F + S] } : null,
    dContext: training ? { shape: [Ty, B, F] } : null,
    dKeys: training && general ? { shape: [Tx, B, S] } : null,
    dValues: training && general ? { shape: [Tx, B, F] } : null, // the keys' share
  };
}

/**
 * Global attention of Luong, Pham & Manning 2015, after the decoder, all its steps d at once:
 *
 *     e_ts = d_t·k_s,  k = W_a h (general) or h (dot)
 *     c_t = Σ_s softmax(e_t)_s h_s
 *     a_t = tanh(W_c [c_t ; d_t])
 */
export class LuongAttention {
  /** [Ty,B,Tx] of the last batch. */
  readonly weights: Tensor;
  /** [Ty,B,F] */
  readonly context: Tensor;
  readonly #kernels: Kernels;
  readonly #plan: LuongAttentionPlan;
  readonly #buffers: Buffers<ReturnType<typeof luongAttentionBuffers>>;
  readonly #keys: Linear | null; // W_a; null for dot
  readonly #combine: Linear; // W_c
  #operands: AttentionOperands | null = null; // saved by the forward

  constructor(kernels: Kernels, parameters: ParameterSet, plan: LuongAttentionPlan) {
    const { score, Tx, Ty, B } = plan;
    this.#kernels = kernels;
    this.#plan = plan;
    this.#buffers = allocateBuffers(kernels, 'luong', luongAttentionBuffers(plan));
    this.#keys = score === 'general' ? new Linear(kernels, parameters.get('Wa.weight'), null, Tx * B) : null;
    this.#combine = new Linear(kernels, parameters.get('Wc.weight'), null, Ty * B);
    this.weights = this.#buffers.weights;
    this.context = this.#buffers.context;
  }

  /** What depends on the source alone: once for every source. */
  prepare({ values, Tx, B }: Source): void {
    this.#keys?.forward(values, Tx * B);
  }

  /** d [T,B,S] → a [T,B,A], the layer's own. */
  forward(d: Tensor, { values, lengths, Tx, B }: Source, T: number): Tensor {
    const { F, S, A } = this.#plan;
    const { weights, context, concat } = this.#buffers;
    this.#operands = {
      shape: { score: 'dot', B, Tx, A: S, F, first: 0, steps: T },
      queries: d,
      keys: this.#keys?.y ?? values,
      v: null,
      values,
      lengths,
      weights,
      context,
    };
    this.#kernels.attentionForward(this.#operands);
    const N = T * B;
    this.#kernels.copyBlock(columns(concat, 0, F + S), columns(context, 0, F), N, F, false);
    this.#kernels.copyBlock(columns(concat, F, F + S), columns(d, 0, S), N, S, false);
    const a = this.#combine.forward(concat, N);
    this.#kernels.activationForward(a, a, 'tanh', N * A);
    return a;
  }

  /** da [T,B,A], which is overwritten → dd [T,B,S] and dValues [Tx,B,F], both written. */
  backward(dd: Tensor, dValues: Tensor, da: Tensor): void {
    const { dConcat, dContext, dKeys, dValues: ofKeys } = this.#buffers;
    if (!this.#operands || !dConcat || !dContext) {
      throw new Error('LuongAttention.backward needs a forward, and a plan for training');
    }
    const { F, S, A } = this.#plan;
    const { B, Tx, steps } = this.#operands.shape;
    const N = steps * B;
    // a = tanh(W_c [c ; d])
    this.#kernels.activationBackward(da, da, this.#combine.y, 'tanh', N * A);
    this.#combine.backward(dConcat, da, N, false);
    this.#kernels.copyBlock(columns(dContext, 0, F), columns(dConcat, 0, F + S), N, F, false);
    // c, through the weights too
    this.#kernels.attentionBackward(this.#operands, {
      dContext,
      dQueries: dd,
      dKeys: dKeys ?? dValues,
      dValues,
      dV: null,
      accumulate: false,
    });
    this.#kernels.copyBlock(columns(dd, 0, S), columns(dConcat, F, F + S), N, S, true);
    // k = W_a h
    if (this.#keys && dKeys && ofKeys) {
      this.#keys.backward(ofKeys, dKeys, Tx * B, false);
      this.#kernels.copyBlock(columns(dValues, 0, F), columns(ofKeys, 0, F), Tx * B, F, true);
    }
  }

  dispose(): void {
    this.#keys?.dispose();
    this.#combine.dispose();
    freeBuffers(this.#kernels, this.#buffers);
  }
}

function columns(tensor: Tensor, offset: number, stride: number): Block {
  return { tensor, offset, stride };
}
