/** The graphs of networks that read one sequence, or one vector. */
import { hiddenLayerPrefix, recurrentSizes } from '../../model/parameter-specs.ts';
import { shapeOf } from '../../model/spec.ts';
import { Graph, type Value } from './graph.ts';
import { embedded, initialState, linear, pooled, zerosLike, type Builder, type Network } from './layers.ts';
import { recurrentStack } from './recurrent.ts';
import { answerOutput, lengthsInput, numbersInput, stateInputs, stateOutputs, tokensInput } from './values.ts';

const ZEROS = 'zeros to begin with, or those that the call for the steps before gave.';

/**
 * Input → recurrent layers → (pooling over time) → linear: an answer at every step, or one for each sequence. Lengths are read where data of
 * the task are of different lengths and the network is not one that generates.
 */
export function sequenceGraph({ architecture, sizes, parameters }: Network): Graph {
  const { task, input, pooling, residual, tie } = architecture;
  const graph = new Graph('network');
  const builder = { graph, parameters };
  const x = input === 'tokens' ? tokens(builder) : numbersInput(graph, ['T', 'B', sizes.inputs]);
  const generates = task === 'language-model' || task === 'conditional-generation';
  const lengths = generates || task === 'forecasting' ? null : lengthsInput(graph);
  const stack = { ...recurrentSizes(architecture, sizes), residual };
  const initial = stateInputs(
    graph,
    stack,
    task === 'conditional-generation'
      ? 'those of initial-state.onnx, or those that the call for the steps before gave.'
      : ZEROS,
  );
  const { z, final } = recurrentStack(builder, 'rnn.', stack, x, initial, lengths);
  const once = shapeOf(architecture) === 'many-to-one';
  const read = once ? pooled(graph, pooling, z, lengths, stack) : z;
  const answer = linear(builder, read, tie ? 'emb.weight' : 'out.weight', 'out.bias');
  answerOutput(graph, answer, once ? ['B'] : ['T', 'B'], architecture, sizes);
  stateOutputs(graph, stack, final);
  return graph;

  function tokens(from: Builder): Value {
    const table = architecture.embedding > 0 ? 'emb.weight' : null;
    return embedded(from, tokensInput(graph, ['T', 'B']), table, sizes.inputs);
  }
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
    'The number of each sequence’s label, as in the metadata "codec".',
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
