/** The step that is walked through: against finite differences, the textbook's own relations, PyTorch, and what KaTeX can set. */
import { resolve } from 'node:path';
import { renderToString } from 'katex';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CellStep } from '../../../../../src/engine/inside/looks/cell-step.ts';
import { gateOrder, type CellKind } from '../../../../../src/renderer/screens/inside/equations/cell.ts';
import type { Matrix, Vector } from '../../../../../src/renderer/screens/inside/equations/steps/arithmetic.ts';
import {
  beginning,
  matrixTex,
  relu,
  sigmoid,
  tanh,
  vectorTex,
  written,
} from '../../../../../src/renderer/screens/inside/equations/steps/arithmetic.ts';
import { gruSteps } from '../../../../../src/renderer/screens/inside/equations/steps/gru.ts';
import { lstmSteps } from '../../../../../src/renderer/screens/inside/equations/steps/lstm.ts';
import { modelSetting } from '../../../../../src/renderer/screens/inside/equations/steps/model-setting.ts';
import { rnnSteps } from '../../../../../src/renderer/screens/inside/equations/steps/rnn.ts';
import { calculationTex, givenTex } from '../../../../../src/renderer/screens/inside/equations/steps/show.ts';
import type { GateWeights, Given, Step } from '../../../../../src/renderer/screens/inside/equations/steps/step.ts';
import {
  given,
  gruRecurrentBias,
  gruWeights,
  lstmWeights,
  rnnWeights,
} from '../../../../../src/renderer/screens/inside/equations/steps/tiny.ts';
import { walk } from '../../../../../src/renderer/screens/inside/equations/steps/walk.ts';
import { expectClose } from '../../../../compare.ts';
import { askPython, python } from '../../../../python.ts';

type Numbers = Vector | Matrix;

/** Everything that a cell computes from: what finite differences change one by one. */
interface Setting {
  readonly given: Given;
  readonly weights: Readonly<Record<string, GateWeights>>;
  readonly recurrentBias: Vector;
}

const activation = { rnn_tanh: tanh, rnn_relu: relu, rnn_sigmoid: sigmoid } as const;
const weightsOf: Readonly<Record<CellKind, Setting['weights']>> = {
  lstm: lstmWeights,
  gru: gruWeights,
  gru_before: gruWeights,
  rnn_tanh: { h: rnnWeights },
  rnn_relu: { h: rnnWeights },
  rnn_sigmoid: { h: rnnWeights },
};
const cells = Object.keys(weightsOf) as CellKind[];
const settingOf = (cell: CellKind): Setting => ({ given, weights: weightsOf[cell], recurrentBias: gruRecurrentBias });

function stepsOf(cell: CellKind, { given: from, weights, recurrentBias }: Setting): Step[] {
  if (cell === 'lstm') return lstmSteps(from, weights as typeof lstmWeights);
  if (cell === 'gru') return gruSteps(from, weights as typeof gruWeights, recurrentBias);
  if (cell === 'gru_before') return gruSteps(from, weights as typeof gruWeights, null);
  return rnnSteps(from, weights['h']!, activation[cell]);
}

function computed(steps: readonly Step[]): Record<string, Numbers> {
  return Object.assign({}, ...steps.map((step) => step.computed));
}

/** The scalar whose gradients dh and dc are: dh · h' + dc · c'. */
function scalar(cell: CellKind, setting: Setting): number {
  const { h, c } = computed(stepsOf(cell, setting)) as Record<string, Vector>;
  const dot = (a: Vector, b: Vector) => a.reduce((sum, x, j) => sum + x * b[j]!, 0);
  return dot(setting.given.dh, h!) + (c ? dot(setting.given.dc, c) : 0);
}

/** The same with one number, found by its path, moved by ε. */
function moved(setting: Setting, path: readonly (string | number)[], by: number): Setting {
  const copy = structuredClone(setting) as unknown;
  let at = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path.at(-1)!] = (at[path.at(-1)!] as number) + by;
  return copy as Setting;
}

/** Every single number of a vector or matrix at a path, by central differences. */
function numeric(cell: CellKind, path: readonly (string | number)[], values: Numbers): number[] {
  const setting = settingOf(cell);
  const epsilon = 1e-5;
  return values.flatMap((one, j) =>
    typeof one === 'number'
      ? [
          (scalar(cell, moved(setting, [...path, j], epsilon)) - scalar(cell, moved(setting, [...path, j], -epsilon))) /
            (2 * epsilon),
        ]
      : numeric(cell, [...path, j], one),
  );
}

const bound = { atol: 1e-9, rtol: 1e-7 };

describe.each(cells)('the step of %s', (cell) => {
  const found = computed(walk(cell));

  it('has the gradients that finite differences give', () => {
    const { given: from, weights, recurrentBias } = settingOf(cell);
    const check = (name: string, path: (string | number)[], values: Numbers) => {
      expect(found, name).toHaveProperty(name);
      expectClose(found[name]!.flat(), numeric(cell, path, values), bound, name);
    };
    check('dx', ['given', 'x'], from.x);
    check('dh_old', ['given', 'h'], from.h);
    if (cell === 'lstm') check('dc_old', ['given', 'c'], from.c);
    for (const [letter, { W, U, b }] of Object.entries(weights)) {
      check(`dW_${letter}`, ['weights', letter, 'W'], W);
      check(`dU_${letter}`, ['weights', letter, 'U'], U);
      check(`db_${letter}`, ['weights', letter, 'b'], b);
    }
    if (cell === 'gru') check('dd_n', ['recurrentBias'], recurrentBias);
  });

  it('goes forward, then backward, and shows each value where its part is', () => {
    const steps = walk(cell);
    const turn = steps.findIndex(({ phase }) => phase === 'backward');
    expect(turn).toBeGreaterThan(0);
    expect(steps.slice(turn).every(({ phase }) => phase === 'backward')).toBe(true);
    for (const { calculations } of steps) expect(calculations.length).toBeGreaterThan(0);
  });

  it('can be typeset', () => {
    for (const tex of [
      ...walk(cell).flatMap(({ calculations }) => calculations.map(calculationTex)),
      ...givenTex(cell),
    ]) {
      renderToString(tex, { throwOnError: true, strict: 'error', displayMode: true });
    }
  });
});

