/** The layers of a network as nodes of a graph; each says what `src/engine/model/layers` computes. */
import type { Architecture } from '../../model/spec.ts';
import type { PortableModel, PortableParameter } from '../portable.ts';
import { elementTypes, type ElementType, type Graph, type Value } from './graph.ts';

/** What a graph is made of. */
export type Network = Pick<PortableModel, 'architecture' | 'sizes' | 'parameters'>;

/** A graph in the making, and the parameters that it may take. */
export interface Builder {
  readonly graph: Graph;
  readonly parameters: ReadonlyMap<string, PortableParameter>;
}

/** Lower than any score or output of a network: what padding counts as where the largest wins. */
const LOWEST = -3.4028234663852886e38;

/** A parameter as it is, under its own name. */
export function parameter({ graph, parameters }: Builder, name: string): Value {
  const { shape, data } = parameterOf(parameters, name);
  return graph.floats(name, shape, data);
}

export function parameterOf(parameters: Builder['parameters'], name: string): PortableParameter {
  const found = parameters.get(name);
  if (!found) throw new Error(`This model has no parameter "${name}".`);
  return found;
}

/** x [..,I] → x Wᵀ + b [..,O]. @param bias null: none */
export function linear(builder: Builder, x: Value, weight: string, bias: string | null): Value {
  const { graph } = builder;
  const transposed = graph.node('Transpose', [parameter(builder, weight)], { perm: [1, 0] });
  const product = graph.node('MatMul', [x, transposed]);
  return bias === null ? product : graph.node('Add', [product, parameter(builder, bias)]);
}

/** tokens [..] → their vectors [..,E], or one-hot ones [..,V]. @param table null: one-hot */
export function embedded(builder: Builder, tokens: Value, table: string | null, V: number): Value {
  const { graph } = builder;
  if (table !== null) return graph.node('Gather', [parameter(builder, table), tokens]);
  const offAndOn = graph.floats('one_hot', [2], Float32Array.of(0, 1));
  return graph.node('OneHot', [tokens, graph.integer(V), offAndOn]);
}

/** x [B,I] → h0 = tanh(W x + b), cut into layers [L,B,H]. */
export function initialState(builder: Builder, x: Value, prefix: string, L: number, H: number): Value {
  const { graph } = builder;
  const h = graph.node('Tanh', [linear(builder, x, `${prefix}weight`, `${prefix}bias`)]); // [B,L*H]
  const cut = graph.node('Reshape', [h, graph.integers(0, L, H)]);
  return graph.node('Transpose', [cut], { perm: [1, 0, 2] });
}

/** Zeros in the shape of a value. */
export function zerosLike(graph: Graph, value: Value): Value {
  return graph.node('ConstantOfShape', [graph.node('Shape', [value])]);
}

/** lengths [B] → whether each of the steps of x [T,B,..] is real: [T,B]. */
export function realSteps(graph: Graph, x: Value, lengths: Value): Value {
  const T = graph.node('Gather', [graph.node('Shape', [x]), graph.integer(0)]);
  const steps = graph.node('Range', [graph.integer(0), T, graph.integer(1)]);
  return graph.node('Less', [unsqueeze(graph, steps, 1), unsqueeze(graph, lengths, 0)]);
}

/** Scores as they are where `real`, else so low that they never win. */
export function masked(graph: Graph, real: Value, scores: Value): Value {
  return graph.node('Where', [real, scores, graph.float(LOWEST)]);
}

/**
 * z [T,B,D*H] → one vector for each sequence [B,D*H]: the outputs of the last step that each direction computed, the mean or the maximum over
 * the real steps.
 * @param lengths [B]; null: all sequences have T steps
 */
export function pooled(
  graph: Graph,
  kind: Architecture['pooling'],
  z: Value,
  lengths: Value | null,
  { D, H }: { readonly D: 1 | 2; readonly H: number },
): Value {
  if (kind === 'last') {
    const last = lastSteps(graph, z, lengths);
    if (D === 1) return last;
    const first = graph.node('Gather', [z, graph.integer(0)]);
    return concat(graph, [columns(graph, last, 0, H), columns(graph, first, H, 2 * H)]);
  }
  if (kind === 'max') {
    const real = lengths && unsqueeze(graph, realSteps(graph, z, lengths), 2);
    return graph.node('ReduceMax', [real ? masked(graph, real, z) : z], { axes: [0], keepdims: 0 });
  }
  if (!lengths) return graph.node('ReduceMean', [z], { axes: [0], keepdims: 0 });
  const real = cast(graph, unsqueeze(graph, realSteps(graph, z, lengths), 2), 'float');
  const sum = graph.node('ReduceSum', [graph.node('Mul', [z, real]), graph.integers(0)], { keepdims: 0 });
  return graph.node('Div', [sum, cast(graph, unsqueeze(graph, lengths, 1), 'float')]);
}

/** z [T,B,F] → its rows at each sequence's last real step [B,F]. */
function lastSteps(graph: Graph, z: Value, lengths: Value | null): Value {
  if (!lengths) return graph.node('Gather', [z, graph.integer(-1)]);
  const bySequence = graph.node('Transpose', [z], { perm: [1, 0, 2] });
  const last = graph.node('Sub', [unsqueeze(graph, lengths, 1), graph.integer(1)]);
  return graph.node('GatherND', [bySequence, last], { batch_dims: 1 });
}

/** Columns `from` … `to - 1`. */
function columns(graph: Graph, x: Value, from: number, to: number): Value {
  return graph.node('Slice', [x, graph.integers(from), graph.integers(to), graph.integers(-1)]);
}

/** Beside each other, by default in the last dimension. */
export function concat(graph: Graph, values: readonly Value[], axis = -1): Value {
  return values.length === 1 ? values[0]! : graph.node('Concat', values, { axis });
}

export function unsqueeze(graph: Graph, x: Value, axis: number): Value {
  return graph.node('Unsqueeze', [x, graph.integers(axis)]);
}

export function squeeze(graph: Graph, x: Value, axis: number): Value {
  return graph.node('Squeeze', [x, graph.integers(axis)]);
}

export function cast(graph: Graph, x: Value, type: ElementType): Value {
  return graph.node('Cast', [x], { to: elementTypes[type] });
}
