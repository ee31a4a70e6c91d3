/** What the flags of `train` mean as a run's configuration. What a flag leaves out is as usual for its task. */
import type { z } from 'zod';
import { outputInputUnits, type Architecture } from '../../../engine/model/spec.ts';
import { type RunConfig, runConfigSchema } from '../../../engine/training/config.ts';
import { usualLearningRate, usualVocabulary } from '../../../engine/training/presets.ts';
import { usualConfig } from '../../../engine/training/task-presets.ts';
import { dataOf, predictsOf, textsOf, type Look, type TargetCorpora } from './data-options.ts';
import { UsageError } from './errors.ts';
import { explainIssue, flagName } from './explain.ts';
import { withSettings } from './settings.ts';
import { type FlagName, type TrainFlags, usesOf } from './train-flags.ts';

/** Ids of the imported files. */
export interface RunCorpora {
  readonly main: string;
  readonly valid: string | null;
  readonly test: string | null;
  readonly targets: TargetCorpora;
  readonly vectors: string | null;
}

/** What was found out about the files. */
export interface Findings {
  /** null: not looked at yet. */
  readonly look: Look | null;
  /** Numbers of a word vector; null where there are none, or it is not known yet. */
  readonly vectorWidth: number | null;
}

/**
 * The configuration of a run.
 * @throws UsageError that names each flag that cannot be, its value and what would do
 */
export function runConfigOf(flags: TrainFlags, corpora: RunCorpora, { look, vectorWidth }: Findings): RunConfig {
  const combinations = [...wrongCombinations(flags)];
  if (combinations.length > 0) throw new UsageError(combinations.join('\n'));
  const usual = usualConfig(flags.task, textsOf(look));
  const said = {
    corpus: corpora.main,
    data: dataOf(flags, look, corpora.targets),
    validCorpus: corpora.valid,
    testCorpus: corpora.test,
    vectorsCorpus: corpora.vectors,
    split: splitOf(flags, usual.split),
    tokenizer: tokenizerOf(flags, usual.tokenizer),
    architecture: architectureOf(flags, usual.architecture, predictsOf(flags, look), vectorWidth),
    training: trainingOf(flags, usual),
    device: flags.device ?? 'auto',
    threads: flags.threads ?? null,
    precision: flags.precision ?? 'float32',
  };
  const result = runConfigSchema.safeParse(withSettings(said, flags.set ?? []));
  const issues = result.error?.issues.map((issue) => explain(issue, flags)) ?? [];
  const named = new Set(issues.map(({ flag }) => flag));
  const problems = [...new Set(issues.map(({ sentence }) => sentence)), ...uselessFlags(flags, named)];
  if (!result.success || problems.length > 0) throw new UsageError(problems.join('\n'));
  return result.data;
}

/** The usual share of a part, unless it is said, or has a file or a fold of its own. */
function splitOf({ valid, test, validFile, testFile, folds }: TrainFlags, usual: RunConfig['split']) {
  return {
    valid: valid ?? (validFile === undefined ? usual.valid : 0),
    test: test ?? (testFile === undefined && folds === undefined ? usual.test : 0),
  };
}

function tokenizerOf(flags: TrainFlags, usual: RunConfig['tokenizer']) {
  const kind = flags.tokenizer ?? usual.kind;
  const base = kind === usual.kind ? usual : { kind, maxVocabulary: usualVocabulary(kind) };
  return {
    ...base,
    ...(flags.vocabulary !== undefined && { maxVocabulary: flags.vocabulary }),
    ...(flags.minFrequency !== undefined && { minFrequency: flags.minFrequency }),
    ...(flags.lowercase !== undefined && { lowercase: flags.lowercase }),
  };
}

