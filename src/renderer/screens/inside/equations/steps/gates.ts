/** What gates have in common: σ(W x + U h + b) forward, and backward the gradients of their weights, of x and of h. */
import type { GateLetter } from '../terms.ts';
import {
  matrixTex,
  outerProduct,
  product,
  sum,
  transposedProduct,
  vectorTex,
  type Matrix,
  type NonLinearity,
  type Vector,
} from './arithmetic.ts';
import { d, forward, weightGradient, type Calculation, type GateWeights, type Step } from './step.ts';

/** A gate, or a candidate that is computed as one. */
export function gateForward(
  letter: GateLetter,
  x: Vector,
  h: Vector,
  { W, U, b }: GateWeights,
  act: NonLinearity,
): Step {
  const a = sum(product(W, x), product(U, h), b);
  const value = a.map(act.value);
  return forward(letter, value, [
    {
      left: `${letter}_t`,
      formula: String.raw`${act.tex}(W_{i${letter}} x_t + W_{h${letter}} h_{t-1} + b_${letter})`,
      numbers: [
        String.raw`${act.tex}\left(${matrixTex(W)}${vectorTex(x)} + ${matrixTex(U)}${vectorTex(h)} + ${vectorTex(b)}\right)`,
        String.raw`${act.tex}\left(${vectorTex(a)}\right)`,
        vectorTex(value),
      ],
    },
  ]);
}

/** One gate's part in the gradients of its weights; `state` is what U was multiplied by. */
interface WeightPart {
  readonly letter: GateLetter;
  readonly da: Vector;
  /** Where U's product has a gradient and a bias of its own. */
  readonly recurrent?: { readonly delta: string; readonly da: Vector };
  readonly state?: { readonly tex: string; readonly value: Vector };
}

export function weightStep(part: WeightPart, x: Vector, h: Vector): Step {
  const { letter, da, recurrent, state = { tex: 'h_{t-1}', value: h } } = part;
  const delta = String.raw`\delta_${letter}`;
  const u = recurrent ?? { delta, da };
  const bias = (name: string, of: string, value: Vector): Calculation => ({
    left: d(name),
    formula: of,
    numbers: [vectorTex(value)],
  });
  return {
    phase: 'backward',
    of: `W-${letter}`,
    calculations: [
      weightGradient(`W_{i${letter}}`, delta, da, 'x_t', x),
      weightGradient(`W_{h${letter}}`, u.delta, u.da, state.tex, state.value),
      ...(recurrent
        ? [bias(`b_{i${letter}}`, delta, da), bias(`b_{h${letter}}`, u.delta, u.da)]
        : [bias(`b_${letter}`, delta, da)]),
    ],
    shown: {},
    computed: {
      [`dW_${letter}`]: outerProduct(da, x),
      [`dU_${letter}`]: outerProduct(u.da, state.value),
      [`db_${letter}`]: da,
      ...(recurrent ? { [`dd_${letter}`]: recurrent.da } : {}),
    },
  };
}

/** A term of a sum that comes back through a matrix, or as it is. */
export interface BackTerm {
  readonly tex: string;
  readonly numbers: string;
  readonly value: Vector;
}

export function throughMatrix(name: string, delta: string, M: Matrix, da: Vector): BackTerm {
  return {
    tex: String.raw`${name}^\top ${delta}`,
    numbers: String.raw`${matrixTex(M)}^\top ${vectorTex(da)}`,
    value: transposedProduct(M, da),
  };
}

/** dx or dh: the sum of what comes back on every way. */
export function backSum(of: 'x' | 'h-old', terms: readonly BackTerm[]): Step {
  const [first, ...others] = terms.map(({ value }) => value);
  const value = sum(first!, ...others);
  const left = of === 'x' ? 'x_t' : 'h_{t-1}';
  return {
    phase: 'backward',
    of,
    calculations: [
      {
        left: d(left),
        formula: terms.map(({ tex }) => tex).join(' + '),
        numbers: [
          terms.map(({ numbers }) => numbers).join(' + '),
          ...(terms.length > 1 ? [terms.map((term) => vectorTex(term.value)).join(' + ')] : []),
          vectorTex(value),
        ],
      },
    ],
    shown: { [of]: value },
    computed: { [of === 'x' ? 'dx' : 'dh_old']: value },
  };
}
