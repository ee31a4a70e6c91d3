import type { HostArray, Kernels, RecurrentOperands, Tensor } from '../kernels/kernels.ts';
import { Random, STREAM } from '../random.ts';
import { requireFit, type PairBatch } from './batch.ts';
import { allocateBuffers, freeBuffers, type Buffers } from './buffers.ts';
import { encoderDecoderPlan } from './encoder-decoder-plan.ts';
import { BahdanauDecoder } from './layers/bahdanau-decoder.ts';
import { SequenceDecoder, type Decoder, type Source } from './layers/decoder.ts';
import { Dropout, type DropoutAt } from './layers/dropout.ts';
import { InitialState } from './layers/initial-state.ts';
import { OutputLayer } from './layers/output.ts';
import { Pool } from './layers/pool.ts';
import type { RecurrentState } from './layers/recurrent-state.ts';
import { RecurrentStack } from './layers/recurrent.ts';
import { SequenceInput } from './layers/sequence-input.ts';
import type { ParameterSet } from './parameters.ts';
import type { Architecture } from './spec.ts';
import { TaskModelBase } from './task-model-base.ts';
import type { DataSizes, ModelSizes, TaskModel } from './task-model.ts';

/**
 * Many-to-many with Tx ≠ Ty (Sutskever et al. 2014; Cho et al. 2014): an encoder reads the source; its last outputs set the decoder's
 * initial state, s0 = tanh(W [forward ; backward] + b); the decoder predicts each target token from the ones before it (teacher
 * forcing), looking back at the source by attention.
 *
 * To translate, plan it with Ty = 1 and without training:
 *
 *     encode(source, …), then for each step: decodeStep(tokens), read outputs (logits) and attentionWeights, [reorder]
 */
export class EncoderDecoder extends TaskModelBase implements TaskModel<PairBatch> {
  /** Most steps of the decoder. */
  readonly Ty: number;
  protected readonly output: OutputLayer; // [Ty*B,V]
  readonly #plan: ReturnType<typeof encoderDecoderPlan>;
  readonly #buffers: Buffers<ReturnType<typeof encoderDecoderPlan>['buffers']>;
  readonly #source: SequenceInput;
  readonly #encoder: RecurrentStack;
  readonly #pool: Pool;
  readonly #initial: InitialState;
  readonly #target: SequenceInput;
  readonly #decoder: Decoder;
  readonly #dropout: Dropout;
  /** What the last encoding gave. */
  #encoded: Source | null = null;
  #batch: PairBatch | null = null;

  /** @param parameters another model's of the same architecture and device, to share; by default the model's own, all zero */
  constructor(
    kernels: Kernels,
    architecture: Architecture,
    data: DataSizes,
    sizes: ModelSizes,
    parameters?: ParameterSet,
  ) {
    super(kernels, architecture, data, sizes, parameters);
    const plan = encoderDecoderPlan(architecture, data, sizes);
    const { dropoutIndex: index } = plan;
    const set = this.parameters;
    this.Ty = plan.target.T;
    this.#plan = plan;
    this.#buffers = allocateBuffers(kernels, 'encoder-decoder', plan.buffers);
    this.#source = new SequenceInput(kernels, set, 'src_emb.weight', plan.source, index.source);
    this.#encoder = new RecurrentStack(kernels, set, 'enc.', plan.encoder, index.encoder);
    this.#pool = new Pool(kernels, plan.pool);
    this.#initial = new InitialState(kernels, set, 'init.', plan.initial);
    this.#target = new SequenceInput(kernels, set, 'tgt_emb.weight', plan.target, index.target);
    this.#decoder =
      plan.decoder.kind === 'bahdanau'
        ? new BahdanauDecoder(kernels, set, plan.decoder, index.decoder)
        : new SequenceDecoder(kernels, set, plan.decoder, index.decoder);
    this.#dropout = new Dropout(kernels, index.output, plan.outputDropout);
    const weight = set.get(architecture.tie ? 'tgt_emb.weight' : 'out.weight');
    this.output = new OutputLayer(kernels, weight, set.get('out.bias'), plan.output);
  }

