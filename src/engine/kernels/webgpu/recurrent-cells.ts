/**
 * The cells' equations and derivatives in WGSL, for one unit of one sequence at one step. They are those of kernels/reference; how the
 * numbers come and go is the business of the shaders that paste them in (recurrent-steps.ts, recurrent-chunk.ts).
 *
 * Forward. In: x0 … (W x + b of each gate), a0 … (U h + d of each gate), h, c. Out: h_next, c_next, and s0 … to save.
 * Backward. In: s0 … as saved, h, h_next, c, c_next, dh (total, by h_next), dc. Out: d0 … (by the pre-activations), dh_pass and
 * dc_pass: the part of the gradients by h and c that does not go through U.
 */
import type { Cell } from '../kernels.ts';
import { NONLINEARITIES } from './nonlinearities.ts';

export interface CellShader {
  readonly gates: 1 | 3 | 4;
  /** Numbers saved for each unit and step. The input projection is put where they go, so at least `gates`. */
  readonly saved: 1 | 3 | 4;
  /** Whether the s0 … are more than the projection that they take the place of. */
  readonly saves: boolean;
  readonly hasC: boolean;
  /** Numbers of the pre-activations' gradient for each unit and step. */
  readonly gradients: 1 | 3 | 4;
  /** Where among them each block of the gradient by `U h + d` (rows of weight_hh) and by `W x + b` (of weight_ih) is. */
  readonly byHidden: readonly GradientBlocks[];
  readonly byInput: readonly GradientBlocks[];
  readonly forward: string;
  readonly backward: string;
}

/** `count` blocks of H, from block `from` of the gradients, belonging to the weights' rows from block `row` on. */
export interface GradientBlocks {
  readonly from: number;
  readonly row: number;
  readonly count: number;
}

const all = (count: number): readonly GradientBlocks[] => [{ from: 0, row: 0, count }];

function elman(value: string, derivative: string): CellShader {
  return {
    gates: 1,
    saved: 1,
    saves: false,
    hasC: false,
    gradients: 1,
    byHidden: all(1),
    byInput: all(1),
    forward: `
      let a = x0 + a0;
      h_next = ${value};`,
    backward: `
      d0 = dh * ${derivative};`,
  };
}

export const CELL_SHADERS: Readonly<Record<Cell, CellShader>> = {
  rnn_tanh: elman('tanh_of(a)', '(1.0 - h_next * h_next)'),
  rnn_relu: elman('select(a, 0.0, a <= 0.0)', 'select(0.0, 1.0, h_next > 0.0)'),
  rnn_sigmoid: elman('sigmoid_of(a)', 'h_next * (1.0 - h_next)'),

  lstm: {
    gates: 4,
    saved: 4, // i, f, g, o
    saves: true,
    hasC: true,
    gradients: 4,
    byHidden: all(4),
    byInput: all(4),
    forward: `
      s0 = sigmoid_of(x0 + a0);
      s1 = sigmoid_of(x1 + a1);
      s2 = tanh_of(x2 + a2);
      s3 = sigmoid_of(x3 + a3);
      c_next = s1 * c + s0 * s2;
      h_next = s3 * tanh_of(c_next);`,
    backward: `
      let squashed = tanh_of(c_next);
      let dcell = dc + dh * s3 * (1.0 - squashed * squashed);
      d0 = dcell * s2 * s0 * (1.0 - s0);
      d1 = dcell * c * s1 * (1.0 - s1);
      d2 = dcell * s0 * (1.0 - s2 * s2);
      d3 = dh * squashed * s3 * (1.0 - s3);
      dc_pass = dcell * s1;`,
  },

  gru: {
    gates: 3,
    saved: 4, // r, z, n, q = U_n h + d_n
    saves: true,
    hasC: false,
    // n by the input, r, z, n by the hidden state: the last three are weight_hh's rows in order
    gradients: 4,
    byHidden: [{ from: 1, row: 0, count: 3 }],
    byInput: [
      { from: 1, row: 0, count: 2 },
      { from: 0, row: 2, count: 1 },
    ],
    forward: `
      s0 = sigmoid_of(x0 + a0);
      s1 = sigmoid_of(x1 + a1);
      s3 = a2;
      s2 = tanh_of(x2 + s0 * s3);
      h_next = (1.0 - s1) * s2 + s1 * h;`,
    backward: `
      d0 = dh * (1.0 - s1) * (1.0 - s2 * s2);
      d1 = d0 * s3 * s0 * (1.0 - s0);
      d2 = dh * (h - s2) * s1 * (1.0 - s1);
      d3 = d0 * s0;
      dh_pass = dh * s1;`,
  },

  // Two products a step: the equations are in two parts, below.
  gru_before: {
    gates: 3,
    saved: 3, // r, z, n
    saves: true,
    hasC: false,
    gradients: 3, // r, z, n
    byHidden: [
      { from: 0, row: 0, count: 2 },
      { from: 2, row: 2, count: 1 },
    ],
    byInput: all(3),
    forward: '',
    backward: '',
  },
};

/** gru_before: r, z and s = r h first, then, with a2 = U_n s, n and h'. */
export const GRU_BEFORE = {
  gatesForward: `
      s0 = sigmoid_of(x0 + a0);
      s1 = sigmoid_of(x1 + a1);
      reset = s0 * h;`,
  stateForward: `
      s2 = tanh_of(x2 + a2);
      h_next = (1.0 - s1) * s2 + s1 * h;`,
  /** By n and z; what passes by U so far. */
  stateBackward: `
      d1 = dh * (h - s2) * s1 * (1.0 - s1);
      d2 = dh * (1.0 - s1) * (1.0 - s2 * s2);
      dh_pass = dh * s1;`,
  /** By r, with ds = U_nᵀ d2; added to what passes. */
  resetBackward: `
      d0 = ds * h * s0 * (1.0 - s0);
      dh_pass = ds * s0;`,
} as const;

export const CELL_FUNCTIONS = NONLINEARITIES;
