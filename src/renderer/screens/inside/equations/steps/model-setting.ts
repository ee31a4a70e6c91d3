/** A step of a trained network's own layer, to be walked through as the tiny one is. Pure module. */
import type { CellStep } from '../../../../../engine/inside/looks/cell-step.ts';
import { gateOrder, type CellKind } from '../cell.ts';
import { sum, type Matrix, type Vector } from './arithmetic.ts';
import type { CellSetting, GateWeights } from './step.ts';

/**
 * With the units turned round so that those from `first` on come first: only the first few of a long vector are written out.
 * @param first from 0
 */
export function modelSetting(cell: CellKind, found: CellStep, first: number): CellSetting {
  const { H, I } = found;
  const units = Array.from({ length: H }, (_, j) => (first + j) % H);
  const turned = (values: ArrayLike<number>, block = 0): Vector => units.map((j) => values[block * H + j]!);
  const rows = (values: ArrayLike<number>, block: number, width: number, columns: readonly number[]): Matrix =>
    units.map((j) => columns.map((k) => values[(block * H + j) * width + k]!));
  const inputs = Array.from({ length: I }, (_, k) => k);
  const { biasIh, biasHh } = found;
  /** Reset after the product has a bias of its own beside U_n h. */
  const hasOwn = (letter: string) => cell === 'gru' && letter === 'n';
  const gate = (letter: string, block: number): GateWeights => {
    const b = turned(biasIh, block);
    return {
      W: rows(found.weightIh, block, I, inputs),
      U: rows(found.weightHh, block, H, units),
      b: biasHh && !hasOwn(letter) ? sum(b, turned(biasHh, block)) : b,
    };
  };
  const zeros = units.map(() => 0);
  return {
    given: {
      x: Array.from(found.x),
      h: turned(found.h),
      c: found.c ? turned(found.c) : zeros,
      dh: turned(found.dh),
      // No step comes after it.
      dc: zeros,
    },
    weights: Object.fromEntries(gateOrder[cell].map((letter, block) => [letter, gate(letter, block)])),
    recurrentBias: cell === 'gru' && biasHh ? turned(biasHh, gateOrder.gru.indexOf('n')) : null,
  };
}
