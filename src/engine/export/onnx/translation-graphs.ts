/** The graphs of an encoder–decoder: one reads the source, the other makes one step of the target. */
import { decoderSizes, recurrentSizes } from '../../model/parameter-specs.ts';
import { attentionUnits, decoderUnits } from '../../model/spec.ts';
import { Graph, type Value } from './graph.ts';
import {
  concat,
  embedded,
  initialState,
  linear,
  masked,
  pooled,
  realSteps,
  squeeze,
  unsqueeze,
  zerosLike,
  type Builder,
  type Network,
} from './layers.ts';
import { recurrentStack, type States } from './recurrent.ts';
import { answerOutput, lengthsInput, stateInputs, stateOutputs, tokensInput } from './values.ts';

/**
 * Source tokens → what every step of the decoder reads: the encoder's outputs, the keys that attention compares with, and the state to begin
 * with.
 */
export function encoderGraph({ architecture, sizes, parameters }: Network): Graph {
  const { residual, attention } = architecture;
  const stack = { ...recurrentSizes(architecture, sizes), residual };
  const [L, S] = [architecture.layers, decoderUnits(architecture)];
  const F = stack.D * stack.H;
  const graph = new Graph('encoder');
  const builder = { graph, parameters };
  const tokens = tokensInput(graph, ['Tx', 'B'], 'Token ids of the sources');
  const lengths = lengthsInput(graph);
  const x = embedded(builder, tokens, architecture.embedding > 0 ? 'src_emb.weight' : null, sizes.inputs);
  const { z } = recurrentStack(builder, 'enc.', stack, x, null, lengths);
  const h0 = initialState(builder, pooled(graph, 'last', z, lengths, stack), 'init.', L, S);
  const keys = keyMatrix(architecture);
  if (keys) {
    const made = linear(builder, z, keys.name, null);
    graph.output('keys', made, ['Tx', 'B', keys.width], 'What attention compares with the decoder’s state.');
  }
  if (attention !== 'none')
    graph.output('encoder_outputs', z, ['Tx', 'B', F], 'The encoder’s outputs, to be looked at.');
  graph.output('h0', h0, [L, 'B', S], 'Hidden states for the decoder’s first step.');
  if (stack.cell === 'lstm') {
    graph.output('c0', zerosLike(graph, h0), [L, 'B', S], 'Cell states for the decoder’s first step: zeros.');
  }
  return graph;
}

/** One token of each target, and the state → logits of the next token, and the next state. */
export function decoderStepGraph({ architecture, sizes, parameters }: Network): Graph {
  const { attention, residual, tie } = architecture;
  const stack = { ...decoderSizes(architecture, sizes), residual };
  const graph = new Graph('decoder-step');
  const builder = { graph, parameters };
  const tokens = tokensInput(
    graph,
    ['B'],
    'The last token of each target: at first 1, which begins a sequence; then the chosen ones',
  );
  const initial = stateInputs(graph, stack, 'those of the encoder, or those that the step before gave.');
  const source = attention === 'none' ? null : sourceInputs(graph, { architecture, sizes });
  const table = architecture.embedding > 0 ? 'tgt_emb.weight' : null;
  const embedding = embedded(builder, tokens, table, sizes.outputs); // [B,E]
  const seen = source && attention === 'bahdanau' ? bahdanau(builder, source, initial, stack) : null;
  const x = seen ? concat(graph, [seen.context, embedding]) : embedding;
  const { z, final } = recurrentStack(builder, 'dec.', stack, unsqueeze(graph, x, 0), initial, null);
  const d = squeeze(graph, z, 0); // [B,S]
  const luongs = source && attention === 'luong' ? luong(builder, source, d) : null;
  const features = luongs ? attentional(builder, luongs.context, d) : d;
  const logits = linear(builder, features, tie ? 'tgt_emb.weight' : 'out.weight', 'out.bias');
  answerOutput(graph, logits, ['B'], architecture, sizes);
  stateOutputs(graph, stack, final);
  const weights = (seen ?? luongs)?.weights;
  if (weights) graph.output('attention', weights, ['B', 'Tx'], 'How much this step looks at each source position.');
  return graph;
}

/** The matrix that makes keys of the encoder's outputs; null where they are their own. */
function keyMatrix(architecture: Network['architecture']): { readonly name: string; readonly width: number } | null {
  const { attention, score } = architecture;
  if (attention === 'bahdanau') return { name: 'W1.weight', width: attentionUnits(architecture) };
  if (attention === 'luong' && score === 'general') return { name: 'Wa.weight', width: decoderUnits(architecture) };
  return null;
}

/** What a decoder looks at: time-major, as the encoder gave it. */
interface Source {
  readonly outputs: Value; // [Tx,B,F]
  readonly keys: Value; // [Tx,B,A]
  readonly lengths: Value; // [B]
}

function sourceInputs(graph: Graph, { architecture, sizes }: Pick<Network, 'architecture' | 'sizes'>): Source {
  const { D, H } = recurrentSizes(architecture, sizes);
  const outputs = graph.input('encoder_outputs', 'float', ['Tx', 'B', D * H], 'Those of the encoder.');
  const width = keyMatrix(architecture)?.width;
  const keys =
    width === undefined ? outputs : graph.input('keys', 'float', ['Tx', 'B', width], 'Those of the encoder.');
  const lengths = graph.input('lengths', 'int64', ['B'], 'Real steps of each source, as given to the encoder.');
  return { outputs, keys, lengths };
}

/** e_s = v·tanh(W₁ h_s + W₂ s), s the top layer's state before the step (Bahdanau, Cho & Bengio 2015). */
function bahdanau(builder: Builder, source: Source, { h }: States, { L }: { readonly L: number }): Attended {
  const { graph } = builder;
  const top = graph.node('Gather', [h, graph.integer(L - 1)]); // [B,S]
  const query = linear(builder, top, 'W2.weight', null); // [B,A]
  const compared = graph.node('Tanh', [graph.node('Add', [source.keys, query])]); // [Tx,B,A]
  return attended(graph, source, squeeze(graph, linear(builder, compared, 'v.weight', null), 2));
}

/** e_s = d·k_s, d the top layer's state after the step (Luong, Pham & Manning 2015). */
function luong({ graph }: Builder, source: Source, d: Value): Attended {
  const products = graph.node('Mul', [source.keys, d]); // [Tx,B,S]
  return attended(graph, source, graph.node('ReduceSum', [products, graph.integers(2)], { keepdims: 0 }));
}

interface Attended {
  readonly weights: Value; // [B,Tx]
  readonly context: Value; // [B,F]
}

/** Scores [Tx,B] → their softmax over real positions, and the sum that it makes of the encoder's outputs. */
function attended(graph: Graph, { outputs, lengths }: Source, scores: Value): Attended {
  const real = realSteps(graph, outputs, lengths);
  const shares = graph.node('Softmax', [masked(graph, real, scores)], { axis: 0 }); // [Tx,B]
  const products = graph.node('Mul', [outputs, unsqueeze(graph, shares, 2)]);
  const context = graph.node('ReduceSum', [products, graph.integers(0)], { keepdims: 0 });
  return { weights: graph.node('Transpose', [shares], { perm: [1, 0] }), context };
}

/** tanh(W_c [c ; d]) */
function attentional(builder: Builder, context: Value, d: Value): Value {
  return builder.graph.node('Tanh', [linear(builder, concat(builder.graph, [context, d]), 'Wc.weight', null)]);
}
