/** A step as TeX. */
import type { CellKind } from '../cell.ts';
import { gateLetters, type GateLetter } from '../terms.ts';
import { matrixTex, vectorTex } from './arithmetic.ts';
import { d, type Calculation, type CellSetting, type GateWeights } from './step.ts';
import { tinySetting } from './tiny.ts';

/** The formula, and below it its numbers until only the value is left. */
export function calculationTex({ left, formula, numbers }: Calculation): string {
  const rows = [`${left} &= ${formula}`, ...numbers.map((one) => `&= ${one}`)];
  return String.raw`\begin{aligned}${rows.join(String.raw`\\[4pt]`)}\end{aligned}`;
}

/** What the step begins with. */
export function givenTex(cell: CellKind, { given, weights, recurrentBias }: CellSetting = tinySetting(cell)): string[] {
  const isLstm = cell === 'lstm';
  return [
    `x_t = ${vectorTex(given.x)}`,
    `h_{t-1} = ${vectorTex(given.h)}`,
    ...(isLstm ? [`c_{t-1} = ${vectorTex(given.c)}`] : []),
    `${d('h_t')} = ${vectorTex(given.dh)}`,
    ...(isLstm ? [String.raw`${d('c_t')}^{\text{later}} = ${vectorTex(given.dc)}`] : []),
    ...Object.entries(weights).flatMap(([letter, one]) => weightsTex(letter, one, recurrentBias !== null)),
    ...(recurrentBias ? [`b_{hn} = ${vectorTex(recurrentBias)}`] : []),
  ];
}

function weightsTex(letter: string, { W, U, b }: GateWeights, hasOwnBias: boolean): string[] {
  // A plain cell has one of each.
  const names =
    letter === 'h'
      ? ['W_{ih}', 'W_{hh}', 'b']
      : [`W_{i${letter}}`, `W_{h${letter}}`, hasOwnBias && letter === 'n' ? 'b_{in}' : `b_${letter}`];
  return [`${names[0]} = ${matrixTex(W)}`, `${names[1]} = ${matrixTex(U)}`, `${names[2]} = ${vectorTex(b)}`];
}

export function isGate(letter: string): letter is GateLetter {
  return (gateLetters as readonly string[]).includes(letter);
}
