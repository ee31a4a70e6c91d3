/** An encoder–decoder as two graphs: one reads the source, the other makes decoder steps. */
import { decoderSizes, recurrentSizes } from '../../model/parameter-specs.ts';
import { decoderUnits } from '../../model/spec.ts';
import type { ExportFile } from '../portable.ts';
import type { KerasGraph, Ref } from './graph.ts';
import { dense, embed, graphOf, output, plain, type TfjsModel } from './layers.ts';
import { initialStates } from './models.ts';
import { lastSteps, stack, stateInputs } from './recurrent.ts';

export function translationFiles(model: TfjsModel): ExportFile[] {
  return [...encoderFiles(model), ...decoderFiles(model)];
}

/**
 * source int [B,Tx] → the decoder's first hidden states h_0, h_1, … [B,S]; with attention first `memory` [B,Tx,F], the encoder's outputs.
 * An LSTM's cell states start at zero.
 */
function encoderFiles(model: TfjsModel): ExportFile[] {
  const { architecture, sizes } = model;
  const graph = graphOf(model, 'unroll_encoder');
  const encoder = recurrentSizes(architecture, sizes);
  const attends = architecture.attention !== 'none';
  const source = graph.input('source', [null], 'int32');
  const x = embed(graph, model, 'source_embedding', 'src_emb.weight', sizes.inputs, source);
  const options = { prefix: 'enc.', residual: architecture.residual, initial: null, lastOnly: !attends };
  const { z } = stack(graph, model, encoder, x, options);
  const pooled = attends ? lastSteps(graph, 'enc_last', encoder.D, encoder.H, z) : z;
  const states = initialStates(graph, model, decoderUnits(architecture), pooled);
  return graph.files('encoder/', attends ? [z, ...states] : states);
}

/**
 * tokens int [B,Ty], states, and with attention `memory` → logits [B,Ty,V], the states after them, and with attention its weights
 * [B,Ty,Tx]. With Bahdanau's attention Ty is 1: what a step reads depends on the state before it.
 */
function decoderFiles(model: TfjsModel): ExportFile[] {
  const { architecture, sizes } = model;
  const { attention, residual } = architecture;
  const graph = graphOf(model, 'unroll_decoder');
  const decoder = decoderSizes(architecture, sizes);
  const tokens = graph.input('tokens', [attention === 'bahdanau' ? 1 : null], 'int32');
  const initial = stateInputs(graph, decoder);
  const F = recurrentSizes(architecture, sizes).H * (architecture.bidirectional ? 2 : 1);
  const memory = attention === 'none' ? null : graph.input('memory', [null, F], 'float32');
  let x = embed(graph, model, 'target_embedding', 'tgt_emb.weight', sizes.outputs, tokens);
  let weights: Ref | null = null;
  if (attention === 'bahdanau') {
    const perLayer = decoder.cell === 'lstm' ? 2 : 1;
    weights = bahdanau(graph, model, initial[(decoder.L - 1) * perLayer]!, memory!);
    const context = graph.add('context', plain('Dot', { axes: [2, 1], normalize: false }), weights, memory!);
    x = graph.add('context_and_embedding', plain('Concatenate', { axis: -1 }), context, x);
  }
  const { z, final } = stack(graph, model, decoder, x, { prefix: 'dec.', residual, initial, lastOnly: false });
  let features = z;
  if (attention === 'luong') {
    const keys =
      architecture.score === 'general' ? graph.add('keys', dense(model, 'Wa.', { bias: false }), memory!) : memory!;
    const scores = graph.add('scores', plain('Dot', { axes: [2, 2], normalize: false }), z, keys);
    weights = graph.add('attention', plain('Activation', { activation: 'softmax' }), scores);
    const context = graph.add('context', plain('Dot', { axes: [2, 1], normalize: false }), weights, memory!);
    const both = graph.add('context_and_state', plain('Concatenate', { axis: -1 }), context, z);
    features = graph.add('attentional', dense(model, 'Wc.', { bias: false, activation: 'tanh' }), both);
  }
  const logits = graph.add('logits', output(model, 'tgt_emb.weight'), features);
  return graph.files('decoder/', [logits, ...final, ...(weights ? [weights] : [])]);
}

/** softmax_s(v·tanh(W₁ h_s + W₂ s)) [B,1,Tx] of the memory h and the top layer's state s [B,S]. */
function bahdanau(graph: KerasGraph, model: TfjsModel, state: Ref, memory: Ref): Ref {
  const query = graph.add('query', dense(model, 'W2.', { bias: false }), state);
  const A = model.parameters.get('W2.weight')!.shape[0]!;
  const row = graph.add('query_row', plain('Reshape', { target_shape: [1, A] }), query);
  const keys = graph.add('keys', dense(model, 'W1.', { bias: false }), memory);
  const sum = graph.add('query_and_keys', plain('Add'), keys, row);
  const bent = graph.add('tanh', plain('Activation', { activation: 'tanh' }), sum);
  const scores = graph.add('scores', dense(model, 'v.', { bias: false }), bent); // [B,Tx,1]
  const turned = graph.add('scores_row', plain('Permute', { dims: [2, 1] }), scores); // [B,1,Tx]
  return graph.add('attention', plain('Activation', { activation: 'softmax' }), turned);
}
