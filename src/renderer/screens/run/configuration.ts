/** A run's configuration in rows for reading. */
import type { Run } from '../../../api/types.ts';
import type { OptimizerConfig, ScheduleConfig, TrainingConfig } from '../../../engine/training/config.ts';
import { cellName, tokenizerName } from '../../lib/describe.ts';
import { bytes, duration, exactMoment, integer, percent, plural, setting } from '../../lib/format.ts';
import { m } from '../../lib/messages.ts';

export interface ConfigurationGroup {
  readonly title: string;
  readonly rows: readonly (readonly [label: string, value: string])[];
}

const text = m.run.config;

/** @param corpusName names a corpus by its id */
export function configurationOf(run: Run, corpusName: (id: string) => string): ConfigurationGroup[] {
  const { architecture: a, training: t, split, tokenizer } = run.config;
  const given = (rows: [string, string | null][]) => rows.filter((row): row is [string, string] => row[1] !== null);
  return [
    {
      title: text.network,
      rows: given([
        [text.cell, cellName(a)],
        [text.layers, integer(a.layers)],
        [text.hidden, integer(a.hidden)],
        [text.embedding, a.embedding === 0 ? text.oneHot : integer(a.embedding)],
        [text.dropout, setting(a.dropout)],
        [text.tie, a.tie ? text.yes : text.no],
        [text.parameters, run.parameters === null ? null : integer(run.parameters)],
        [text.memory, run.memoryBytes === null ? null : bytes(run.memoryBytes)],
      ]),
    },
    {
      title: text.data,
      rows: given([
        [text.corpus, run.corpusName],
        [text.tokenizer, tokenizerName(tokenizer)],
        [text.vocabulary, run.vocabularySize === null ? null : integer(run.vocabularySize)],
        [text.unknown, run.unknownRate === null ? null : percent(run.unknownRate)],
        [text.split, `${percent(split.valid)} / ${percent(split.test)}`],
        [text.validCorpus, run.config.validCorpus && corpusName(run.config.validCorpus)],
        [text.testCorpus, run.config.testCorpus && corpusName(run.config.testCorpus)],
      ]),
    },
    {
      title: text.training,
      rows: given([
        [text.batch, integer(t.batch)],
        [text.steps, integer(t.steps)],
        [text.partition, text.partitions[t.partition]],
        [text.optimizer, optimizerName(t.optimizer)],
        [text.learningRate, setting(t.learningRate)],
        [text.schedule, scheduleName(t.schedule)],
        [text.clip, t.clip === null ? text.noClip : setting(t.clip)],
        [text.ends, endOf(t)],
        [text.early, t.earlyStopping === null ? null : text.evaluations(t.earlyStopping)],
        [text.evalEvery, t.evalEvery === null ? text.tenTimes : text.everySteps(t.evalEvery)],
        [text.seed, String(t.seed)],
      ]),
    },
    {
      title: text.made,
      rows: given([
        [text.device, [run.device ?? run.config.device, run.deviceDetail].filter(Boolean).join(' · ')],
        [text.version, run.appVersion],
        [text.created, exactMoment(run.createdAt)],
      ]),
    },
  ];
}

const optimizerNames: Record<OptimizerConfig['kind'], string> = {
  sgd: 'SGD',
  momentum: 'SGD with momentum',
  adam: 'Adam',
  adamw: 'AdamW',
  rmsprop: 'RMSprop',
  adagrad: 'Adagrad',
};

export function optimizerName(optimizer: OptimizerConfig): string {
  const name = optimizerNames[optimizer.kind];
  if (optimizer.kind === 'momentum') return `${name} ${setting(optimizer.momentum)}`;
  if (optimizer.kind === 'adamw') return `${name}, weight decay ${setting(optimizer.weightDecay)}`;
  return name;
}

export function scheduleName(schedule: ScheduleConfig): string {
  switch (schedule.kind) {
    case 'constant':
      return 'constant';
    case 'step':
      return `× ${setting(schedule.factor)} every ${plural(schedule.everyEpochs, 'epoch')} after ${setting(schedule.afterEpochs)}`;
    case 'cosine':
      return `cosine to ${percent(schedule.floor)}, ${plural(schedule.warmupSteps, 'step')} of warm-up`;
    case 'plateau':
      return `× ${setting(schedule.factor)} after ${plural(schedule.patience, 'evaluation')} without improvement`;
  }
}

/** "10 epochs or 5 min, whichever is first". */
function endOf(training: TrainingConfig): string {
  const ends = [];
  if (training.maxEpochs !== null)
    ends.push(training.maxEpochs === 1 ? '1 epoch' : `${setting(training.maxEpochs)} epochs`);
  if (training.maxSteps !== null) ends.push(plural(training.maxSteps, 'step'));
  if (training.maxMinutes !== null) ends.push(duration(training.maxMinutes * 60));
  return ends.join(' or ') + (ends.length > 1 ? ', whichever is first' : '');
}
