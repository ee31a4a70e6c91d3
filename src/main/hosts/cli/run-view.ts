/** Runs as the commands show them: as JSON objects with the field names of `train --json`, and as tables. */
import { align, leavesOf } from '../../../api/differences.ts';
import type { Run } from '../../../api/types.ts';
import { hasPerplexity } from '../../../engine/metrics/figures.ts';
import { type Architecture, decoderUnits, shapeOf } from '../../../engine/model/spec.ts';
import { describeData } from './check-data.ts';
import { bestOf, testOf } from './follow-run.ts';
import { count, dash, duration, rate } from './format.ts';
import { figuresText, headlineText, lossName, lossText, lossValue } from './measured.ts';
import { printable, table } from './terminal.ts';

/** A run without its configuration and curves. */
export function runSummary(run: Run) {
  const { task } = run.config.architecture;
  const perplexityOf = (loss: number | null) => (loss === null || !hasPerplexity(task) ? null : Math.exp(loss));
  return {
    run: run.id,
    name: run.name,
    status: run.status,
    message: run.message,
    corpus: run.corpusName,
    task,
    cell: run.config.architecture.cell,
    layers: run.config.architecture.layers,
    hidden: run.config.architecture.hidden,
    parameters: run.parameters,
    vocabulary: run.vocabularySize,
    device: run.device,
    step: run.step,
    epoch: run.epoch,
    train_loss: run.trainLoss,
    valid_loss: run.validLoss,
    test_loss: run.testLoss,
    train_perplexity: perplexityOf(run.trainLoss),
    valid_perplexity: perplexityOf(run.validLoss),
    test_perplexity: perplexityOf(run.testLoss),
    valid_figures: run.validFigures,
    best: bestOf(run),
    test: testOf(run),
    tokens_per_s: run.tokensPerSecond,
    seconds: run.elapsed,
    checkpoint_step: run.checkpointStep,
    created: new Date(run.createdAt).toISOString(),
    tags: run.tags,
    archived: run.archived,
  };
}

/** Enough of an id to name the run by, for people. */
export function shortId(run: Run): string {
  return run.id.slice(0, 8);
}

export function runTable(runs: readonly Run[]): string {
  const heading = ['RUN', 'NAME', 'TASK', 'STATUS', 'CORPUS', 'STEP', 'BEST', 'TEST', 'TIME'];
  const rows = runs.map((run) => [
    shortId(run),
    shortened(run.name, 40),
    run.config.architecture.task,
    run.status,
    shortened(run.corpusName, 24),
    count(run.step),
    headlineText(run.config.architecture.task, { loss: run.bestLoss, figures: run.bestFigures }),
    headlineText(run.config.architecture.task, { loss: run.testLoss, figures: run.testFigures }),
    duration(run.elapsed),
  ]);
  return table([heading, ...rows], new Set([5, 8]));
}

/** "name  value" lines of one run. */
export function runLines(run: Run): string {
  return run.imported?.curves ? curveLines(run) : trainedLines(run);
}

/** Of curves from elsewhere, which have neither a model nor settings. */
function curveLines(run: Run): string {
  const { task } = run.config.architecture;
  const best = run.bestStep === null ? '' : ` at step ${count(run.bestStep)}`;
  return table([
    ['run', run.id],
    ['name', printable(run.name)],
    ['curves', `from ${printable(run.imported?.file ?? '')} (${run.imported?.curves?.format ?? ''}), without a model`],
    ['step', count(run.step)],
    [lossName(task), `train ${lossValue(task, run.trainLoss)}, validation ${lossValue(task, run.validLoss)}`],
    ['best', run.bestLoss === null ? dash : lossText(task, run.bestLoss) + best],
    ...(run.tags.length > 0 ? [['tags', printable(run.tags.join(', '))]] : []),
    ...(run.notes === '' ? [] : [['notes', printable(run.notes)]]),
  ]);
}

