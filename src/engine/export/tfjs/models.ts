/** The graphs of every architecture but the encoder–decoder. Sequences are [B,T,…] here, as everywhere in Keras. */
import { hiddenLayerPrefix, recurrentSizes } from '../../model/parameter-specs.ts';
import { lossOf, shapeOf, type Architecture } from '../../model/spec.ts';
import type { ExportFile } from '../portable.ts';
import type { KerasGraph, Ref } from './graph.ts';
import { dense, denseOf, embed, graphOf, output, parameter, plain, type TfjsModel } from './layers.ts';
import { stack, stateInputs } from './recurrent.ts';

/** What the outputs are. */
export function outputName(architecture: Architecture): 'logits' | 'values' {
  return lossOf(architecture) === 'squared' ? 'values' : 'logits';
}

/** numbers [B,I] → outputs [B,K]. */
export function standardFiles(model: TfjsModel): ExportFile[] {
  const { activation, layers } = model.architecture;
  const graph = graphOf(model, 'unroll');
  let x = graph.input('numbers', [model.sizes.inputs], 'float32');
  for (let l = 0; l < layers; l++) x = graph.add(`hidden_${l}`, dense(model, hiddenLayerPrefix(l), { activation }), x);
  return graph.files('', [graph.add(outputName(model.architecture), dense(model, 'out.'), x)]);
}

/** A whole sequence, from states of zero: [B,T] → [B,K] or [B,T,K]. */
export function wholeFiles(model: TfjsModel): ExportFile[] {
  const { architecture, sizes } = model;
  const graph = graphOf(model, 'unroll');
  const pooled = shapeOf(architecture) === 'many-to-one';
  const lastOnly = pooled && architecture.pooling === 'last';
  const { residual, pooling } = architecture;
  const options = { prefix: 'rnn.', residual, initial: null, lastOnly };
  let { z } = stack(graph, model, recurrentSizes(architecture, sizes), input(graph, model), options);
  if (pooled && !lastOnly) {
    z = graph.add('pool', plain(pooling === 'mean' ? 'GlobalAveragePooling1D' : 'GlobalMaxPooling1D'), z);
  }
  return graph.files('', [graph.add(outputName(architecture), output(model, 'emb.weight'), z)]);
}

/** Tokens [B,T] and states → logits [B,T,V] and the states after them: for generating, with T = 1. */
export function stepFiles(model: TfjsModel): ExportFile[] {
  const { architecture, sizes } = model;
  const graph = graphOf(model, 'unroll');
  const recurrent = recurrentSizes(architecture, sizes);
  const x = input(graph, model);
  const options = { prefix: 'rnn.', residual: architecture.residual, lastOnly: false };
  const { z, final } = stack(graph, model, recurrent, x, { ...options, initial: stateInputs(graph, recurrent) });
  return graph.files('', [graph.add('logits', output(model, 'emb.weight'), z), ...final]);
}

/** label [B,1] → the hidden states h_0, h_1, … [B,H] that generation starts from; an LSTM's cell states start at zero. */
export function labelFiles(model: TfjsModel): ExportFile[] {
  const table = parameter(model, 'cls.weight');
  const [labels, I] = table.shape as [number, number];
  const graph = graphOf(model, 'unroll_label');
  const embedding = {
    className: 'Embedding',
    config: { input_dim: labels, output_dim: I, mask_zero: false, input_length: null },
    weights: [{ name: 'embeddings', shape: [labels, I], data: table.data }],
  };
  const vectors = graph.add('label_embedding', embedding, graph.input('label', [1], 'int32'));
  const flat = graph.add('label_vector', plain('Flatten'), vectors);
  return graph.files('label/', initialStates(graph, model, model.architecture.hidden, flat));
}

/** h0 = tanh(W x + b), a layer of its own for each of the L layers that W's rows are for. */
export function initialStates(graph: KerasGraph, model: TfjsModel, H: number, x: Ref): Ref[] {
  const { shape, data } = parameter(model, 'init.weight');
  const bias = parameter(model, 'init.bias').data;
  const I = shape[1]!;
  return Array.from({ length: model.architecture.layers }, (_, l) => {
    const rows = { shape: [H, I], data: data.subarray(l * H * I, (l + 1) * H * I) };
    return graph.add(`h_${l}`, denseOf(rows, bias.subarray(l * H, (l + 1) * H), 'tanh'), x);
  });
}

/** tokens int [B,T] as vectors, or numbers [B,T,I] */
function input(graph: KerasGraph, model: TfjsModel): Ref {
  const { architecture, sizes } = model;
  if (architecture.input === 'numbers') return graph.input('numbers', [null, sizes.inputs], 'float32');
  const tokens = graph.input('tokens', [null], 'int32');
  return embed(graph, model, 'embedding', 'emb.weight', sizes.inputs, tokens);
}
