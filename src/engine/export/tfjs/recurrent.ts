/** Recurrent layers as Keras' SimpleRNN, GRU and LSTM. */
import type { Cell } from '../../kernels/kernels.ts';
import type { RecurrentSizes } from '../../model/layers/recurrent.ts';
import type { KerasGraph, LayerSpec, Ref, Weight } from './graph.ts';
import { layerNorm, parameter, plain, type TfjsModel } from './layers.ts';
import { added, reordered, transposed } from './matrices.ts';
import { RESET_AFTER_GRU } from './layers-module.ts';

/** Keras' order of the gates, by their places in ours: LSTM i, f, c, o is ours; GRU z, r, h of our r, z, n. */
const GATE_ORDER: Readonly<Record<Cell, readonly number[]>> = {
  rnn_tanh: [0],
  rnn_relu: [0],
  rnn_sigmoid: [0],
  lstm: [0, 1, 2, 3],
  gru: [1, 0, 2],
  gru_before: [1, 0, 2],
};

/** h of each layer, and c of an LSTM's: [B,H] each, in this order layer by layer. */
export type States = readonly Ref[];

/** @returns states that the graph takes as inputs h_0, c_0, h_1, … */
export function stateInputs(graph: KerasGraph, { cell, L, H }: RecurrentSizes): States {
  const kinds = cell === 'lstm' ? ['h', 'c'] : ['h'];
  return Array.from({ length: L }, (_, l) => kinds.map((kind) => graph.input(`${kind}_${l}`, [H], 'float32'))).flat();
}

export interface StackOptions {
  /** Of the parameters' names, and the layers'. */
  readonly prefix: string;
  readonly residual: boolean;
  /** What the layers start from, of one direction; null: zeros. */
  readonly initial: States | null;
  /** The last step of each direction only, [B,D*H]; not with `initial`. */
  readonly lastOnly: boolean;
}

/**
 * A stack as model/layers/recurrent.ts has it: x [B,T,I] → z [B,T,D*H], or its last steps; with `initial` the states that it ends with.
 */
export function stack(
  graph: KerasGraph,
  model: TfjsModel,
  sizes: RecurrentSizes,
  x: Ref,
  { prefix, residual, initial, lastOnly }: StackOptions,
): { readonly z: Ref; readonly final: States } {
  const { L, D, H } = sizes;
  const perLayer = sizes.cell === 'lstm' ? 2 : 1;
  // What stands between the last recurrence and the pooling needs every step.
  const plainTop = !sizes.layerNorm && !(residual && L > 1);
  const label = prefix.replace('.', '');
  const final: Ref[] = [];
  let z = x;
  for (let l = 0; l < L; l++) {
    const name = `${label}_${l}`;
    const states = initial?.slice(l * perLayer, (l + 1) * perLayer) ?? [];
    const sequences = !(lastOnly && plainTop && l === L - 1);
    const y = graph.add(
      name,
      recurrent(model, sizes, { prefix, l, name, sequences, state: initial !== null }),
      z,
      ...states,
    );
    final.push(...states.map((_, i) => ({ layer: name, output: i + 1 })));
    z = residual && l > 0 ? graph.add(`${label}_add_${l}`, plain('Add'), y, z) : y;
    if (sizes.layerNorm) z = graph.add(`${label}_norm_${l}`, layerNorm(model, `${prefix}norm_l${l}.`), z);
  }
  if (lastOnly && !plainTop) z = lastSteps(graph, `${label}_last`, D, H, z);
  return { z, final };
}

/**
 * z [B,T,D*H] → [B,D*H]: what each direction gave last, that is the left-to-right half of the last step and the right-to-left half of
 * the first. No layer of Keras takes a step out of a sequence of any length, but a recurrence that keeps nothing does: h' = K x.
 */
export function lastSteps(graph: KerasGraph, name: string, D: number, H: number, z: Ref): Ref {
  const kernels = Array.from({ length: D }, (_, d) => {
    const kernel = new Float32Array(D * H * H); // [D*H,H]: the direction's own columns
    for (let j = 0; j < H; j++) kernel[(d * H + j) * H + j] = 1;
    return kernel;
  });
  const weights = kernels.map((kernel): Weight[] => [
    { name: 'kernel', shape: [D * H, H], data: kernel },
    { name: 'recurrent_kernel', shape: [H, H], data: new Float32Array(H * H) },
  ]);
  const config = { units: H, activation: 'linear', use_bias: false, return_sequences: false };
  return graph.add(name, directions({ className: 'SimpleRNN', config }, name, weights), z);
}

interface Which {
  readonly prefix: string;
  readonly l: number;
  readonly name: string;
  readonly sequences: boolean;
  readonly state: boolean;
}

function recurrent(model: TfjsModel, sizes: RecurrentSizes, { prefix, l, name, sequences, state }: Which): LayerSpec {
  const { cell, D, H, I } = sizes;
  const width = l === 0 ? I : D * H;
  const suffixes = D === 2 ? ['', '_reverse'] : [''];
  const weights = suffixes.map((suffix) => cellWeights(model, cell, width, H, prefix, `_l${l}${suffix}`));
  const { className, config } = cellLayer(cell, H);
  return directions(
    { className, config: { ...config, return_sequences: sequences, return_state: state } },
    name,
    weights,
  );
}

/** A layer as it is, or in both directions, side by side. @param weights of each direction */
function directions(layer: LayerSpec, name: string, weights: readonly (readonly Weight[])[]): LayerSpec {
  if (weights.length === 1) return { ...layer, weights: weights[0]! };
  const inner = `${name}_cell`;
  return {
    className: 'Bidirectional',
    config: {
      layer: { class_name: layer.className, config: { name: inner, trainable: true, ...layer.config } },
      merge_mode: 'concat',
    },
    weights: ['forward', 'backward'].flatMap((direction, d) =>
      weights[d]!.map((weight) => ({ ...weight, name: `${direction}_${inner}/${weight.name}` })),
    ),
  };
}

function cellLayer(cell: Cell, units: number): LayerSpec {
  const gates = { activation: 'tanh', recurrent_activation: 'sigmoid' };
  switch (cell) {
    case 'lstm':
      return plain('LSTM', { units, ...gates });
    case 'gru_before':
      return plain('GRU', { units, ...gates, reset_after: false });
    case 'gru':
      return plain(RESET_AFTER_GRU, { units });
    default:
      return plain('SimpleRNN', { units, activation: cell.slice('rnn_'.length) });
  }
}

/** kernel [in,G*H], recurrent_kernel [H,G*H] and bias [G*H]; of a GRU with the reset after the product bias [2,3*H], as Keras has it. */
function cellWeights(model: TfjsModel, cell: Cell, I: number, H: number, prefix: string, suffix: string): Weight[] {
  const order = GATE_ORDER[cell];
  const GH = order.length * H;
  const data = (name: string) => parameter(model, `${prefix}${name}${suffix}`).data;
  const matrix = (name: string, width: number) => transposed(reordered(data(name), H * width, order), GH, width);
  const b = reordered(data('bias_ih'), H, order);
  const d = cell === 'gru_before' ? null : reordered(data('bias_hh'), H, order);
  const both = cell === 'gru' && d;
  return [
    { name: 'kernel', shape: [I, GH], data: matrix('weight_ih', I) },
    { name: 'recurrent_kernel', shape: [H, GH], data: matrix('weight_hh', H) },
    both
      ? { name: 'bias', shape: [2, GH], data: Float32Array.of(...b, ...both) }
      : { name: 'bias', shape: [GH], data: d ? added(b, d) : b },
  ];
}