function trainedLines(run: Run): string {
  const { architecture, training: t } = run.config;
  const { task } = architecture;
  const best = run.bestStep === null ? '' : ` at step ${count(run.bestStep)}`;
  const figures = (found: Run['bestFigures']) => (figuresText(found) === '' ? '' : `, ${figuresText(found)}`);
  const rows = [
    ['run', run.id],
    ['name', printable(run.name)],
    ['status', run.status + (run.message === null ? '' : `: ${printable(run.message)}`)],
    ['task', task],
    ['corpus', printable(run.corpusName)],
    ...(run.config.data.kind === 'text' ? [] : [['data', printable(describeData(run.config.data))]]),
    ['network', describeNetwork(architecture)],
    ['parameters', count(run.parameters)],
    ...(architecture.input === 'numbers' ? [] : [['tokens', tokensOf(run)]]),
    ['training', describeTraining(run.config)],
    ['seed', String(t.seed)],
    ['device', run.device === null ? dash : `${run.device} (${run.deviceDetail ?? ''})`],
    [
      'step',
      `${count(run.step)} (epoch ${run.epoch.toFixed(2)}) in ${duration(run.elapsed)}, ${rate(run.tokensPerSecond)}`,
    ],
    [
      lossName(task),
      `train ${lossValue(task, run.trainLoss)}, validation ${lossValue(task, run.validLoss)}, test ${lossValue(task, run.testLoss)}`,
    ],
    ['best', run.bestLoss === null ? dash : lossText(task, run.bestLoss) + figures(run.bestFigures) + best],
    ...(run.testLoss === null ? [] : [['test', lossText(task, run.testLoss) + figures(run.testFigures)]]),
    ['checkpoint', run.checkpointStep === null ? 'none' : `step ${count(run.checkpointStep)}`],
    ...(run.tags.length > 0 ? [['tags', printable(run.tags.join(', '))]] : []),
    ...(run.notes === '' ? [] : [['notes', printable(run.notes)]]),
  ];
  return table(rows);
}

function tokensOf({ config: { tokenizer }, vocabularySize }: Run): string {
  return `${tokenizer.kind}, vocabulary ${count(vocabularySize)}`;
}

function describeNetwork(a: Architecture): string {
  const units = `${a.layers} × ${a.hidden}`;
  const parts =
    a.task === 'standard'
      ? [`${a.activation} ${units}`, `predicts a ${a.predicts}`]
      : [
          `${a.bidirectional ? 'bidirectional ' : ''}${a.cell} ${units}`,
          ...(a.input === 'numbers' ? [] : [`embedding ${a.embedding || 'one-hot'}`]),
          ...(shapeOf(a) === 'many-to-one' ? [`pooling ${a.pooling}`] : []),
          ...(a.task === 'translation' ? [`decoder ${decoderUnits(a)}`, `attention ${a.attention}`] : []),
          ...(a.task === 'forecasting' ? [`${a.horizon} ${a.horizon === 1 ? 'step' : 'steps'} ahead`] : []),
        ];
  return [
    ...parts,
    `${a.dropoutKind === 'variational' ? 'variational ' : ''}dropout ${a.dropout}`,
    ...(a.layerNorm ? ['layer normalisation'] : []),
    ...(a.residual ? ['residual'] : []),
    ...(a.tie ? ['tied'] : []),
  ].join(', ');
}

function describeTraining({ training: t, architecture }: Run['config']): string {
  return [
    `${t.optimizer.kind} ${t.learningRate}`,
    `batch ${t.batch}`,
    ...(architecture.task === 'language-model' ? [`${t.steps} steps back`] : []),
    t.schedule.kind,
    `clip ${t.clip ?? 'none'}`,
    ...(t.classWeights === 'none' ? [] : [`${t.classWeights} classes`]),
    ...(t.scheduledSampling ? [`scheduled sampling ${t.scheduledSampling.rate}`] : []),
  ].join(', ');
}

/**
 * The settings in which runs differ, by their path in the configuration ("training.learningRate"), one value for each run in the order
 * given; null where a run has no such setting, or none is chosen.
 */
export function differences(runs: readonly Run[]): Map<string, readonly unknown[]> {
  // That curves from elsewhere have no settings is no difference.
  const without = runs.map((run) => run.imported?.curves != null);
  const settings = align(runs.map((run, i) => leavesOf(without[i] ? {} : run.config)));
  const different = settings.filter(({ values }) => new Set(values.filter((_, i) => !without[i])).size > 1);
  return new Map(different.map(({ name, values }) => [name, values]));
}

function shortened(text: string, most: number): string {
  const characters = Array.from(printable(text));
  return characters.length <= most ? characters.join('') : characters.slice(0, most - 1).join('') + '…';
}
