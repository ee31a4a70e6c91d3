/** Runs as the commands show them: as JSON objects with the field names of `train --json`, and as tables. */
import type { Run } from '../../../api/types.ts';
import { bestOf } from './follow-run.ts';
import { count, duration, perplexity, rate } from './format.ts';
import { printable, table } from './terminal.ts';

/** A run without its configuration and curves. */
export function runSummary(run: Run) {
  return {
    run: run.id,
    name: run.name,
    status: run.status,
    message: run.message,
    corpus: run.corpusName,
    cell: run.config.architecture.cell,
    layers: run.config.architecture.layers,
    hidden: run.config.architecture.hidden,
    parameters: run.parameters,
    vocabulary: run.vocabularySize,
    device: run.device,
    step: run.step,
    epoch: run.epoch,
    train_perplexity: exponential(run.trainLoss),
    valid_perplexity: exponential(run.validLoss),
    test_perplexity: exponential(run.testLoss),
    best: bestOf(run),
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
  const heading = ['RUN', 'NAME', 'STATUS', 'CORPUS', 'STEP', 'BEST PPL', 'TIME'];
  const rows = runs.map((run) => [
    shortId(run),
    shortened(run.name, 40),
    run.status,
    shortened(run.corpusName, 24),
    count(run.step),
    perplexity(run.bestLoss),
    duration(run.elapsed),
  ]);
  return table([heading, ...rows], new Set([4, 5, 6]));
}

/** "name  value" lines of one run. */
export function runLines(run: Run): string {
  const { architecture: a, training: t, tokenizer } = run.config;
  const best = run.bestStep === null ? '' : ` at step ${count(run.bestStep)}`;
  const rows = [
    ['run', run.id],
    ['name', printable(run.name)],
    ['status', run.status + (run.message === null ? '' : `: ${printable(run.message)}`)],
    ['corpus', printable(run.corpusName)],
    [
      'network',
      `${a.cell} ${a.layers} × ${a.hidden}, embedding ${a.embedding || 'one-hot'}, dropout ${a.dropout}${a.tie ? ', tied' : ''}`,
    ],
    ['parameters', count(run.parameters)],
    ['tokens', `${tokenizer.kind}, vocabulary ${count(run.vocabularySize)}`],
    [
      'training',
      `${t.optimizer.kind} ${t.learningRate}, batch ${t.batch}, ${t.steps} steps back, ${t.schedule.kind}, clip ${t.clip ?? 'none'}`,
    ],
    ['seed', String(t.seed)],
    ['device', run.device === null ? '–' : `${run.device} (${run.deviceDetail ?? ''})`],
    [
      'step',
      `${count(run.step)} (epoch ${run.epoch.toFixed(2)}) in ${duration(run.elapsed)}, ${rate(run.tokensPerSecond)}`,
    ],
    [
      'perplexity',
      `train ${perplexity(run.trainLoss)}, validation ${perplexity(run.validLoss)}, test ${perplexity(run.testLoss)}`,
    ],
    ['best', perplexity(run.bestLoss) + best],
    ['checkpoint', run.checkpointStep === null ? 'none' : `step ${count(run.checkpointStep)}`],
    ...(run.tags.length > 0 ? [['tags', printable(run.tags.join(', '))]] : []),
    ...(run.notes === '' ? [] : [['notes', printable(run.notes)]]),
  ];
  return table(rows);
}

/**
 * The settings in which runs differ, by their path in the configuration ("training.learningRate"), one value for each run in the order
 * given; undefined where a run's configuration has no such setting.
 */
export function differences(runs: readonly Run[]): Map<string, unknown[]> {
  const flat = runs.map((run) => new Map(leaves(run.config)));
  const paths = new Set(flat.flatMap((settings) => [...settings.keys()]));
  const different = new Map<string, unknown[]>();
  for (const path of paths) {
    const values = flat.map((settings) => settings.get(path));
    if (values.some((value) => value !== values[0])) different.set(path, values);
  }
  return different;
}

function* leaves(value: object, prefix = ''): Generator<[string, unknown]> {
  for (const [name, part] of Object.entries(value)) {
    if (typeof part === 'object' && part !== null) yield* leaves(part, `${prefix}${name}.`);
    else yield [prefix + name, part];
  }
}

function exponential(loss: number | null): number | null {
  return loss === null ? null : Math.exp(loss);
}

function shortened(text: string, most: number): string {
  const characters = Array.from(printable(text));
  return characters.length <= most ? characters.join('') : characters.slice(0, most - 1).join('') + '…';
}
