/** A step as TeX. */
import type { CellKind } from '../cell.ts';
import { gateLetters, type GateLetter } from '../terms.ts';
import { matrixTex, vectorTex } from './arithmetic.ts';
import { d, type Calculation, type GateWeights } from './step.ts';
import { given, gruRecurrentBias, gruWeights, lstmWeights, rnnWeights } from './tiny.ts';

/** The formula, and below it its numbers until only the value is left. */
export function calculationTex({ left, formula, numbers }: Calculation): string {
  const rows = [`${left} &= ${formula}`, ...numbers.map((one) => `&= ${one}`)];
  return String.raw`\begin{aligned}${rows.join(String.raw`\\[4pt]`)}\end{aligned}`;
}

/** What the step begins with. */
export function givenTex(cell: CellKind): string[] {
  const isLstm = cell === 'lstm';
  const vectors = [
    `x_t = ${vectorTex(given.x)}`,
    `h_{t-1} = ${vectorTex(given.h)}`,
    ...(isLstm ? [`c_{t-1} = ${vectorTex(given.c)}`] : []),
    `${d('h_t')} = ${vectorTex(given.dh)}`,
    ...(isLstm ? [String.raw`${d('c_t')}^{\text{later}} = ${vectorTex(given.dc)}`] : []),
  ];
  return [...vectors, ...weightsTex(cell)];
}

function weightsTex(cell: CellKind): string[] {
  const weights = (W: string, U: string, b: string, values: GateWeights) => [
    `${W} = ${matrixTex(values.W)}`,
    `${U} = ${matrixTex(values.U)}`,
    `${b} = ${vectorTex(values.b)}`,
  ];
  const ofGate = ([letter, values]: [string, GateWeights], bias = `b_${letter}`) =>
    weights(`W_{i${letter}}`, `W_{h${letter}}`, bias, values);
  if (cell === 'lstm') return Object.entries(lstmWeights).flatMap((one) => ofGate(one));
  if (cell === 'gru_before') return Object.entries(gruWeights).flatMap((one) => ofGate(one));
  if (cell === 'gru') {
    const { n, ...gates } = gruWeights;
    return [
      ...Object.entries(gates).flatMap((one) => ofGate(one)),
      ...ofGate(['n', n], 'b_{in}'),
      `b_{hn} = ${vectorTex(gruRecurrentBias)}`,
    ];
  }
  return weights('W_{ih}', 'W_{hh}', 'b', rnnWeights);
}

export function isGate(letter: string): letter is GateLetter {
  return (gateLetters as readonly string[]).includes(letter);
}
