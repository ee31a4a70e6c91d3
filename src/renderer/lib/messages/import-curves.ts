import type { CurveFormat, CurveRole, LossKind } from '../../../api/import-curves.ts';
import { figureInfo, figureNames } from '../../../engine/metrics/figures.ts';
import { plural } from '../format.ts';

const formats: Record<CurveFormat, string> = {
  tensorboard: 'TensorBoard',
  'tensorboard-csv': 'TensorBoard',
  wandb: 'Weights & Biases',
  mlflow: 'MLflow',
  unroll: 'Unroll',
  csv: 'a table',
};

const roles: Record<Exclude<CurveRole, (typeof figureNames)[number]>, string> = {
  none: 'Left out',
  trainLoss: 'Training loss',
  trainPerplexity: 'Training perplexity',
  trainBits: 'Training bits per token',
  validLoss: 'Validation loss',
  validPerplexity: 'Validation perplexity',
  validBits: 'Validation bits per token',
  testLoss: 'Test loss',
  testPerplexity: 'Test perplexity',
  testBits: 'Test bits per token',
  gradNorm: 'Gradient norm',
  learningRate: 'Learning rate',
  tokensPerSecond: 'Tokens per second',
  epoch: 'Epoch',
  seconds: 'Seconds of training',
};

const figureRoles = Object.fromEntries(
  figureNames.map((name) => [name, `Validation ${figureInfo[name].label}`]),
) as Record<(typeof figureNames)[number], string>;

const losses: Record<LossKind, string> = {
  tokens: 'Tokens: shown as perplexity',
  classes: 'Classes: cross-entropy',
  squares: 'Numbers: squared error',
};

/** Curves that another program recorded. */
export const importCurves = {
  action: 'Import curves…',
  title: 'Import curves',
  titleOf: (at: number, of: number) => `Import curves (${at} of ${of})`,
  formats,
  roles: { ...roles, ...figureRoles },
  losses,
  from: (format: CurveFormat, runs: number, series: number) =>
    `From ${formats[format]}: ${runs > 1 ? `${plural(runs, 'run')}, ` : ''}${plural(series, 'series', 'series')}. Each run of the file becomes one here, without a model.`,
  name: 'Name',
  nameOfSeveral: 'Name before those of the runs',
  nameHint: (runs: readonly string[], more: number) =>
    `Each keeps its own: ${runs.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
  lossOf: 'The loss is of',
  series: 'Series',
  columns: { series: 'series', points: 'points', steps: 'steps', last: 'last value', meaning: 'what it is' },
  meaningOf: (series: string) => `What “${series}” is`,
  noLoss: 'Say which series is a loss or a perplexity of training or validation.',
  import: 'Import',
  sending: 'Sending the file',
  reading: 'Reading the curves',
  failed: (name: string) => `“${name}” cannot be imported`,
  refused: 'These series cannot be imported so',
  done: (name: string) => `Imported the curves of “${name}”`,
  doneSeveral: (runs: number) => `Imported the curves of ${plural(runs, 'run')}`,
  /** Where a run's network would stand. */
  network: (format: CurveFormat) => `Curves, ${formats[format]}`,
  note: (file: string, when: string) =>
    `Imported from ${file} (${when}). What was recorded stands here and in comparisons; there is no model to try, and no settings.`,
  noteTitle: 'Curves from elsewhere',
  configuration: { title: 'Where it is from', file: 'file', format: 'written by', at: 'imported' },
};
