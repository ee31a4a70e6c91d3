/**
 * The numbers of the step that is walked through: a cell of H = 2 units on inputs of I = 2 numbers. Made up, with one decimal, so that
 * they can be followed by hand; not a model's.
 */
import type { CellKind } from '../cell.ts';
import type { CellSetting, GateWeights, Given } from './step.ts';

export const given: Given = {
  x: [1, -0.5],
  h: [0.2, -0.4],
  c: [0.6, -0.2],
  dh: [1, -0.5],
  dc: [0.3, 0.2],
};

const gate = (W: GateWeights['W'], U: GateWeights['U'], b: GateWeights['b']): GateWeights => ({ W, U, b });

/** Input, forget and output gate, and candidate. */
export const lstmWeights = {
  i: gate(
    [
      [0.5, -0.3],
      [0.2, 0.8],
    ],
    [
      [0.4, 0.1],
      [-0.2, 0.6],
    ],
    [0.1, 0],
  ),
  f: gate(
    [
      [0.3, 0.2],
      [-0.4, 0.5],
    ],
    [
      [0.6, -0.1],
      [0.3, 0.2],
    ],
    [1, 1],
  ),
  g: gate(
    [
      [0.9, 0.4],
      [-0.6, 0.7],
    ],
    [
      [-0.5, 0.3],
      [0.2, 0.8],
    ],
    [0, 0.1],
  ),
  o: gate(
    [
      [-0.2, 0.6],
      [0.7, 0.1],
    ],
    [
      [0.3, 0.5],
      [-0.4, 0.2],
    ],
    [0, 0.2],
  ),
};

/** Reset and update gate, and candidate. */
export const gruWeights = {
  r: gate(
    [
      [0.5, -0.3],
      [0.2, 0.8],
    ],
    [
      [0.4, 0.1],
      [-0.2, 0.6],
    ],
    [0.1, 0],
  ),
  z: gate(
    [
      [0.3, 0.2],
      [-0.4, 0.5],
    ],
    [
      [0.6, -0.1],
      [0.3, 0.2],
    ],
    [0.5, 0.5],
  ),
  n: gate(
    [
      [0.9, 0.4],
      [-0.6, 0.7],
    ],
    [
      [-0.5, 0.3],
      [0.2, 0.8],
    ],
    [0, 0.1],
  ),
};
/** Reset after the product has a bias of its own beside U_n h. */
export const gruRecurrentBias = [0.2, -0.1];

export const rnnWeights = gate(
  [
    [0.9, 0.4],
    [-0.6, 0.7],
  ],
  [
    [-0.5, 0.3],
    [0.2, 0.8],
  ],
  [0.1, 0.2],
);

/** The made-up cell of this kind. */
export function tinySetting(cell: CellKind): CellSetting {
  if (cell === 'lstm') return { given, weights: lstmWeights, recurrentBias: null };
  if (cell === 'gru') return { given, weights: gruWeights, recurrentBias: gruRecurrentBias };
  if (cell === 'gru_before') return { given, weights: gruWeights, recurrentBias: null };
  return { given, weights: { h: rnnWeights }, recurrentBias: null };
}