function architectureOf(
  flags: TrainFlags,
  usual: Architecture,
  predicts: Architecture['predicts'],
  vectorWidth: number | null,
): Architecture {
  const { cell, activation, reset, layers, hidden, bidirectional, pooling, dropout, dropoutKind } = flags;
  const { layerNorm, residual, tie, labelEmbedding, attention, score, attentionSize, decoderHidden } = flags;
  const { task, horizon, forecastAt, tagSeparator } = flags;
  const given = {
    ...{ cell, activation, reset, layers, hidden, bidirectional, pooling, dropout, dropoutKind },
    ...{ layerNorm, residual, tie, labelEmbedding, attention, score, attentionSize, decoderHidden },
    ...{ task, horizon, forecastAt },
    ...(task === 'standard' && { predicts }),
    ...(task === 'tagging' && tagSeparator !== undefined && { multilabel: true }),
  };
  const architecture = { ...usual, ...defined(given) };
  return { ...architecture, embedding: flags.embedding ?? vectorWidth ?? embeddingOf(flags, architecture) };
}

function embeddingOf(flags: TrainFlags, architecture: Architecture): number {
  if (architecture.tie) return outputInputUnits(architecture);
  // Characters of running text are one-hot vectors; its words would be too wide for that.
  const wide = architecture.task === 'language-model' && flags.tokenizer !== undefined && flags.tokenizer !== 'char';
  return wide ? architecture.hidden : architecture.embedding;
}

/** Without the fields that are undefined. */
function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** Steps over which scheduled sampling grows, unless it is said. */
const usualSamplingSteps = 1000;

function trainingOf(flags: TrainFlags, { training: usual, split }: Pick<RunConfig, 'training' | 'split'>) {
  const hasValidation = splitOf(flags, split).valid > 0 || flags.validFile !== undefined;
  const optimizer = flags.optimizer ?? usual.optimizer.kind;
  const limited = [flags.epochs, flags.maxSteps, flags.maxMinutes].some((limit) => limit !== undefined);
  const orNull = (value: number | undefined, otherwise: number | null) =>
    value === undefined ? otherwise : value === 0 ? null : value;
  return {
    ...usual,
    ...defined({ batch: flags.batch, steps: flags.steps, partition: flags.partition, seed: flags.seed }),
    ...defined({ classWeights: flags.classWeights, evalEvery: flags.evalEvery }),
    optimizer: {
      ...(optimizer === usual.optimizer.kind ? usual.optimizer : { kind: optimizer }),
      ...defined({ momentum: flags.momentum, weightDecay: flags.weightDecay }),
    },
    learningRate: flags.lr ?? (optimizer === usual.optimizer.kind ? usual.learningRate : usualLearningRate(optimizer)),
    schedule: flags.schedule ? { kind: flags.schedule, ...defined({ warmupSteps: flags.warmup }) } : usual.schedule,
    clip: orNull(flags.clip, usual.clip),
    maxEpochs: flags.epochs ?? (limited ? null : usual.maxEpochs),
    maxSteps: flags.maxSteps ?? null,
    maxMinutes: flags.maxMinutes ?? null,
    earlyStopping: orNull(flags.earlyStopping, hasValidation ? usual.earlyStopping : null),
    ...(flags.scheduledSampling !== undefined && {
      scheduledSampling: {
        rate: flags.scheduledSampling,
        overSteps: flags.scheduledSamplingSteps ?? usualSamplingSteps,
      },
    }),
  };
}

