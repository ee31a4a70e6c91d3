/** The step that is walked through, of every cell. */
import type { CellKind } from '../cell.ts';
import { relu, sigmoid, tanh, type NonLinearity } from './arithmetic.ts';
import { gruSteps } from './gru.ts';
import { lstmSteps } from './lstm.ts';
import { rnnSteps } from './rnn.ts';
import type { Given, Step } from './step.ts';
import { given as usual, gruRecurrentBias, gruWeights, lstmWeights, rnnWeights } from './tiny.ts';

const activations: Readonly<Partial<Record<CellKind, NonLinearity>>> = {
  rnn_tanh: tanh,
  rnn_relu: relu,
  rnn_sigmoid: sigmoid,
};

/** From the first gate to the last gradient. @param given by default what the screen shows */
export function walk(cell: CellKind, given: Given = usual): Step[] {
  if (cell === 'lstm') return lstmSteps(given, lstmWeights);
  if (cell === 'gru') return gruSteps(given, gruWeights, gruRecurrentBias);
  if (cell === 'gru_before') return gruSteps(given, gruWeights, null);
  return rnnSteps(given, rnnWeights, activations[cell]!);
}
