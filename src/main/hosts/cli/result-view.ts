/** What was measured of a task in full, as tables for a terminal. */
import type {
  BinaryResult,
  ClassificationResult,
  ClassReport,
  ErrorFigures,
  RegressionResult,
  SequenceResult,
  TaskResult,
} from '../../../engine/metrics/results.ts';
import { count, dash, share, significant } from './format.ts';
import { printable, table } from './terminal.ts';

/** Classes from which on there is no room for a confusion matrix, and the rest of the table is counted. */
const widestMatrix = 12;
const mostClasses = 40;
/** Forecast steps of which each has a line; of more there are as many, evenly spread. */
const mostSteps = 10;

export function resultLines(result: TaskResult): string {
  switch (result.kind) {
    case 'classification':
      return [classTable(result.classes, 'CLASS'), ...confusion(result)].join('\n\n');
    case 'tagging':
      return classTable(result.tags, 'TAG');
    case 'multilabel':
      return classTable(result.labels, 'LABEL');
    case 'binary':
      return answers(result);
    case 'regression':
      return [columnTable(result), ...aheadTable(result)].join('\n\n');
    case 'sequences':
      return sequences(result);
  }
}

function classTable(classes: readonly ClassReport[], what: string): string {
  const shown = classes.slice(0, mostClasses);
  const rows = shown.map(({ label, precision, recall, f1, support, predicted }) => [
    ...[printable(label), share(precision), share(recall), share(f1), count(support), count(predicted)],
  ]);
  const heading = [what, 'PRECISION', 'RECALL', 'F1', 'OCCURS', 'PREDICTED'];
  const more =
    classes.length > shown.length ? `\n… and ${count(classes.length - shown.length)} more (--json has all)` : '';
  return table([heading, ...rows], new Set([1, 2, 3, 4, 5])) + more;
}

function confusion({ classes, confusion: counts }: ClassificationResult): string[] {
  if (classes.length > widestMatrix) return [];
  const names = classes.map(({ label }) => printable(label));
  const rows = counts.map((row, i) => [names[i]!, ...row.map((n) => count(n))]);
  const right = new Set(names.map((_, i) => i + 1));
  return [`Confusion (rows: true, columns: predicted)\n${table([['', ...names], ...rows], right)}`];
}

function answers({ counts, logLoss }: BinaryResult): string {
  const { truePositive, falsePositive, falseNegative, trueNegative } = counts;
  const rows = [
    ['', 'PREDICTED YES', 'PREDICTED NO'],
    ['yes', count(truePositive), count(falseNegative)],
    ['no', count(falsePositive), count(trueNegative)],
  ];
  return `${table(rows, new Set([1, 2]))}\n\nlog loss ${significant(logLoss, 3)}`;
}

function columnTable({ columns }: RegressionResult): string {
  const naive = columns.some((column) => column.naive !== null);
  const rows = columns.map((column) => [
    ...[printable(column.name), ...errors(column), column.r2 === null ? dash : significant(column.r2, 3)],
    ...(naive ? errors(column.naive) : []),
  ]);
  const heading = ['COLUMN', 'RMSE', 'MAE', 'R²', ...(naive ? ['NAIVE RMSE', 'NAIVE MAE'] : [])];
  return table([heading, ...rows], new Set([1, 2, 3, 4, 5]));
}

function aheadTable({ ahead }: RegressionResult): string[] {
  if (ahead.length < 2) return [];
  const every = Math.ceil(ahead.length / mostSteps);
  const rows = ahead.flatMap((step, i) =>
    (i + 1) % every === 0 || i === 0 || i === ahead.length - 1
      ? [[String(i + 1), ...errors(step), ...errors(step.naive)]]
      : [],
  );
  return [table([['STEPS AHEAD', 'RMSE', 'MAE', 'NAIVE RMSE', 'NAIVE MAE'], ...rows], new Set([0, 1, 2, 3, 4]))];
}

function errors(figures: ErrorFigures | null): string[] {
  return figures ? [significant(figures.rmse, 3), significant(figures.mae, 3)] : [dash, dash];
}

function sequences({ texts, tokens, bleu }: SequenceResult): string {
  const measured = `${count(tokens)} tokens by teacher forcing, ${count(texts)} generated texts`;
  if (!bleu) return measured;
  const { precisions, brevityPenalty, hypothesisLength, referenceLength, signature } = bleu;
  return [
    measured,
    `BLEU ${bleu.score.toFixed(2)}: 1- to 4-grams ${precisions.map((p) => p.toFixed(1)).join(' / ')}, brevity penalty ${brevityPenalty.toFixed(3)}, ${count(hypothesisLength)} tokens for ${count(referenceLength)}`,
    signature,
  ].join('\n');
}
