/** Unroll's layers but the recurrent ones as layers of Keras, with their weights turned as Keras keeps them: [in,out]. */
import { ExportError } from '../errors.ts';
import type { PortableModel } from '../portable.ts';
import { KerasGraph, type LayerSpec, type Ref } from './graph.ts';
import { transposed } from './matrices.ts';

/** What is written of a model. */
export type TfjsModel = Pick<PortableModel, 'name' | 'architecture' | 'sizes' | 'parameters'>;

/** A graph of this model, which says whose it is. */
export function graphOf({ name, architecture }: TfjsModel, graph: string): KerasGraph {
  return new KerasGraph(graph, { name, architecture });
}

/** Widest one-hot input: its identity matrix then has 16 MB. */
const MOST_ONE_HOT = 2048;

/** @throws Error for a name that the model does not have: the list of parameters and this code disagree */
export function parameter(model: TfjsModel, name: string): { shape: readonly number[]; data: Float32Array } {
  const found = model.parameters.get(name);
  if (!found) throw new Error(`the model has no parameter "${name}"`);
  return found;
}

/** y = act(x Wᵀ + b) from the parameters `${prefix}weight` and `${prefix}bias`. */
export function dense(
  model: TfjsModel,
  prefix: string,
  { activation = 'linear', bias = true }: { activation?: string; bias?: boolean } = {},
): LayerSpec {
  return denseOf(parameter(model, `${prefix}weight`), bias ? parameter(model, `${prefix}bias`).data : null, activation);
}

/** A dense layer of a matrix [out,in]. */
export function denseOf(
  { shape, data }: { shape: readonly number[]; data: Float32Array },
  bias: Float32Array | null,
  activation = 'linear',
): LayerSpec {
  const [O, I] = shape as [number, number];
  return {
    className: 'Dense',
    config: { units: O, activation, use_bias: bias !== null },
    weights: [
      { name: 'kernel', shape: [I, O], data: transposed(data, O, I) },
      ...(bias ? [{ name: 'bias', shape: [O], data: bias }] : []),
    ],
  };
}

/** The output layer; tied, its matrix is the embedding's. */
export function output(model: TfjsModel, embedding: string): LayerSpec {
  const weight = parameter(model, model.architecture.tie ? embedding : 'out.weight');
  return denseOf(weight, parameter(model, 'out.bias').data);
}

/**
 * Ids [B,T] → vectors [B,T,E], or one-hot ones [B,T,V] by the rows of an identity matrix.
 * @throws ExportError for a one-hot input that is too wide for that
 */
export function embed(graph: KerasGraph, model: TfjsModel, name: string, table: string, V: number, ids: Ref): Ref {
  const E = model.architecture.embedding;
  if (E === 0 && V > MOST_ONE_HOT) {
    throw new ExportError(
      `TensorFlow.js has no layer for one-hot sequences, and the matrix that stands in for it would have ${V} × ${V} numbers here; ` +
        `up to ${MOST_ONE_HOT} × ${MOST_ONE_HOT} are written. Export as ONNX or HTML, or train with an embedding.`,
    );
  }
  const data = E === 0 ? identity(V) : parameter(model, table).data;
  const width = E === 0 ? V : E;
  return graph.add(
    name,
    {
      className: 'Embedding',
      config: { input_dim: V, output_dim: width, mask_zero: false, input_length: null },
      weights: [{ name: 'embeddings', shape: [V, width], data }],
    },
    ids,
  );
}

/** Layer normalisation of the last axis (Ba et al. 2016), ε as the engine's. */
export function layerNorm(model: TfjsModel, prefix: string): LayerSpec {
  const gamma = parameter(model, `${prefix}weight`);
  const beta = parameter(model, `${prefix}bias`);
  return {
    className: 'LayerNormalization',
    config: { axis: [-1], epsilon: 1e-5, center: true, scale: true },
    weights: [
      { name: 'gamma', ...gamma },
      { name: 'beta', ...beta },
    ],
  };
}

/** A layer without weights. */
export function plain(className: string, config: Readonly<Record<string, unknown>> = {}): LayerSpec {
  return { className, config };
}

function identity(n: number): Float32Array {
  const data = new Float32Array(n * n);
  for (let i = 0; i < n; i++) data[i * n + i] = 1;
  return data;
}
