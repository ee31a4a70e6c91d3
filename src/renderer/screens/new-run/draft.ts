/**
 * What stands in the fields of New run: numbers as they are typed, so that a half-typed one is not lost, and choices. Becomes a
 * configuration through the engine's own schemas; what they refuse is said at the field it is about.
 */
import type { z } from 'zod';
import { hasMixedPrecision } from '../../../engine/kernels/precision.ts';
import { runConfigSchema, type RunConfig } from '../../../engine/training/config.ts';
import { setting } from '../../lib/format.ts';
import { newRun as text } from '../../lib/messages/new-run.ts';
import { issueSentence, parseNumber } from '../../lib/number-field.ts';
import { applies } from './applies.ts';
import { dataDraftOf, rawData, singleCharacters, targetCorpora, type DataDraft } from './data-draft.ts';

export interface Draft extends DataDraft {
  task: RunConfig['architecture']['task'];
  multilabel: boolean;
  predicts: RunConfig['architecture']['predicts'];
  forecastAt: RunConfig['architecture']['forecastAt'];
  corpus: string;
  /** Texts of their own; empty for a part of `corpus`. */
  validCorpus: string;
  testCorpus: string;
  valid: string; // percent
  test: string; // percent
  tokenizer: RunConfig['tokenizer']['kind'];
  unit: RunConfig['tokenizer']['unit'];
  lowercase: boolean;
  minFrequency: string;
  maxVocabulary: string;
  cell: RunConfig['architecture']['cell'];
  activation: RunConfig['architecture']['activation'];
  reset: RunConfig['architecture']['reset'];
  layers: string;
  hidden: string;
  embedding: string;
  dropout: string;
  tie: boolean;
  bidirectional: boolean;
  dropoutKind: RunConfig['architecture']['dropoutKind'];
  layerNorm: boolean;
  residual: boolean;
  pooling: RunConfig['architecture']['pooling'];
  horizon: string;
  attention: RunConfig['architecture']['attention'];
  score: RunConfig['architecture']['score'];
  attentionSize: string;
  decoderHidden: string;
  labelEmbedding: string;
  /** Empty for none. */
  vectorsCorpus: string;
  batch: string;
  steps: string;
  partition: RunConfig['training']['partition'];
  optimizer: RunConfig['training']['optimizer']['kind'];
  momentum: string;
  weightDecay: string;
  learningRate: string;
  schedule: RunConfig['training']['schedule']['kind'];
  factor: string;
  everyEpochs: string;
  afterEpochs: string;
  warmupSteps: string;
  floor: string;
  patience: string;
  clip: string;
  maxEpochs: string;
  maxSteps: string;
  maxMinutes: string;
  evalEvery: string;
  earlyStopping: string;
  checkpointEvery: string;
  classWeights: RunConfig['training']['classWeights'];
  scheduledSampling: boolean;
  rate: string;
  overSteps: string;
  seed: string;
  device: string;
  threads: string;
  precision: RunConfig['precision'];
}

export type FieldName = keyof Draft;
export type Problems = Partial<Record<FieldName, string>>;

/** Shown as a percentage, a fraction in the configuration. */
const percentFields: readonly FieldName[] = ['valid', 'test'];
/** May be left empty. */
const optionalFields: readonly FieldName[] = [
  ...(['maxVocabulary', 'clip', 'maxEpochs', 'maxSteps', 'maxMinutes'] as const),
  ...(['evalEvery', 'earlyStopping', 'checkpointEvery', 'threads', 'maxLength', 'foldCount'] as const),
  ...(['attentionSize', 'decoderHidden', 'labelEmbedding'] as const),
];

