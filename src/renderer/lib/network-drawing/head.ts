/** The upper end of a network: linear layer, prediction and target. */
import type { Architecture } from '../../../engine/model/spec.ts';
import { isStep, type Column } from './columns.ts';
import { bottomOf, topOf, type Box, type Part, type Sheet } from './drawing.ts';
import { line, TIP } from './paths.ts';

export const OUTPUT = { height: 30, room: 30 } as const;
const PREDICTION = 20;
const TARGET = 24;

export interface StepAnswers {
  readonly part: Part;
  readonly columns: readonly Column[];
  readonly boxWidth: number;
  readonly tokenWidth: number;
  /** What the output layer reads, by column, and the upper edge of all of it. */
  readonly below: ReadonlyMap<string, Box>;
  readonly y: number;
  readonly drops: boolean;
  /** What is to be predicted at a position, null while unknown. */
  readonly targetAt: (position: number) => string | null;
}

/** A prediction at every step, under its target. Returns the output boxes and the predictions' symbols, by column. */
export function answerEveryStep(
  sheet: Sheet,
  { part, columns, boxWidth, tokenWidth, below, y, drops, targetAt }: StepAnswers,
): { outputs: Box[]; predictions: Map<string, Box> } {
  const output = y - OUTPUT.room - OUTPUT.height / 2;
  const prediction = output - OUTPUT.height / 2 - 12 - PREDICTION / 2;
  const target = prediction - PREDICTION / 2 - 4 - TARGET / 2;
  const outputs: Box[] = [];
  const predictions = new Map<string, Box>();
  for (const column of columns) {
    const { key, x, step } = column;
    const common = { part, x, step };
    const named = (row: string) => ({ key: `${part}-${row}:${key}`, row: `${part}-${row}` });
    if (!isStep(column)) {
      for (const [row, at] of [
        ['output', output],
        ['prediction', prediction],
        ['target', target],
      ] as const) {
        sheet.box({ ...named(row), part, x, y: at, kind: 'dots', width: 14, height: 12, text: '⋯' });
      }
      continue;
    }
    const text = targetAt(column.position);
    const from = below.get(key)!;
    const box = sheet.box({
      ...named('output'),
      ...common,
      kind: 'output',
      y: output,
      width: boxWidth,
      height: OUTPUT.height,
      text,
    });
    const symbol = sheet.box({
      ...named('prediction'),
      ...common,
      kind: 'symbol',
      letter: 'ŷ',
      y: prediction,
      width: 24,
      height: PREDICTION,
    });
    sheet.box({
      ...named('target'),
      ...common,
      kind: 'token',
      role: 'target',
      y: target,
      width: tokenWidth,
      height: TARGET,
      text,
    });
    sheet.edge('up', from, box, line([x, topOf(from)], [x, bottomOf(box) + TIP]));
    sheet.edge('up', box, symbol, line([x, topOf(box)], [x, bottomOf(symbol)]));
    if (drops) sheet.dropout(`${part}-output:${key}`, x, y - OUTPUT.room / 2);
    outputs.push(box);
    predictions.set(key, symbol);
  }
  if (drops) sheet.name('dropout', y - OUTPUT.room / 2, null, 'dropout-output');
  sheet.name('output', output);
  sheet.name('prediction', prediction);
  sheet.name('target', target);
  return { outputs, predictions };
}

export interface OneAnswer {
  readonly architecture: Architecture;
  /** What the output layer reads; the answer stands above it, as far as there is room. */
  readonly below: Box;
  readonly drops: boolean;
  readonly targets: readonly string[];
  /** Names of all classes; null where the answer is of numbers. */
  readonly labels: readonly string[] | null;
  /** Steps after the last that are forecast; 0 of other answers. */
  readonly horizon: number;
  /** Room for the answer. */
  readonly from: number;
  readonly to: number;
}

