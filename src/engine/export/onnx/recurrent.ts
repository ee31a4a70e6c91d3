/** Stacked recurrent layers as ONNX's RNN, GRU and LSTM operators, one for both directions of a layer. */
import { GATES, LAYER_NORM_EPSILON, type Cell } from '../../kernels/kernels.ts';
import type { RecurrentSizes } from '../../model/layers/recurrent.ts';
import type { Attribute, Graph, Value } from './graph.ts';
import { joined, reorderGates } from './gates.ts';
import { cast, concat, parameter, parameterOf, squeeze, type Builder } from './layers.ts';

export interface StackSizes extends RecurrentSizes {
  /** Layers above the first add their input to their output. */
  readonly residual: boolean;
}

/** States of all layers and directions, [L*D,B,H]; c of an LSTM only. */
export interface States {
  readonly h: Value;
  readonly c: Value | null;
}

const operators: Readonly<Record<Cell, { readonly type: 'RNN' | 'GRU' | 'LSTM'; readonly activation?: string }>> = {
  rnn_tanh: { type: 'RNN', activation: 'Tanh' },
  rnn_relu: { type: 'RNN', activation: 'Relu' },
  rnn_sigmoid: { type: 'RNN', activation: 'Sigmoid' },
  lstm: { type: 'LSTM' },
  gru: { type: 'GRU' },
  gru_before: { type: 'GRU' },
};

/**
 * x [T,B,I] → z [T,B,D*H], and the states after each sequence's last real step.
 * @param prefix of the parameters' names
 * @param initial null: zeros
 * @param lengths int64 [B]; null: all sequences have T steps
 */
export function recurrentStack(
  builder: Builder,
  prefix: string,
  sizes: StackSizes,
  x: Value,
  initial: States | null,
  lengths: Value | null,
): { readonly z: Value; readonly final: States } {
  const { graph } = builder;
  const { cell, L, layerNorm, residual } = sizes;
  const h0 = initial && byLayer(graph, initial.h, sizes);
  const c0 = initial?.c ? byLayer(graph, initial.c, sizes) : null;
  const steps = lengths && cast(graph, lengths, 'int32');
  const hn: Value[] = [];
  const cn: Value[] = [];
  let z = x;
  for (let l = 0; l < L; l++) {
    const [y, h, c] = graph.nodes(
      operators[cell].type,
      [z, ...weights(builder, prefix, l, sizes), steps, h0?.[l] ?? null, ...(c0 ? [c0[l]!] : [])],
      cell === 'lstm' ? 3 : 2,
      attributes(sizes),
      `${prefix}l${l}`,
    );
    hn.push(h!);
    if (c) cn.push(c);
    const wide = sideBySide(graph, y!, sizes);
    const sum = residual && l > 0 ? graph.node('Add', [wide, z]) : wide;
    z = layerNorm ? normalised(builder, sum, `${prefix}norm_l${l}.`) : sum;
  }
  return { z, final: { h: concat(graph, hn, 0), c: cn.length > 0 ? concat(graph, cn, 0) : null } };
}

/** States [L*D,B,H] → those of each layer, [D,B,H]. */
function byLayer(graph: Graph, state: Value, { L, D }: RecurrentSizes): Value[] {
  if (L === 1) return [state];
  return graph.nodes('Split', [state, graph.integers(...new Array<number>(L).fill(D))], L, { axis: 0 });
}

function attributes({ cell, D, H }: RecurrentSizes): Record<string, Attribute> {
  const { activation } = operators[cell];
  return {
    hidden_size: H,
    direction: D === 2 ? 'bidirectional' : 'forward',
    ...(activation ? { activations: new Array<string>(D).fill(activation) } : {}),
    // Whether the reset gate is applied after the product U h + d, as in PyTorch, or to h before it.
    ...(operators[cell].type === 'GRU' ? { linear_before_reset: cell === 'gru' ? 1 : 0 } : {}),
  };
}

/** W [D,G*H,I], R [D,G*H,H] and B [D,2*G*H], the biases of both. `gru_before` has one bias. */
function weights({ graph, parameters }: Builder, prefix: string, layer: number, sizes: RecurrentSizes): Value[] {
  const { cell, D, H } = sizes;
  const GH = GATES[cell] * H;
  const directions = Array.from({ length: D }, (_, d) => `_l${layer}${d === 1 ? '_reverse' : ''}`);
  const reordered = (name: string) => reorderGates(cell, parameterOf(parameters, `${prefix}${name}`).data);
  const [, inputs] = parameterOf(parameters, `${prefix}weight_ih_l${layer}`).shape;
  const W = joined(directions.map((of) => reordered(`weight_ih${of}`)));
  const R = joined(directions.map((of) => reordered(`weight_hh${of}`)));
  const B = joined(
    directions.flatMap((of) => [
      reordered(`bias_ih${of}`),
      cell === 'gru_before' ? new Float32Array(GH) : reordered(`bias_hh${of}`),
    ]),
  );
  return [
    graph.floats(`${prefix}W_l${layer}`, [D, GH, inputs!], W),
    graph.floats(`${prefix}R_l${layer}`, [D, GH, H], R),
    graph.floats(`${prefix}B_l${layer}`, [D, 2 * GH], B),
  ];
}

/** y [T,D,B,H] → [T,B,D*H]. */
function sideBySide(graph: Graph, y: Value, { D, H }: RecurrentSizes): Value {
  if (D === 1) return squeeze(graph, y, 1);
  const byDirection = graph.node('Transpose', [y], { perm: [0, 2, 1, 3] });
  return graph.node('Reshape', [byDirection, graph.integers(0, 0, D * H)]);
}

function normalised(builder: Builder, x: Value, prefix: string): Value {
  const scaleAndBias = [parameter(builder, `${prefix}weight`), parameter(builder, `${prefix}bias`)];
  return builder.graph.node('LayerNormalization', [x, ...scaleAndBias], {
    axis: -1,
    epsilon: { float: LAYER_NORM_EPSILON },
  });
}
