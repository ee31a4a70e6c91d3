/**
 * An answer at every step: language model, tagging, forecast at every step. And one-to-many, where a label decides the state that
 * the first step starts from, and each output is the next input.
 */
import type { Architecture } from '../../../engine/model/spec.ts';
import { columnsOf, isStep, pitchOf, type Column } from './columns.ts';
import { GUTTER, leftOf, rightOf, Sheet, type Box, type Drawing } from './drawing.ts';
import { answerEveryStep } from './head.ts';
import { drawInputs, textOf, written } from './inputs.ts';
import { drawInitial, drawLabel, INITIAL } from './initial.ts';
import type { NetworkData } from './layout.ts';
import { elbow, TIP } from './paths.ts';
import { cellSize, drawStack } from './stack.ts';
import { drawTie, TIE_MARGIN } from './tie.ts';

const MARGIN = 36;

export function layOutAligned(a: Architecture, data: NetworkData, width: number): Drawing {
  const sheet = new Sheet();
  const conditional = a.task === 'conditional-generation';
  const { steps, input, target } = sequences(a, data);
  const from = GUTTER + (conditional ? INITIAL.room + 20 : 0);
  const columns = columnsOf(steps, from, width - (a.tie ? TIE_MARGIN : MARGIN));
  const pitch = pitchOf(columns);
  const boxWidth = Math.min(64, pitch - 30);
  const tokenWidth = Math.min(104, pitch - (conditional ? 22 : 10));

  const { vectors, letters, y } = drawInputs(sheet, {
    part: 'network',
    columns,
    letter: conditional ? 'y' : 'x',
    boxWidth,
    tokenWidth,
    textAt: input,
    named: true,
  });
  const stack = drawStack(sheet, {
    architecture: a,
    part: 'network',
    columns,
    pitch,
    bidirectional: a.bidirectional,
    spaced: a.bidirectional,
    joined: true,
    below: vectors,
    y,
    dropsBelow: a.dropout > 0 && a.embedding > 0,
    starts: !conditional,
    leaves: a.task === 'language-model',
    named: true,
    mostLayers: a.bidirectional ? 3 : 4,
  });
  const { outputs, predictions } = answerEveryStep(sheet, {
    part: 'network',
    columns,
    boxWidth,
    tokenWidth,
    below: stack.tops,
    y: stack.y,
    drops: a.dropout > 0,
    targetAt: target,
  });
  if (conditional) {
    const x = columns[0]!.x - cellSize(pitch, false).width / 2 - INITIAL.room + 6;
    const label = drawLabel(sheet, x, data.tokens[0] ?? null);
    drawInitial(sheet, { architecture: a, part: 'network', x, stack, from: label });
    feedBack(sheet, columns, predictions, letters);
  }
  if (a.tie) drawTie(sheet, 'network', outputs.at(-1)!, vectors.get(columns.at(-1)!.key)!);
  return sheet.finish(width);
}

/** How many steps there are, what stands at a position at the bottom, and what is to be predicted there. */
function sequences(a: Architecture, { tokens, targets, steps }: NetworkData) {
  const known = textOf(tokens);
  if (a.task === 'conditional-generation') {
    const { words, T } = written(targets, steps);
    const text = textOf(words);
    return {
      steps: T,
      input: (position: number) => (position === 0 ? '<bos>' : text(position - 1)),
      target: (position: number) => (position === T - 1 ? '<eos>' : text(position)),
    };
  }
  const next = (position: number) => known(position + 1);
  const predictsNext = a.task === 'language-model' || (a.task === 'forecasting' && targets.length === 0);
  return { steps, input: known, target: predictsNext ? next : textOf(targets) };
}

/** Each output is the next step's input. */
function feedBack(
  sheet: Sheet,
  columns: readonly Column[],
  predictions: ReadonlyMap<string, Box>,
  letters: ReadonlyMap<string, Box>,
): void {
  columns.filter(isStep).forEach((column, i, steps) => {
    const next = steps[i + 1];
    if (!next || columns[columns.indexOf(column) + 1] !== next) return;
    const [from, to] = [predictions.get(column.key)!, letters.get(next.key)!];
    const middle = (column.x + next.x) / 2;
    sheet.edge(
      'feedback',
      from,
      to,
      elbow([rightOf(from), from.y], [middle, from.y], [middle, to.y], [leftOf(to) - TIP, to.y]),
    );
  });
}
