/** The step that is walked through, of every cell. */
import type { CellKind } from '../cell.ts';
import { relu, sigmoid, tanh, type NonLinearity } from './arithmetic.ts';
import { gruSteps } from './gru.ts';
import { lstmSteps } from './lstm.ts';
import { rnnSteps } from './rnn.ts';
import type { CellSetting, Step } from './step.ts';
import { tinySetting } from './tiny.ts';

const activations: Readonly<Partial<Record<CellKind, NonLinearity>>> = {
  rnn_tanh: tanh,
  rnn_relu: relu,
  rnn_sigmoid: sigmoid,
};

/** From the first gate to the last gradient. @param setting with the weights of such a cell */
export function walk(cell: CellKind, { given, weights, recurrentBias }: CellSetting = tinySetting(cell)): Step[] {
  const of = (letter: string) => weights[letter]!;
  if (cell === 'lstm') return lstmSteps(given, { i: of('i'), f: of('f'), g: of('g'), o: of('o') });
  if (cell === 'gru' || cell === 'gru_before')
    return gruSteps(given, { r: of('r'), z: of('z'), n: of('n') }, recurrentBias);
  return rnnSteps(given, of('h'), activations[cell]!);
}
