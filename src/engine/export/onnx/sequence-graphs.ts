/** The graphs of networks that read one sequence, or one vector. */
import { hiddenLayerPrefix, recurrentSizes } from '../../model/parameter-specs.ts';
import { shapeOf } from '../../model/spec.ts';
import { Graph } from './graph.ts';
import { embedded, initialState, linear, pooled, zerosLike, type Network } from './layers.ts';
import { recurrentStack } from './recurrent.ts';
import {
  answerOutput,
  GENERATED_IDS,
  lengthsInput,
  numbersInput,
  stateInputs,
  stateOutputs,
  TEXT_IDS,
  tokensInput,
} from './values.ts';

/**
 * Input → recurrent layers → (pooling over time) → linear: an answer at every step, or one for each sequence. It reads how long sequences
 * are unless it generates them, or forecasts from windows, which are all of one length.
 */
export function sequenceGraph({ architecture, sizes, parameters }: Network): Graph {
  const { task, input, embedding, pooling, residual, tie } = architecture;
  const graph = new Graph('network');
  const builder = { graph, parameters };
  const labelled = task === 'conditional-generation';
  const ids = labelled ? GENERATED_IDS : TEXT_IDS;
  const x =
    input === 'tokens'
      ? embedded(builder, tokensInput(graph, ['T', 'B'], ids), embedding > 0 ? 'emb.weight' : null, sizes.inputs)
      : numbersInput(graph, ['T', 'B', sizes.inputs]);
  const sameLength = labelled || task === 'language-model' || task === 'forecasting';
  const lengths = sameLength ? null : lengthsInput(graph);
  const stack = { ...recurrentSizes(architecture, sizes), residual };
  const initial = stateInputs(graph, stack, labelled ? 'those of initial-state.onnx' : 'zeros');
  const { z, final } = recurrentStack(builder, 'rnn.', stack, x, initial, lengths);
  const once = shapeOf(architecture) === 'many-to-one';
  const read = once ? pooled(graph, pooling, z, lengths, stack) : z;
  const answer = linear(builder, read, tie ? 'emb.weight' : 'out.weight', 'out.bias');
  answerOutput(graph, answer, once ? ['B'] : ['T', 'B'], architecture, sizes);
  stateOutputs(graph, stack, final);
  return graph;
}

/** Label → embedding → tanh(linear): the state that a generated sequence begins with. */
export function labelGraph({ architecture, sizes, parameters }: Network): Graph {
  const { L, H, cell } = recurrentSizes(architecture, sizes);
  const graph = new Graph('initial-state');
  const builder = { graph, parameters };
  const labels = graph.input(
    'labels',
    'int64',
    ['B'],
    'Ids of labels: their places in the list `labels` of the codec.',
  );
  const h0 = initialState(builder, embedded(builder, labels, 'cls.weight', sizes.labels!), 'init.', L, H);
  const c0 = cell === 'lstm' ? zerosLike(graph, h0) : null;
  graph.output('h0', h0, [L, 'B', H], 'Hidden states to begin with.');
  if (c0) graph.output('c0', c0, [L, 'B', H], 'Cell states to begin with: zeros.');
  return graph;
}

/** (Linear → non-linearity) × L → linear. */
export function standardGraph({ architecture, sizes, parameters }: Network): Graph {
  const graph = new Graph('network');
  const builder = { graph, parameters };
  const activation = { tanh: 'Tanh', relu: 'Relu', sigmoid: 'Sigmoid' }[architecture.activation];
  let x = numbersInput(graph, ['B', sizes.inputs]);
  for (let l = 0; l < architecture.layers; l++) {
    const prefix = hiddenLayerPrefix(l);
    x = graph.node(activation, [linear(builder, x, `${prefix}weight`, `${prefix}bias`)]);
  }
  answerOutput(graph, linear(builder, x, 'out.weight', 'out.bias'), ['B'], architecture, sizes);
  return graph;
}