/** The fields of a configuration. Fields that it has no use for get what their schema would fill in. */
export function draftOf(config: RunConfig): Draft {
  const { architecture: a, training: t, tokenizer, split } = config;
  // All digits, so that a copied run is the same run.
  const number = (value: number | null | undefined) => (value == null ? '' : String(value));
  const percent = (fraction: number) => number(Number((fraction * 100).toPrecision(12)));
  const optimizer = { momentum: 0.9, weightDecay: 0.01, ...t.optimizer };
  const schedule = {
    factor: 0.5,
    everyEpochs: 1,
    afterEpochs: 1,
    warmupSteps: 100,
    floor: 0.1,
    patience: 1,
    ...t.schedule,
  };
  const sampling = t.scheduledSampling ?? { rate: 0.25, overSteps: 1000 };
  return {
    ...dataDraftOf(config.data),
    task: a.task,
    multilabel: a.multilabel,
    predicts: a.predicts,
    forecastAt: a.forecastAt,
    corpus: config.corpus,
    validCorpus: config.validCorpus ?? '',
    testCorpus: config.testCorpus ?? '',
    valid: percent(split.valid),
    test: percent(split.test),
    tokenizer: tokenizer.kind,
    unit: tokenizer.unit,
    lowercase: tokenizer.lowercase,
    minFrequency: number(tokenizer.minFrequency),
    maxVocabulary: number(tokenizer.maxVocabulary),
    cell: a.cell,
    activation: a.activation,
    reset: a.reset,
    layers: number(a.layers),
    hidden: number(a.hidden),
    embedding: number(a.embedding),
    dropout: number(a.dropout),
    tie: a.tie,
    bidirectional: a.bidirectional,
    dropoutKind: a.dropoutKind,
    layerNorm: a.layerNorm,
    residual: a.residual,
    pooling: a.pooling,
    horizon: number(a.horizon),
    attention: a.attention,
    score: a.score,
    attentionSize: number(a.attentionSize),
    decoderHidden: number(a.decoderHidden),
    labelEmbedding: number(a.labelEmbedding),
    vectorsCorpus: config.vectorsCorpus ?? '',
    batch: number(t.batch),
    steps: number(t.steps),
    partition: t.partition,
    optimizer: t.optimizer.kind,
    momentum: number(optimizer.momentum),
    weightDecay: number(optimizer.weightDecay),
    learningRate: number(t.learningRate),
    schedule: t.schedule.kind,
    factor: number(schedule.factor),
    everyEpochs: number(schedule.everyEpochs),
    afterEpochs: number(schedule.afterEpochs),
    warmupSteps: number(schedule.warmupSteps),
    floor: number(schedule.floor),
    patience: number(schedule.patience),
    clip: number(t.clip),
    maxEpochs: number(t.maxEpochs),
    maxSteps: number(t.maxSteps),
    maxMinutes: number(t.maxMinutes),
    evalEvery: number(t.evalEvery),
    earlyStopping: number(t.earlyStopping),
    checkpointEvery: number(t.checkpointEvery),
    classWeights: t.classWeights,
    scheduledSampling: t.scheduledSampling !== null,
    rate: number(sampling.rate),
    overSteps: number(sampling.overSteps),
    seed: number(t.seed),
    device: config.device,
    threads: number(config.threads),
    precision: config.precision,
  };
}

