/** Attention of a decoder's step to a source: two scores, and what follows from them. */
import { recurrentSizes } from '../../model/parameter-specs.ts';
import { attentionUnits, decoderUnits, type Architecture } from '../../model/spec.ts';
import type { Graph, Value } from './graph.ts';
import { concat, linear, masked, realSteps, squeeze, unsqueeze, type Builder, type Network } from './layers.ts';
import type { States } from './recurrent.ts';

/** The matrix that makes keys of the encoder's outputs; null where they are their own. */
export function keyMatrix(architecture: Architecture): { readonly name: string; readonly width: number } | null {
  const { attention, score } = architecture;
  if (attention === 'bahdanau') return { name: 'W1.weight', width: attentionUnits(architecture) };
  if (attention === 'luong' && score === 'general') return { name: 'Wa.weight', width: decoderUnits(architecture) };
  return null;
}

/** What a decoder looks at: time-major, as the encoder gave it. */
export interface Source {
  readonly outputs: Value; // [Tx,B,F]
  readonly keys: Value; // [Tx,B,A]
  readonly lengths: Value; // [B]
}

export function sourceInputs(graph: Graph, { architecture, sizes }: Pick<Network, 'architecture' | 'sizes'>): Source {
  const { D, H } = recurrentSizes(architecture, sizes);
  const outputs = graph.input('encoder_outputs', 'float', ['Tx', 'B', D * H], 'Those of the encoder.');
  const width = keyMatrix(architecture)?.width;
  const keys =
    width === undefined ? outputs : graph.input('keys', 'float', ['Tx', 'B', width], 'Those of the encoder.');
  const lengths = graph.input('lengths', 'int64', ['B'], 'Real steps of each source, as given to the encoder.');
  return { outputs, keys, lengths };
}

/** e_s = v·tanh(W₁ h_s + W₂ s), s the top layer's state before the step (Bahdanau, Cho & Bengio 2015). */
export function bahdanau(builder: Builder, source: Source, { h }: States, { L }: { readonly L: number }): Attended {
  const { graph } = builder;
  const top = graph.node('Gather', [h, graph.integer(L - 1)]); // [B,S]
  const query = linear(builder, top, 'W2.weight', null); // [B,A]
  const compared = graph.node('Tanh', [graph.node('Add', [source.keys, query])]); // [Tx,B,A]
  return attended(graph, source, squeeze(graph, linear(builder, compared, 'v.weight', null), 2));
}

/** e_s = d·k_s, d the top layer's state after the step (Luong, Pham & Manning 2015). */
export function luong({ graph }: Builder, source: Source, d: Value): Attended {
  const products = graph.node('Mul', [source.keys, d]); // [Tx,B,S]
  return attended(graph, source, graph.node('ReduceSum', [products, graph.integers(2)], { keepdims: 0 }));
}

export interface Attended {
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
export function attentional(builder: Builder, { context }: Attended, d: Value): Value {
  return builder.graph.node('Tanh', [linear(builder, concat(builder.graph, [context, d]), 'Wc.weight', null)]);
}
