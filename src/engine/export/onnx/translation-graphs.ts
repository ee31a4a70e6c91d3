/** The graphs of an encoder–decoder: one reads the source, the other makes one step of the target. */
import { decoderSizes, recurrentSizes } from '../../model/parameter-specs.ts';
import { decoderUnits } from '../../model/spec.ts';
import { attentional, bahdanau, keyMatrix, luong, sourceInputs } from './attention.ts';
import { Graph } from './graph.ts';
import {
  concat,
  embedded,
  initialState,
  linear,
  pooled,
  squeeze,
  unsqueeze,
  zerosLike,
  type Network,
} from './layers.ts';
import { recurrentStack } from './recurrent.ts';
import {
  answerOutput,
  GENERATED_IDS,
  lengthsInput,
  stateInputs,
  stateOutputs,
  TEXT_IDS,
  tokensInput,
} from './values.ts';

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
  const tokens = tokensInput(graph, ['Tx', 'B'], TEXT_IDS);
  const lengths = lengthsInput(graph);
  const x = embedded(builder, tokens, architecture.embedding > 0 ? 'src_emb.weight' : null, sizes.inputs);
  const { z } = recurrentStack(builder, 'enc.', stack, x, null, lengths);
  const h0 = initialState(builder, pooled(graph, 'last', z, lengths, stack), 'init.', L, S);
  const keys = keyMatrix(architecture);
  if (keys) {
    const made = linear(builder, z, keys.name, null);
    graph.output('keys', made, ['Tx', 'B', keys.width], 'What attention compares with the decoder’s state.');
  }
  if (attention !== 'none') graph.output('encoder_outputs', z, ['Tx', 'B', F], 'What attention looks at.');
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
  const tokens = tokensInput(graph, ['B'], GENERATED_IDS);
  const initial = stateInputs(graph, stack, 'those of encoder.onnx');
  const source = attention === 'none' ? null : sourceInputs(graph, { architecture, sizes });
  const table = architecture.embedding > 0 ? 'tgt_emb.weight' : null;
  const embedding = embedded(builder, tokens, table, sizes.outputs); // [B,E]
  const seen = source && attention === 'bahdanau' ? bahdanau(builder, source, initial, stack) : null;
  const x = seen ? concat(graph, [seen.context, embedding]) : embedding;
  const { z, final } = recurrentStack(builder, 'dec.', stack, unsqueeze(graph, x, 0), initial, null);
  const d = squeeze(graph, z, 0); // [B,S]
  const luongs = source && attention === 'luong' ? luong(builder, source, d) : null;
  const features = luongs ? attentional(builder, luongs, d) : d;
  const logits = linear(builder, features, tie ? 'tgt_emb.weight' : 'out.weight', 'out.bias');
  answerOutput(graph, logits, ['B'], architecture, sizes);
  stateOutputs(graph, stack, final);
  const weights = (seen ?? luongs)?.weights;
  if (weights) graph.output('attention', weights, ['B', 'Tx'], 'How much this step looks at each source position.');
  return graph;
}
