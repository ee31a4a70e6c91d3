/** The `unroll train` command of a run: what its flags can say, and `--set` for the rest. */
import type { Column, DataConfig } from '../../../engine/data/config.ts';
import type { ScriptFiles } from '../../../engine/export/pytorch/script/training-script.ts';
import type { Architecture, Task } from '../../../engine/model/spec.ts';
import type { RunConfig } from '../../../engine/training/config.ts';
import { usualConfig } from '../../../engine/training/task-presets.ts';

/**
 * The arguments of the command that makes a run with this configuration, of files that look as those that it was made of. A setting
 * stands there where it is not what the command would choose by itself, or where that depends on the files.
 */
export function trainArguments(config: RunConfig, files: ScriptFiles): string[] {
  const { task } = config.architecture;
  const argument = new Arguments();
  argument.flag('task', task, task !== 'language-model');
  ofFiles(argument, files);
  argument.set('start', config.start, config.start !== null);
  ofSplit(argument, config, files);
  ofData(argument, config.data, task);
  ofTokenizer(argument, config);
  ofArchitecture(argument, config.architecture);
  ofTraining(argument, config);
  argument.flag('device', config.device, config.device !== 'auto');
  argument.flag('threads', config.threads, config.threads !== null);
  argument.flag('precision', config.precision, config.precision !== 'float32');
  return ['train', ofFile(files.main), ...argument.list];
}

/** A name that begins like a flag is a file all the same. */
function ofFile(name: string): string {
  return name.startsWith('-') ? `./${name}` : name;
}

class Arguments {
  readonly list: string[] = [];

  flag(name: string, value: string | number | null, when = true): void {
    if (when && value !== null) this.list.push(`--${name}`, String(value));
  }

  /** `--name`, or `--no-name`. */
  switch(name: string, on: boolean, when = true): void {
    if (when) this.list.push(on ? `--${name}` : `--no-${name}`);
  }

  /** A setting that no flag says, by its path in the configuration; undefined leaves it out. */
  set(path: string, value: unknown, when = true): void {
    if (!when) return;
    const bare =
      typeof value === 'string' && /^[a-z][a-z-]*$/.test(value) && !['true', 'false', 'null'].includes(value);
    this.list.push('--set', `${path}=${value === undefined ? '' : bare ? value : JSON.stringify(value)}`);
  }
}

function ofFiles(argument: Arguments, files: ScriptFiles): void {
  const named = { 'valid-file': files.valid, 'test-file': files.test, 'target-file': files.target } as const;
  for (const [name, file] of Object.entries(named)) argument.flag(name, file && ofFile(file));
  argument.flag('valid-target-file', files.validTarget && ofFile(files.validTarget));
  argument.flag('test-target-file', files.testTarget && ofFile(files.testTarget));
  argument.flag('encoding', files.encoding);
  argument.flag('word-vectors', files.vectors && ofFile(files.vectors));
}

function ofSplit(argument: Arguments, { split, data }: RunConfig, { valid, test }: ScriptFiles): void {
  const folds = data.kind === 'text' ? null : data.folds;
  if (valid === null) argument.flag('valid', split.valid);
  else argument.set('split.valid', split.valid, split.valid !== 0);
  if (test === null && !folds) argument.flag('test', split.test);
  else argument.set('split.test', split.test, split.test !== 0);
  argument.flag('folds', folds?.count ?? null);
  argument.flag('fold', folds?.index ?? null);
}

function ofData(argument: Arguments, data: DataConfig, task: Task): void {
  switch (data.kind) {
    case 'text':
      return;
    case 'tagged':
      argument.flag('format', data.format);
      argument.flag('delimiter', data.separator);
      argument.flag('token-column', data.tokenColumn);
      argument.flag('tag-column', data.tagColumn);
      argument.flag('tag-separator', data.tagSeparator);
      break;
    case 'table':
      ofCells(argument, data);
      ofColumn(argument, 'text-column', 'data.textColumn', data.textColumn);
      ofColumn(argument, 'label-column', 'data.labelColumn', data.labelColumn);
      ofLabel(argument, data.label);
      break;
    case 'pairs':
      if (data.targetCorpus === null) {
        ofCells(argument, data);
        ofColumn(argument, 'source-column', 'data.sourceColumn', data.sourceColumn);
        ofColumn(argument, 'target-column', 'data.targetColumn', data.targetColumn);
      }
      break;
    case 'numeric':
      ofCells(argument, data);
      ofColumns(argument, 'columns', 'data.inputs', data.inputs);
      if (data.targets) ofColumns(argument, 'target-columns', 'data.targets', data.targets);
      else argument.set('data.targets', null, task === 'standard');
      if (task === 'forecasting') argument.flag('window', data.window);
      else argument.set('data.window', data.window, data.window !== 20);
      argument.flag('scaling', data.scaling);
      if (data.decimal === ',') argument.switch('decimal-comma', true);
      break;
  }
  if ('maxLength' in data) argument.flag('max-length', data.maxLength);
  argument.switch('skip-bad-rows', true, data.skipBadRows);
}

type Cells = Extract<DataConfig, { kind: 'table' | 'pairs' | 'numeric' }>;

function ofCells(argument: Arguments, { format, header, delimiter, quoting }: Cells): void {
  argument.flag('format', format);
  argument.switch('header', header);
  argument.flag('delimiter', delimiter === '\t' ? 'tab' : delimiter === ' ' ? 'space' : delimiter);
  argument.switch('quoting', quoting === true, quoting !== null);
}

/** A name that could be taken for a number, or several names, is set as it is. */
function sayable(column: Column): boolean {
  return typeof column === 'number' || (!/^\d+$/.test(column) && !column.includes(',') && column.trim() === column);
}