describe.skipIf(!python('torch'))('the same step in PyTorch', () => {
  const inTorch = ['lstm', 'gru', 'rnn_tanh', 'rnn_relu'] as const;
  let answers: Record<string, Record<string, Numbers>> = {};

  beforeAll(() => {
    const questions = Object.fromEntries(
      inTorch.map((cell) => {
        const gates = Object.values(weightsOf[cell]);
        const zeros = gates.flatMap(({ b }) => b.map(() => 0));
        if (cell === 'gru') zeros.splice(-2, 2, ...gruRecurrentBias);
        const weights = { weight_ih: gates.flatMap(({ W }) => W), weight_hh: gates.flatMap(({ U }) => U) };
        return [cell, { ...given, ...weights, bias_ih: gates.flatMap(({ b }) => b), bias_hh: zeros }];
      }),
    );
    const script = resolve(import.meta.dirname, 'steps.py');
    answers = askPython('torch', script, questions) as typeof answers;
  }, 120_000);

  it.each(inTorch)('%s', (cell) => {
    const found = computed(walk(cell));
    const answer = answers[cell]!;
    const exact = { atol: 1e-12, rtol: 1e-12 };
    const letters = Object.keys(weightsOf[cell]);
    const all = (name: string) => letters.flatMap((letter) => found[`${name}_${letter}`]!.flat());
    expectClose(found['h']!.flat(), answer['h']!.flat(), exact, 'h');
    expectClose(found['dx']!.flat(), answer['dx']!.flat(), exact, 'dx');
    expectClose(found['dh_old']!.flat(), answer['dh_old']!.flat(), exact, 'dh_old');
    expectClose(all('dW'), answer['dW']!.flat(), exact, 'dW');
    expectClose(all('dU'), answer['dU']!.flat(), exact, 'dU');
    expectClose(all('db'), answer['db']!.flat(), exact, 'db');
    if (cell === 'lstm') {
      expectClose(found['c']!.flat(), answer['c']!.flat(), exact, 'c');
      expectClose(found['dc_old']!.flat(), answer['dc_old']!.flat(), exact, 'dc_old');
    }
    if (cell === 'gru') expectClose(found['dd_n']!.flat(), answer['dd']!.flat().slice(-2), exact, 'dd');
  });
});

describe('a step of a trained model', () => {
  const [H, I] = [6, 5];
  const numbers = (count: number, from: number) => Float64Array.from({ length: count }, (_, k) => Math.sin(from + k));
  const found = (cell: CellKind): CellStep => {
    const G = gateOrder[cell].length;
    return {
      ...{ picture: 'cell-step', step: 1, readFrom: 'valid', layers: [], pieces: [], lossOf: 'this-step', H, I },
      ...{ x: numbers(I, 1), h: numbers(H, 2), hNext: numbers(H, 0), dh: numbers(H, 3) },
      c: cell === 'lstm' ? numbers(H, 4) : null,
      ...{ weightIh: numbers(G * H * I, 5), weightHh: numbers(G * H * H, 6), biasIh: numbers(G * H, 7) },
      biasHh: cell === 'gru_before' ? null : numbers(G * H, 8),
    };
  };
  const turnedBack = (values: Vector, first: number) => values.map((_, j) => values[(j - first + H) % H]!);

  it.each(cells)('of %s is the same whichever units come first, and can be typeset', (cell) => {
    const steps = (first: number) => walk(cell, modelSetting(cell, found(cell), first));
    const [usual, turned] = [computed(steps(0)), computed(steps(4))];
    const exact = { atol: 1e-12, rtol: 1e-12 };
    expectClose(turnedBack(turned['h'] as Vector, 4), usual['h'] as Vector, exact, 'h');
    expectClose(turnedBack(turned['dh_old'] as Vector, 4), usual['dh_old'] as Vector, exact, 'dh_old');
    expectClose(turned['dx'] as Vector, usual['dx'] as Vector, exact, 'dx');
    const tex = [
      ...steps(4).flatMap(({ calculations }) => calculations.map(calculationTex)),
      ...givenTex(cell, modelSetting(cell, found(cell), 4)),
    ];
    for (const one of tex) renderToString(one, { throwOnError: true, strict: 'error', displayMode: true });
  });
});

it('long vectors and matrices are written by their first few numbers', () => {
  const long = [0.12345, -2, 3e-5, 1e-14, 5];
  expect(vectorTex(long)).toBe(String.raw`\begin{bmatrix}0.123\\-2\\3\mathrm{e}{-5}\\\vdots\end{bmatrix}`);
  expect(matrixTex([long, long, long, long, long])).toMatch(/(&\\cdots.*){3}\\vdots&\\vdots&\\vdots&\\ddots/);
  expect(beginning(long)).toBe('0.12 -2 …');
  expect([beginning([1, 2.5]), written(1e-14)]).toEqual(['1  2.5', '0']);
});