/** One prediction for a whole sequence, with the classes it is among, or the values it is of. */
export function answerOnce(sheet: Sheet, plan: OneAnswer): void {
  const { below, drops, horizon, from, to } = plan;
  const y = topOf(below);
  const output = y - OUTPUT.room - OUTPUT.height / 2;
  const prediction = output - OUTPUT.height / 2 - 12 - PREDICTION / 2;
  const target = prediction - PREDICTION / 2 - 4 - TARGET / 2;

  const width = Math.min(104, Math.max(56, (to - from) / 5));
  const room = Math.max(1, Math.floor((to - from) / width));
  const answers = elide(horizon > 0 ? forecasts(plan) : choices(plan), Math.min(room, 6));
  const centre = Math.max(from + (answers.length * width) / 2, Math.min(below.x, to - (answers.length * width) / 2));
  const xOf = (i: number) => centre + (i - (answers.length - 1) / 2) * width;

  // Forecasts of several steps are wide; of classes there is one distribution.
  const many = horizon > 1;
  const x = many ? centre : below.x;
  const box = sheet.box({
    key: 'network-output',
    kind: 'output',
    x,
    y: output,
    width: many ? (answers.length - 1) * width + 56 : 64,
    height: OUTPUT.height,
    text: plan.targets[0] ?? null,
  });
  sheet.edge('up', below, box, line([below.x, y], [below.x, bottomOf(box) + TIP]));
  if (drops) {
    sheet.dropout('network-output', below.x, y - OUTPUT.room / 2);
    sheet.name('dropout', y - OUTPUT.room / 2, null, 'dropout-output');
  }
  const predict = (at: number, step: string | null, key: string) => {
    const symbol = sheet.box({
      key: `network-prediction:${key}`,
      kind: 'symbol',
      letter: 'ŷ',
      x: at,
      y: prediction,
      width: 34,
      height: PREDICTION,
      step,
    });
    sheet.edge('up', box, symbol, line([at, topOf(box)], [at, bottomOf(symbol)]));
  };
  if (!many) predict(x, horizon === 1 ? 'T+1' : null, '1');
  answers.forEach((answer, i) => {
    const at = { x: xOf(i), y: target, width: 14, height: 12 };
    const key = `network-target:${i}`;
    if (answer === null) {
      sheet.box({ ...at, key, kind: 'dots', text: '⋯' });
      return;
    }
    if (many) predict(xOf(i), answer.step, String(i));
    const role = !answer.chosen ? 'other' : answers.length > 1 && !many ? 'chosen' : 'target';
    sheet.box({ ...at, key, kind: 'token', role, width: width - 10, height: TARGET, text: answer.text });
  });
  sheet.name('output', output);
  sheet.name('prediction', prediction);
  sheet.name('target', target);
}

interface Answer {
  readonly text: string | null;
  readonly chosen: boolean;
  readonly step: string | null;
}

/** T+1 … T+h with the values that came. */
function forecasts({ targets, horizon }: OneAnswer): Answer[] {
  return Array.from({ length: horizon }, (_, i) => ({
    text: targets[i] ?? null,
    chosen: true,
    step: i === horizon - 1 && horizon > 5 ? 'T+h' : `T+${i + 1}`,
  }));
}

/** All classes, or the numbers that are predicted. Where classes are left out, the right one is among those that stay. */
function choices({ targets, labels, architecture }: OneAnswer): Answer[] {
  // Several labels come as one: "a, b".
  const right = new Set(architecture.task === 'multilabel' ? targets.flatMap((one) => one.split(', ')) : targets);
  const named = architecture.task === 'binary' ? ['no', 'yes'] : (labels ?? targets);
  if (named.length === 0) return [{ text: null, chosen: true, step: null }];
  const all = named.map((text) => ({ text, chosen: right.has(text), step: null }));
  const at = all.findIndex(({ chosen }) => chosen);
  return at > 2 ? [all[0]!, all[at]!, ...all.slice(1).filter((one) => one !== all[at])] : all;
}

/** The first ones and the last. */
function elide<T>(all: readonly T[], room: number): (T | null)[] {
  if (all.length <= room) return [...all];
  if (room < 3) return all.slice(0, room);
  return [...all.slice(0, room - 2), null, all.at(-1)!];
}