  /** Of the encoder's layers and directions, then of the decoder's. */
  get hiddenGradients(): readonly Tensor[] {
    return [...this.#encoder.dh, ...this.#decoder.hiddenGradients];
  }

  get recurrences(): readonly RecurrentOperands[] {
    return [...this.#encoder.recurrences, ...this.#decoder.recurrences];
  }

  /** [Ty,B,Tx] of the last forward's sizes: how much each step looks at each source position, 0 at padding; null without attention. */
  get attentionWeights(): Tensor | null {
    return this.#decoder.weights;
  }

  /** [Ty,B,F], the sums that the weights make of the encoder's outputs; null without attention. */
  get context(): Tensor | null {
    return this.#decoder.context;
  }

  /** [Tx,B,F], out of the last encoding. */
  get encoderOutputs(): Tensor {
    if (!this.#encoded) throw new Error('Encoder outputs are there after a forward');
    return this.#encoded.values;
  }

  /** [Ty,B,S]: the decoder's top states, out of the last forward. */
  get decoderStates(): Tensor {
    return this.#decoder.states;
  }

  /** What the decoder starts from; while decoding step by step, its state. */
  get decoderState(): RecurrentState {
    return this.#decoder.initial;
  }

  setBatch(batch: PairBatch): void {
    const { T, B, Tx, source, sourceLengths, inputs, lengths, targets } = batch;
    requireFit(T, B, { T: this.Ty, B: this.B });
    requireFit(Tx, B, this);
    this.#source.set(source, sourceLengths, Tx, B);
    this.#target.set(inputs, lengths, T, B);
    this.output.setTargets(targets, lengths, T, B);
    this.#batch = batch;
  }

  forward(dropoutAt: DropoutAt | null): void {
    if (!this.#batch) throw new Error('forward: call setBatch first');
    this.#encode(dropoutAt);
    this.#decode(dropoutAt);
  }

  backward(): void {
    const { dFeatures, dValues, dPooled } = this.#buffers;
    if (!dFeatures || !dValues || !dPooled || !this.#initial.dx || !this.#decoder.dInitial) {
      throw new Error('backward: the model was not made for training');
    }
    const { T: Ty, B } = this.#target;
    const { T: Tx } = this.#source;
    this.output.backward(dFeatures);
    this.#dropout.backward(dFeatures, Ty, B * this.#plan.O);
    this.#decoder.backward(this.#target.dx, dValues, dFeatures, this.#target.accumulateDx);
    this.#target.backward();
    this.#initial.backward(this.#decoder.dInitial);
    // The encoder's outputs were pooled, and attended to.
    this.#pool.backward(dPooled, this.#initial.dx);
    const block = (tensor: Tensor) => ({ tensor, offset: 0, stride: this.#plan.F });
    this.kernels.copyBlock(block(dValues), block(dPooled), Tx * B, this.#plan.F, true);
    this.#encoder.backward(this.#source.dx, dValues, false);
    this.#source.backward();
  }

  /**
   * Reads sources, for decoding step by step.
   * @param source int [Tx,B]
   * @throws RangeError when they do not fit the plan, or an id is not of the vocabulary
   */
  encode(source: Int32Array, sourceLengths: Int32Array | null, Tx: number, B: number): void {
    requireFit(Tx, B, this);
    this.#source.set(source, sourceLengths, Tx, B);
    this.#batch = null;
    this.#encode(null);
  }

  /**
   * One step of every sequence: `outputs` [B,V] are the logits of the next token, `attentionWeights` [B,Tx] where it looked.
   * @param tokens [B], the last tokens: those that begin a target, then the chosen ones
   */
  decodeStep(tokens: Int32Array): void {
    const { B } = this.#source;
    this.#target.set(tokens, null, 1, B);
    this.output.setTargets(null, null, 1, B);
    this.#decode(null);
    this.#decoder.carryState();
  }

  /**
   * Sequence b goes on from the state of sequence rows[b]: beam search keeps some and drops others. Sources stay where they are, so rows
   * may only be exchanged between sequences of the same source.
   */
  async reorder(rows: Int32Array): Promise<void> {
    const { B } = this.#source;
    const { h, c } = await this.decoderState.read();
    const { layers } = this.decoderState;
    const H = this.#plan.initial.H;
    const width = this.B * H; // of a layer's states, for the planned batch
    const pick = (from: Float64Array) => {
      const to = from.slice();
      for (let l = 0; l < layers.length; l++) {
        for (let b = 0; b < B; b++) {
          to.set(from.subarray(l * width + rows[b] * H, l * width + (rows[b] + 1) * H), l * width + b * H);
        }
      }
      return to;
    };
    this.decoderState.write({ h: pick(h), c: c && pick(c) });
  }

  /**
   * Scheduled sampling (Bengio et al. 2015): in the batch that is set, replaces each input token but the first, with probability `rate`,
   * by the most likely token after the inputs before it, themselves possibly replaced. No gradient goes through the choice, so a forward
   * and backward on the new inputs is all that is left to do.
   * @param at which random numbers: seed and training step
   */
  async sampleInputs(rate: number, at: DropoutAt): Promise<void> {
    const batch = this.#batch;
    if (!batch) throw new Error('sampleInputs: call setBatch first');
    const { T, B, lengths } = batch;
    const inputs = Int32Array.from(batch.inputs.subarray(0, T * B));
    const random = new Random(at.seed, STREAM.scheduledSampling, at.counter);
    this.#encode(null);
    for (let t = 0; t + 1 < T; t++) {
      this.decodeStep(inputs.subarray(t * B, (t + 1) * B));
      const logits = await this.kernels.read(this.outputs, B * this.K);
      for (let b = 0; b < B; b++) {
        const replace = random.uniform() < rate; // drawn for padding too: a sequence's numbers do not depend on the others' lengths
        if (replace && (!lengths || t + 1 < lengths[b])) inputs[(t + 1) * B + b] = mostLikely(logits, b, this.K);
      }
    }
    this.setBatch({ ...batch, inputs });
  }

  dispose(): void {
    for (const layer of [this.#source, this.#encoder, this.#pool, this.#initial, this.#target]) layer.dispose();
    for (const layer of [this.#decoder, this.#dropout, this.output]) layer.dispose();
    freeBuffers(this.kernels, this.#buffers);
    this.disposeParameters();
  }

  #encode(dropoutAt: DropoutAt | null): void {
    const { T: Tx, B, lengths } = this.#source;
    const x = this.#source.forward(dropoutAt); // tokens, or [Tx,B,E]
    const values = this.#encoder.forward(x, lengths, Tx, B, dropoutAt); // [Tx,B,F]
    this.#encoded = { values, lengths, Tx, B };
    this.#initial.forward(this.#decoder.initial, this.#pool.forward(values, lengths, Tx, B), B);
    this.#decoder.prepare(this.#encoded);
  }

  #decode(dropoutAt: DropoutAt | null): void {
    if (!this.#encoded) throw new Error('decodeStep: call encode first');
    const { T, B, lengths } = this.#target;
    const x = this.#target.forward(dropoutAt); // tokens, or [Ty,B,E]
    const features = this.#decoder.forward(x, lengths, this.#encoded, T, dropoutAt); // [Ty,B,O]
    this.output.forward(this.#dropout.forward(features, T, B * this.#plan.O, dropoutAt));
  }
}

function mostLikely(logits: HostArray, row: number, V: number): number {
  let best = 0;
  for (let v = 1; v < V; v++) if (logits[row * V + v] > logits[row * V + best]) best = v;
  return best;
}