function* wrongCombinations(flags: TrainFlags): Generator<string> {
  const belongs = (flag: FlagName, fits: boolean, needed: string) =>
    flags[flag] === undefined || fits ? [] : [`${flagName(flag)} belongs to ${needed}: add that, or leave it out.`];
  const { optimizer, schedule, cell, task } = flags;
  yield* belongs('momentum', optimizer === 'momentum', '--optimizer momentum');
  yield* belongs('weightDecay', optimizer === 'adamw', '--optimizer adamw');
  yield* belongs('warmup', schedule === 'cosine', '--schedule cosine');
  yield* belongs('activation', cell === 'rnn' || task === 'standard', '--cell rnn');
  yield* belongs('reset', cell === 'gru', '--cell gru');
  yield* belongs('scheduledSamplingSteps', flags.scheduledSampling !== undefined, '--scheduled-sampling');
  yield* belongs('validTargetFile', flags.validFile !== undefined, '--valid-file');
  yield* belongs('testTargetFile', flags.testFile !== undefined, '--test-file');
  yield* belongs('fold', flags.folds !== undefined, '--folds');
  if (flags.folds !== undefined && flags.fold === undefined) {
    yield `--folds ${flags.folds}: say with --fold which of them is the test part.`;
  }
  for (const flag of ['test', 'testFile'] as const) {
    if (flags.folds !== undefined && flags[flag]) {
      yield `--folds makes one fold the test part, so there is none for ${flagName(flag)} to make: give one of them.`;
    }
  }
  if (flags.validFile !== undefined && flags.valid) {
    yield '--valid takes a part of the file and --valid-file another file: give one of them.';
  }
  if (flags.testFile !== undefined && flags.test) {
    yield '--test takes a part of the file and --test-file another file: give one of them.';
  }
  if (flags.targetFile === undefined) {
    for (const flag of ['validTargetFile', 'testTargetFile'] as const) yield* belongs(flag, false, '--target-file');
    return;
  }
  for (const flag of ['format', 'delimiter', 'header', 'quoting', 'sourceColumn', 'targetColumn'] as const) {
    if (flags[flag] !== undefined) {
      yield `${written(flag, flags[flag])}: with --target-file a line is a text, without columns. Leave it out.`;
    }
  }
  for (const [file, target] of [
    ['validFile', 'validTargetFile'],
    ['testFile', 'testTargetFile'],
  ] as const) {
    if (flags[file] !== undefined && flags[target] === undefined) {
      yield `${flagName(file)} has the sources only, as FILE: give its targets with ${flagName(target)}.`;
    }
  }
}

/** @param named flags that something has been said of */
function* uselessFlags(flags: TrainFlags, named: ReadonlySet<FlagName | null>): Generator<string> {
  for (const [flag, { text, tasks }] of usesOf) {
    const value = flags[flag];
    if (value === undefined || tasks.includes(flags.task) || named.has(flag)) continue;
    const what = text.replace(/ \(default.*\)$/, '');
    yield `${written(flag, value)} is for ${listed(tasks)}: ${what}. The task ${flags.task} has no use for it.`;
  }
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** A flag as it is written, without its value where that says nothing more. */
function written(flag: FlagName, value: unknown): string {
  if (value === false) return `--no-${flagName(flag).slice(2)}`;
  return flagName(flag);
}

/** Path in the configuration → the flag that sets it, where that is not its last name. */
const flagOf: Readonly<Record<string, FlagName>> = {
  'tokenizer.maxVocabulary': 'vocabulary',
  'training.optimizer.momentum': 'momentum',
  'training.optimizer.weightDecay': 'weightDecay',
  'training.schedule.warmupSteps': 'warmup',
  'training.learningRate': 'lr',
  'training.maxEpochs': 'epochs',
  'training.scheduledSampling': 'scheduledSampling',
  'training.scheduledSampling.rate': 'scheduledSampling',
  'training.scheduledSampling.overSteps': 'scheduledSamplingSteps',
  'architecture.multilabel': 'tagSeparator',
  'data.inputs': 'columns',
  'data.targets': 'targetColumns',
  'data.targetIs': 'predicts',
  'data.folds': 'folds',
  'data.folds.count': 'folds',
  'data.folds.index': 'fold',
  'data.label.separator': 'labelSeparator',
  'data.label.positive': 'positive',
};

function explain(issue: z.core.$ZodIssue, flags: TrainFlags): { flag: FlagName | null; sentence: string } {
  const flag = flagOf[issue.path.join('.')] ?? (issue.path.at(-1) as FlagName | undefined) ?? null;
  const value = flag === null ? undefined : flags[flag];
  if (flag === null || value === undefined) return { flag: null, sentence: issue.message };
  const given = typeof value === 'boolean' ? written(flag, value) : `${flagName(flag)} ${String(value)}`;
  return { flag, sentence: issue.code === 'custom' ? `${given}: ${issue.message}` : explainIssue(issue, given) };
}
