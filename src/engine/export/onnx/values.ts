/** What goes in and out of the graphs, and what people are told of it. */
import { BOS, EOS, SPECIALS } from '../../data/codec.ts';
import type { DataSizes } from '../../model/task-model.ts';
import { outputWidth } from '../../model/parameter-specs.ts';
import { lossOf, type Architecture, type LossKind } from '../../model/spec.ts';
import type { Graph, Shape, Value } from './graph.ts';
import type { States, StackSizes } from './recurrent.ts';

/** What ids of tokens are, where a text is read, and where one is generated. */
export const TEXT_IDS = 'Token ids, as the tokeniser gives them.';
export const GENERATED_IDS = `Token ids: ${BOS} begins a sequence, ${EOS} ends it, and from ${SPECIALS} on come the tokeniser’s.`;

/** Columns of numbers as the network knows them. */
const scaled = (scaler: 'inputScaler' | 'targetScaler') =>
  `scaled: (number - offset) / scale, column by column, with those of the codec’s ${scaler}`;

export function tokensInput(graph: Graph, shape: Shape, documentation: string): Value {
  return graph.input('tokens', 'int64', shape, documentation);
}

export function numbersInput(graph: Graph, shape: Shape): Value {
  return graph.input('numbers', 'float', shape, `Numbers, ${scaled('inputScaler')}.`);
}

export function lengthsInput(graph: Graph): Value {
  const documentation =
    'Real steps of each sequence, at least 1. What stands behind them makes no difference, but ids must be possible ones.';
  return graph.input('lengths', 'int64', ['B'], documentation);
}

/** h0, and c0 of an LSTM. @param first what a sequence begins with */
export function stateInputs(graph: Graph, sizes: StackSizes, first: string): States {
  const shape = stateShape(sizes);
  const documentation = `states before the first step: ${first}; to go on, what the call before gave.`;
  const h = graph.input('h0', 'float', shape, `Hidden ${documentation}`);
  const c = sizes.cell === 'lstm' ? graph.input('c0', 'float', shape, `Cell ${documentation}`) : null;
  return { h, c };
}

/** hn, and cn of an LSTM. */
export function stateOutputs(graph: Graph, sizes: StackSizes, { h, c }: States): void {
  const shape = stateShape(sizes);
  graph.output('hn', h, shape, 'Hidden states after the last real step of each sequence.');
  if (c) graph.output('cn', c, shape, 'Cell states after it.');
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
  graph.output('values', value, shape, `Predicted numbers, ${scaled('targetScaler')}.${order}`);
}
