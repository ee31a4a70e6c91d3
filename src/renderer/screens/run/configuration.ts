/** A run's configuration in rows for reading: what means something for its task, under the names of the New run screen. */
import type { Imported } from '../../../api/share.ts';
import type { Run } from '../../../api/types.ts';
import type { OptimizerConfig, RunConfig, ScheduleConfig, TrainingConfig } from '../../../engine/training/config.ts';
import { attentionUnits, decoderUnits } from '../../../engine/model/spec.ts';
import { cellName, tokenizerName } from '../../lib/describe.ts';
import { bytes, duration, exactMoment, integer, percent, plural, setting } from '../../lib/format.ts';
import { m } from '../../lib/messages.ts';
import { applies } from '../new-run/applies.ts';
import { choiceOf } from '../new-run/task-choices.ts';
import { dataRows, type SettingRow } from './data-rows.ts';

export interface ConfigurationGroup {
  readonly title: string;
  readonly rows: readonly (readonly [label: string, value: string])[];
}

const text = m.run.config;
const names = m.newRun;

/** @param corpusName names a corpus by its id */
export function configurationOf(run: Run, corpusName: (id: string) => string): ConfigurationGroup[] {
  const { config } = run;
  const group = (title: string, rows: readonly SettingRow[]): ConfigurationGroup => ({
    title,
    rows: rows.filter((row): row is [string, string] => row[1] !== null),
  });
  // Curves from elsewhere come without settings.
  if (run.imported?.curves) return [group(m.importCurves.configuration.title, originRows(run.imported))];
  return [
    group(text.network, [
      ...networkRows(config, corpusName),
      [text.parameters, run.parameters === null ? null : integer(run.parameters)],
      [text.memory, run.memoryBytes === null ? null : bytes(run.memoryBytes)],
    ]),
    group(text.data, corpusRows(run, corpusName)),
    group(text.training, trainingRows(config)),
    group(text.made, [
      [text.device, [run.device ?? config.device, run.deviceDetail].filter(Boolean).join(' · ')],
      [text.precision, config.precision === 'mixed' ? names.precisions.mixed : null],
      [text.before, devicesBefore(run)],
      [text.version, run.appVersion],
      [text.created, exactMoment(run.createdAt)],
    ]),
  ];
}

function originRows({ file, curves, at }: Imported): SettingRow[] {
  const words = m.importCurves.configuration;
  return [
    [words.file, file],
    [words.format, curves && m.importCurves.formats[curves.format]],
    [words.at, exactMoment(at)],
  ];
}

/** The devices it was trained on before the present one, and up to which step; null where there was none. */
function devicesBefore({ deviceHistory }: Run): string | null {
  const before = deviceHistory
    .slice(0, -1)
    .map(({ device, detail }, i) => text.upTo(`${device} · ${detail}`, integer(deviceHistory[i + 1]!.step)));
  return before.length === 0 ? null : before.join('; ');
}

function networkRows({ architecture: a, vectorsCorpus }: RunConfig, corpusName: (id: string) => string): SettingRow[] {
  const has = applies(a);
  const yes = (does: boolean) => (does ? text.yes : text.no);
  /** It predicts the next token of its own input, which it can do in one direction only. */
  const isWriter = a.task === 'language-model' || a.task === 'conditional-generation';
  /** Where it means something. */
  const where = (does: boolean, value: string) => (does ? value : null);
  return [
    [text.task, names.tasks[choiceOf(a).id].name],
    [text.cell, where(has.recurrent, cellName(a))],
    [text.activation, where(!has.recurrent, names.activations[a.activation])],
    [has.recurrent ? text.layers : text.hiddenLayers, integer(a.layers)],
    [has.decoder ? text.encoderHidden : text.hidden, integer(a.hidden)],
    [text.decoderHidden, where(has.decoder, integer(decoderUnits(a)))],
    [text.bidirectional, where(has.recurrent && !isWriter, yes(a.bidirectional))],
    [text.attention, where(has.decoder, names.attentions[a.attention])],
    [text.score, where(has.score, names.scores[a.score])],
    [text.attentionSize, where(has.attention, integer(attentionUnits(a)))],
    [text.pooling, where(has.pooling && has.recurrent, names.poolings[a.pooling])],
    [text.horizon, where(has.forecast, integer(a.horizon))],
    [text.embedding, where(a.input === 'tokens', a.embedding === 0 ? text.oneHot : integer(a.embedding))],
    [text.vectors, vectorsCorpus && corpusName(vectorsCorpus)],
    [text.labelEmbedding, where(has.label, integer(a.labelEmbedding ?? a.hidden))],
    [text.dropout, setting(a.dropout)],
    [text.dropoutKind, where(has.recurrent && a.dropout > 0, names.dropoutKinds[a.dropoutKind])],
    [text.layerNorm, where(has.recurrent, yes(a.layerNorm))],
    [text.residual, where(has.recurrent, yes(a.residual))],
    [text.tie, where(has.tie, yes(a.tie))],
  ];
}

function corpusRows(run: Run, corpusName: (id: string) => string): SettingRow[] {
  const { architecture, data, split, testCorpus, tokenizer, validCorpus } = run.config;
  const reads = architecture.input === 'tokens';
  return [
    [text.corpus, run.corpusName],
    ...dataRows(data, corpusName),
    [text.tokenizer, reads ? tokenizerName(tokenizer) : null],
    [text.vocabulary, reads && run.vocabularySize !== null ? integer(run.vocabularySize) : null],
    [text.unknown, reads && run.unknownRate !== null ? percent(run.unknownRate) : null],
    [text.split, `${percent(split.valid)} / ${percent(split.test)}`],
    [text.validCorpus, validCorpus && corpusName(validCorpus)],
    [text.testCorpus, testCorpus && corpusName(testCorpus)],
  ];
}

function trainingRows({ architecture, training: t }: RunConfig): SettingRow[] {
  const has = applies(architecture);
  const own = t.scheduledSampling;
  return [
    [has.examples ? text.examples : text.batch, integer(t.batch)],
    [text.steps, has.examples ? null : integer(t.steps)],
    [text.partition, has.examples ? null : text.partitions[t.partition]],
    [text.classWeights, has.classWeights ? names.classWeightings[t.classWeights] : null],
    [text.scheduledSampling, has.decoder ? (own ? text.ownTokens(percent(own.rate), own.overSteps) : text.no) : null],
    [text.optimizer, optimizerName(t.optimizer)],
    [text.learningRate, setting(t.learningRate)],
    [text.schedule, scheduleName(t.schedule)],
    [text.clip, t.clip === null ? text.noClip : setting(t.clip)],
    [text.ends, endOf(t)],
    [text.early, t.earlyStopping === null ? null : text.evaluations(t.earlyStopping)],
    [text.evalEvery, t.evalEvery === null ? evaluatedUsually(has.examples) : text.everySteps(t.evalEvery)],
    [text.seed, String(t.seed)],
  ];
}

function evaluatedUsually(examples: boolean): string {
  return examples ? text.onceAnEpoch : text.tenTimes;
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