/** The configuration as the fields have it, not checked. Fields that are not shown (`applies`) hold what means nothing. */
export function rawConfig(d: Draft): Record<string, unknown> & { architecture: Record<string, unknown> } {
  const has = applies(d);
  const percent = (typed: string) => {
    const value = parseNumber(typed);
    // Through decimal digits, so that 7.5 % is 0.075.
    return value === null ? null : Number((value / 100).toPrecision(12));
  };
  const n = parseNumber;
  const optimizers = {
    momentum: { momentum: n(d.momentum) },
    adamw: { weightDecay: n(d.weightDecay) },
  } as Partial<Record<Draft['optimizer'], object>>;
  const schedules = {
    step: { factor: n(d.factor), everyEpochs: n(d.everyEpochs), afterEpochs: n(d.afterEpochs) },
    cosine: { warmupSteps: n(d.warmupSteps), floor: n(d.floor) },
    plateau: { factor: n(d.factor), patience: n(d.patience) },
  } as Partial<Record<Draft['schedule'], object>>;
  return {
    corpus: d.corpus,
    data: rawData(d, d),
    validCorpus: d.validCorpus || null,
    testCorpus: d.testCorpus || null,
    vectorsCorpus: has.vectors ? d.vectorsCorpus || null : null,
    split: {
      valid: d.validCorpus ? 0 : percent(d.valid),
      // A fold is the test part whatever stands there.
      test: d.testCorpus ? 0 : isFolded(d) ? percent(d.test) || 0 : percent(d.test),
    },
    tokenizer: {
      kind: d.tokenizer,
      unit: d.unit,
      lowercase: d.lowercase,
      minFrequency: d.tokenizer === 'bpe' ? 1 : n(d.minFrequency),
      maxVocabulary: d.tokenizer === 'char' ? undefined : (n(d.maxVocabulary) ?? undefined),
    },
    architecture: {
      task: d.task,
      multilabel: d.multilabel,
      predicts: d.predicts,
      forecastAt: d.forecastAt,
      input: has.tokens ? 'tokens' : 'numbers',
      cell: d.cell,
      activation: d.activation,
      reset: d.reset,
      layers: n(d.layers),
      hidden: n(d.hidden),
      embedding: has.tokens ? n(d.embedding) : 0,
      dropout: n(d.dropout),
      tie: has.tie && d.tie,
      bidirectional: has.recurrent && d.bidirectional,
      dropoutKind: has.recurrent ? d.dropoutKind : 'standard',
      layerNorm: has.recurrent && d.layerNorm,
      residual: has.recurrent && d.residual,
      pooling: has.pooling ? d.pooling : 'last',
      horizon: has.forecast ? n(d.horizon) : 1,
      attention: has.decoder ? d.attention : 'none',
      score: has.score ? d.score : 'general',
      attentionSize: has.attention ? n(d.attentionSize) : null,
      decoderHidden: has.decoder ? n(d.decoderHidden) : null,
      labelEmbedding: has.label ? n(d.labelEmbedding) : null,
    },
    training: {
      batch: n(d.batch),
      steps: n(d.steps),
      partition: d.partition,
      optimizer: { kind: d.optimizer, ...optimizers[d.optimizer] },
      learningRate: n(d.learningRate),
      schedule: { kind: d.schedule, ...schedules[d.schedule] },
      clip: n(d.clip),
      maxEpochs: n(d.maxEpochs),
      maxSteps: n(d.maxSteps),
      maxMinutes: n(d.maxMinutes),
      evalEvery: n(d.evalEvery),
      earlyStopping: n(d.earlyStopping),
      checkpointEvery: n(d.checkpointEvery),
      classWeights: has.classWeights ? d.classWeights : 'none',
      scheduledSampling: has.decoder && d.scheduledSampling ? { rate: n(d.rate), overSteps: n(d.overSteps) } : null,
      seed: n(d.seed),
    },
    device: d.device,
    threads: n(d.threads),
    precision: hasMixedPrecision(d.device) ? d.precision : 'float32',
  };
}

/** Cross-validation is chosen: one of the folds is the test part. */
export function isFolded(d: Draft): boolean {
  return applies(d).folds && d.foldCount.trim() !== '';
}

export type Checked =
  | { readonly config: RunConfig; readonly problems: Record<string, never> }
  | { readonly config: null; readonly problems: Problems };

/** The configuration, or what is wrong with which field. */
export function check(draft: Draft): Checked {
  const result = runConfigSchema.safeParse(rawConfig(draft));
  if (result.success) return { config: result.data, problems: {} };
  const problems: Problems = {};
  for (const issue of result.error.issues) {
    const field = fieldOf(issue.path.map(String), draft);
    problems[field] ??= sentence(issue, field, draft);
  }
  return { config: null, problems };
}

/** The field that a part of the configuration is typed into. */
function fieldOf(path: readonly string[], draft: Draft): FieldName {
  const name = path.at(-1)!;
  switch (path[0]) {
    case 'split':
      return (path[1] as 'valid' | 'test' | undefined) ?? 'valid';
    case 'data':
      return dataFieldOf(path.slice(1), draft);
    default:
      if (name === 'kind') return path.at(-2) as FieldName;
      return name in draft ? (name as FieldName) : 'corpus';
  }
}

function dataFieldOf([first = '', second = '']: readonly string[], draft: Draft): FieldName {
  if (first === 'folds') return second === 'count' ? 'foldCount' : 'foldIndex';
  if (first === 'label') return second === 'separator' ? 'labelSeparator' : second === 'positive' ? 'positive' : 'task';
  if (first === 'format' && draft.task === 'tagging') return 'taggedFormat';
  return first in draft ? (first as FieldName) : 'task';
}

const isOneOf = (fields: readonly FieldName[], field: FieldName) => fields.includes(field);

function sentence(issue: z.core.$ZodIssue, field: FieldName, draft: Draft): string {
  if (field === 'corpus') return text.problems.chooseCorpus;
  if (isOneOf(targetCorpora, field)) return text.problems.chooseTarget;
  if (field === 'inputs') return text.problems.chooseInputs;
  if (isOneOf(singleCharacters, field) && issue.code !== 'custom') return text.problems.oneCharacter;
  return issueSentence(issue, {
    typed: String(draft[field]),
    optional: optionalFields.includes(field),
    write: percentFields.includes(field) ? (limit) => `${setting(limit * 100)} %` : setting,
  });
}
