/** What was measured while runs trained, for spreadsheets and programs: pieces of text, made as they are written. */
import { figureNames } from '../metrics/figures.ts';
import type { EvalMetrics, StepMetrics } from '../protocol.ts';
import type { RunConfig } from '../training/config.ts';
import type { MetricsFormat } from './format-ids.ts';

/** A run as far as its curves go. */
export interface MeasuredRun {
  readonly id: string;
  readonly name: string;
  /** null: curves from elsewhere, of settings that are not known. */
  readonly config: RunConfig | null;
  /** In order, in pages, so that a long run is never held whole. */
  steps(): Iterable<readonly StepMetrics[]>;
  /** In the order in which they were made. */
  readonly evaluations: readonly EvalMetrics[];
}

export function metricsText(format: MetricsFormat, runs: readonly MeasuredRun[]): Generator<string> {
  return format === 'metrics-csv' ? metricsCsv(runs) : metricsJson(runs);
}

const columns = [
  'run',
  'split',
  'step',
  'epoch',
  'loss',
  'gradient_norm',
  'learning_rate',
  'tokens_per_second',
  'elapsed_seconds',
  'bits_per_character',
  ...figureNames.map(snakeCase),
];

/**
 * One table of all runs in long form (RFC 4180, UTF-8): a row for each training step (split `train`) and each evaluation (`valid`,
 * `test`), a column for each measure; a cell is empty where that was not measured.
 */
function* metricsCsv(runs: readonly MeasuredRun[]): Generator<string> {
  yield line(columns);
  const noFigures = figureNames.map(() => '');
  for (const { name, steps, evaluations } of runs) {
    const run = textCell(name);
    for (const page of steps()) {
      yield page
        .map((s) =>
          line([
            ...[run, 'train', s.step, s.epoch, s.loss, s.gradNorm, s.learningRate, s.tokensPerSecond, s.elapsed, ''],
            ...noFigures,
          ]),
        )
        .join('');
    }
    for (const { split, step, epoch, loss, elapsed, bitsPerCharacter, figures } of evaluations) {
      yield line([
        ...[run, split, step, epoch, loss, '', '', '', elapsed, bitsPerCharacter ?? ''],
        ...figureNames.map((figure) => figures[figure] ?? ''),
      ]);
    }
  }
}

/** `{ "format": "unroll-metrics/1", "runs": [{ id, name, config, steps: [{ step, epoch, loss, … }], evaluations: [{ … }] }] }` */
function* metricsJson(runs: readonly MeasuredRun[]): Generator<string> {
  yield '{"format":"unroll-metrics/1","runs":[';
  for (const [i, { id, name, config, steps, evaluations }] of runs.entries()) {
    yield `${i > 0 ? ',' : ''}\n${JSON.stringify({ id, name, config }).slice(0, -1)},"steps":[`;
    let before = '\n';
    for (const page of steps()) {
      yield before + page.map((step) => JSON.stringify(step)).join(',\n');
      before = ',\n';
    }
    yield `],"evaluations":${JSON.stringify(evaluations)}}`;
  }
  yield ']}\n';
}

/**
 * A name as a cell. Spreadsheets take text that begins with one of = + - @ (or a tab or line end) for a formula, and would run it:
 * an apostrophe before it makes it text (owasp.org/www-community/attacks/CSV_Injection).
 */
export function textCell(value: string): string {
  const safe = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function line(cells: readonly (string | number)[]): string {
  return `${cells.join(',')}\r\n`;
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