function ofColumn(argument: Arguments, flag: string, path: string, column: Column): void {
  if (sayable(column)) argument.flag(flag, column);
  else argument.set(path, column);
}

function ofColumns(argument: Arguments, flag: string, path: string, columns: readonly Column[]): void {
  if (columns.every(sayable)) argument.flag(flag, columns.join(','));
  else argument.set(path, columns);
}

function ofLabel(argument: Arguments, label: Extract<DataConfig, { kind: 'table' }>['label']): void {
  if (label.is === 'number') argument.flag('scaling', label.scaling);
  if (label.is === 'binary') argument.flag('positive', label.positive);
  if (label.is === 'labels') argument.flag('label-separator', label.separator);
}

/** Which tokens are usual depends on the texts, so all of it is said. */
function ofTokenizer(argument: Arguments, { tokenizer, architecture }: RunConfig): void {
  const { kind, unit, lowercase, minFrequency, maxVocabulary } = tokenizer;
  const usual = usualConfig(architecture.task).tokenizer;
  if (architecture.input === 'numbers') {
    argument.set('tokenizer', tokenizer, JSON.stringify(tokenizer) !== JSON.stringify(usual));
    return;
  }
  argument.flag('tokenizer', kind);
  if (maxVocabulary !== undefined) argument.flag('vocabulary', maxVocabulary);
  else argument.set('tokenizer.maxVocabulary', undefined, kind !== 'char');
  argument.flag('min-frequency', minFrequency, kind !== 'bpe' || minFrequency !== 1);
  argument.switch('lowercase', lowercase);
  argument.set('tokenizer.unit', unit, unit !== 'codepoint');
}

function ofArchitecture(argument: Arguments, a: Architecture): void {
  const usual = usualConfig(a.task).architecture;
  const { task } = a;
  const recurrent = task !== 'standard';
  const differs = (field: keyof Architecture) => a[field] !== usual[field];
  const either = (sayable: boolean, flag: string, field: keyof Architecture, always = false) => {
    const value = a[field];
    if (sayable && value !== null) argument.flag(flag, String(value), always || differs(field));
    else argument.set(`architecture.${field}`, value, differs(field));
  };
  either(recurrent, 'cell', 'cell', true);
  either(!recurrent || a.cell === 'rnn', 'activation', 'activation');
  either(recurrent && a.cell === 'gru', 'reset', 'reset');
  argument.flag('layers', a.layers);
  argument.flag('hidden', a.hidden);
  either(a.input === 'tokens', 'embedding', 'embedding', true);
  argument.switch('bidirectional', a.bidirectional, differs('bidirectional'));
  either(true, 'pooling', 'pooling');
  argument.flag('dropout', a.dropout);
  either(recurrent, 'dropout-kind', 'dropoutKind');
  argument.switch('layer-norm', true, a.layerNorm);
  argument.switch('residual', true, a.residual);
  argument.switch('tie', true, a.tie);
  either(true, 'label-embedding', 'labelEmbedding');
  either(true, 'attention', 'attention');
  either(true, 'score', 'score');
  either(true, 'attention-size', 'attentionSize');
  either(true, 'decoder-hidden', 'decoderHidden');
  argument.flag('horizon', a.horizon, task === 'forecasting');
  argument.flag('forecast-at', a.forecastAt, task === 'forecasting');
  argument.flag('predicts', a.predicts, task === 'standard');
  argument.set('architecture.input', a.input, differs('input'));
}

function ofTraining(argument: Arguments, { training: t, architecture: { task } }: RunConfig): void {
  const usual = usualConfig(task).training;
  argument.flag('batch', t.batch);
  if (task === 'language-model') {
    argument.flag('steps', t.steps);
    argument.flag('partition', t.partition, t.partition !== usual.partition);
  } else {
    argument.set('training.steps', t.steps, t.steps !== usual.steps);
    argument.set('training.partition', t.partition, t.partition !== usual.partition);
  }
  argument.flag('epochs', t.maxEpochs);
  argument.flag('max-steps', t.maxSteps);
  argument.flag('max-minutes', t.maxMinutes);
  argument.flag('early-stopping', t.earlyStopping ?? 0);
  argument.flag('eval-every', t.evalEvery);
  argument.set('training.checkpointEvery', t.checkpointEvery, t.checkpointEvery !== null);
  ofOptimizer(argument, t);
  argument.flag('clip', t.clip ?? 0);
  argument.flag('class-weights', t.classWeights, t.classWeights !== usual.classWeights);
  argument.flag('scheduled-sampling', t.scheduledSampling?.rate ?? null);
  argument.flag('scheduled-sampling-steps', t.scheduledSampling?.overSteps ?? null);
  argument.flag('seed', t.seed);
}

/** What a schedule is when only its kind is said. */
const scheduleDefaults: Readonly<Record<string, number>> = {
  'step.factor': 0.5,
  'step.everyEpochs': 1,
  'step.afterEpochs': 1,
  'cosine.floor': 0.1,
  'plateau.factor': 0.5,
  'plateau.patience': 1,
};

function ofOptimizer(argument: Arguments, { optimizer, learningRate, schedule }: RunConfig['training']): void {
  argument.flag('optimizer', optimizer.kind);
  if (optimizer.kind === 'momentum') argument.flag('momentum', optimizer.momentum);
  if (optimizer.kind === 'adamw') argument.flag('weight-decay', optimizer.weightDecay);
  argument.flag('lr', learningRate);
  argument.flag('schedule', schedule.kind);
  const { kind, ...numbers } = schedule;
  for (const [name, value] of Object.entries(numbers)) {
    if (name === 'warmupSteps') argument.flag('warmup', value);
    else argument.set(`training.schedule.${name}`, value, value !== scheduleDefaults[`${kind}.${name}`]);
  }
}
