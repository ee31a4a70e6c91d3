/** What goes in and out of the graphs, and what people are told of it. */
import type { DataSizes } from '../../model/task-model.ts';
import { outputWidth } from '../../model/parameter-specs.ts';
import { lossOf, type Architecture, type LossKind } from '../../model/spec.ts';
import type { Graph, Shape, Value } from './graph.ts';
import type { States, StackSizes } from './recurrent.ts';

/** Where the metadata's numbers for scaling are. */
const scaling = (of: string) =>
  `scaled by column: (number - offset) / scale, which stand in the metadata "codec" under ${of}`;

export function tokensInput(graph: Graph, shape: Shape, what = 'Token ids'): Value {
  return graph.input('tokens', 'int64', shape, `${what}, as the tokenizer numbers them.`);
}

export function numbersInput(graph: Graph, shape: Shape): Value {
  return graph.input('numbers', 'float', shape, `Numbers, ${scaling('inputScaler')}.`);
}

export function lengthsInput(graph: Graph): Value {
  return graph.input(
    'lengths',
    'int64',
    ['B'],
    'Real steps of each sequence, at least 1. What stands in the steps after them makes no difference; ids there must be possible ones.',
  );
}

/** h0, and c0 of an LSTM. */
export function stateInputs(graph: Graph, sizes: StackSizes, documentation: string): States {
  const shape = stateShape(sizes);
  const h = graph.input('h0', 'float', shape, `Hidden states before the first step: ${documentation}`);
  const c = sizes.cell === 'lstm' ? graph.input('c0', 'float', shape, `Cell states, alike.`) : null;
  return { h, c };
}

/** hn, and cn of an LSTM. */
export function stateOutputs(graph: Graph, sizes: StackSizes, { h, c }: States): void {
  const shape = stateShape(sizes);
  graph.output('hn', h, shape, 'Hidden states after each sequence’s last real step.');
  if (c) graph.output('cn', c, shape, 'Cell states, alike.');
}

/** Layers bottom up, the forward direction of each before the backward one. */
function stateShape({ L, D, H }: StackSizes): Shape {
  return [L * D, 'B', H];
}

const logits: Record<Exclude<LossKind, 'squared'>, string> = {
  softmax: 'Logits: their softmax is the probabilities.',
  sigmoid: 'Logits: the logistic function of each is its probability.',
};

/** What the network answers, under the name of what it is. @param leading the shape before the last dimension */
export function answerOutput(
  graph: Graph,
  value: Value,
  leading: Shape,
  architecture: Architecture,
  sizes: DataSizes,
): void {
  const loss = lossOf(architecture);
  const shape = [...leading, outputWidth(architecture, sizes)];
  if (loss !== 'squared') {
    graph.output('logits', value, shape, logits[loss]);
    return;
  }
  const order = architecture.task === 'forecasting' ? ' Step after step, the variables of each side by side.' : '';
  graph.output('values', value, shape, `Predicted numbers, ${scaling('targetScaler')}.${order}`);
}
