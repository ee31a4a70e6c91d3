import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { suggestFromLines } from '../../../../src/engine/data/suggest.ts';
import { tasks } from '../../../../src/engine/model/spec.ts';
import { charRnn } from '../../../../src/engine/training/presets.ts';
import { usualConfig } from '../../../../src/engine/training/task-presets.ts';
import { UsageError } from '../../../../src/main/hosts/cli/errors.ts';
import type { Look } from '../../../../src/main/hosts/cli/data-options.ts';
import { runConfigOf } from '../../../../src/main/hosts/cli/run-options.ts';
import { addTrainFlags, type TrainFlags } from '../../../../src/main/hosts/cli/train-flags.ts';

const corpora = { main: 'c', valid: null, test: null, targets: { main: null, valid: null, test: null }, vectors: null };

/** As the command line would: flags in, configuration out. */
function configOf(...args: string[]) {
  return configWith({ look: null, vectorWidth: null }, ...args);
}

function configWith(findings: Parameters<typeof runConfigOf>[2], ...args: string[]) {
  const command = addTrainFlags(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return runConfigOf(command.parse(args, { from: 'user' }).opts<TrainFlags>(), corpora, findings);
}

/** The configuration of a task for a file whose lines are these. */
function configFor(lines: readonly string[], columns: readonly string[], ...args: string[]) {
  const preview = lines.slice(1).map((line) => line.split(/[,\t]/));
  const look: Look = { suggested: suggestFromLines(lines), columns, preview };
  return configWith({ look, vectorWidth: null }, ...args);
}

test('the flags of tokenisers, cells, optimisers and schedules are theirs', () => {
  const config = configOf(
    ...['--tokenizer', 'word', '--vocabulary', '500', '--min-frequency', '3', '--lowercase'],
    ...['--cell', 'rnn', '--activation', 'relu', '--partition', 'random'],
    ...['--optimizer', 'momentum', '--momentum', '0.5', '--schedule', 'cosine', '--warmup', '7'],
  );
  expect(config.tokenizer).toMatchObject({ maxVocabulary: 500, minFrequency: 3, lowercase: true });
  expect(config.architecture).toMatchObject({ cell: 'rnn', activation: 'relu' });
  expect(config.training).toMatchObject({
    partition: 'random',
    optimizer: { kind: 'momentum', momentum: 0.5 },
    schedule: { kind: 'cosine', warmupSteps: 7 },
  });
  expect(configOf('--cell', 'gru', '--reset', 'before').architecture.reset).toBe('before');
  expect(configOf('--optimizer', 'adamw', '--weight-decay', '0.1').training.optimizer).toMatchObject({
    weightDecay: 0.1,
  });
  expect(() => configOf('--momentum', '0.5')).toThrow(/^--momentum belongs to --optimizer momentum/);
  expect(() => configOf('--vocabulary', '1')).toThrow(/^--vocabulary 1: it must be at least 2\.$/);
});

describe('defaults', () => {
  test('are the char-rnn preset', () => {
    expect(configOf()).toMatchObject({ ...charRnn.config, corpus: 'c', device: 'auto', threads: null });
  });

  test('a limit replaces the preset’s epochs; several limits all count', () => {
    expect(configOf('--max-steps', '10').training).toMatchObject({ maxSteps: 10, maxEpochs: null, maxMinutes: null });
    expect(configOf('--max-minutes', '2').training).toMatchObject({ maxSteps: null, maxEpochs: null, maxMinutes: 2 });
    expect(configOf('--epochs', '2', '--max-steps', '10').training).toMatchObject({ maxSteps: 10, maxEpochs: 2 });
  });

  test('the learning rate suits the optimiser unless it is given', () => {
    expect(configOf('--optimizer', 'adam').training.learningRate).toBe(charRnn.config.training.learningRate);
    expect(configOf('--optimizer', 'sgd').training.learningRate).toBeGreaterThan(0.1);
    expect(configOf('--optimizer', 'sgd', '--lr', '0.5').training).toMatchObject({
      optimizer: { kind: 'sgd' },
      learningRate: 0.5,
    });
  });

  test('words and tied networks get an embedding, characters one-hot vectors', () => {
    expect(configOf('--hidden', '64').architecture.embedding).toBe(0);
    expect(configOf('--hidden', '64', '--tie').architecture).toMatchObject({ embedding: 64, tie: true });
    expect(configOf('--hidden', '64', '--tokenizer', 'word').architecture.embedding).toBe(64);
    expect(configOf('--tokenizer', 'bpe', '--embedding', '32').architecture.embedding).toBe(32);
  });

  test('a part with a file or a fold of its own is not cut off the text; the other stays as usual', () => {
    const { split } = usualConfig('classification');
    const splitOf = (...args: string[]) => configOf('--task', 'classification', ...args).split;
    expect(splitOf('--valid-file', 'v.csv')).toEqual({ ...split, valid: 0 });
    expect(splitOf('--valid-file', 'v.csv', '--test', '0.3')).toEqual({ valid: 0, test: 0.3 });
    expect(splitOf('--test-file', 't.csv')).toEqual({ ...split, test: 0 });
    expect(splitOf('--test-file', 't.csv', '--valid-file', 'v.csv')).toEqual({ valid: 0, test: 0 });
    expect(splitOf('--folds', '5', '--fold', '2')).toEqual({ ...split, test: 0 });
  });
});

test('every flag arrives', () => {
  const config = configOf(
    ...'--task language-model --tokenizer bpe --cell gru --layers 3 --hidden 48 --embedding 24 --dropout 0.25'.split(
      ' ',
    ),
    ...'--batch 7 --steps 11 --epochs 1.5 --max-steps 99 --max-minutes 0.5 --optimizer momentum --lr 0.3'.split(' '),
    ...'--schedule cosine --clip 0.25 --seed 42 --valid 0.2 --test 0.1 --eval-every 13 --device webgpu --threads 2 --precision mixed'.split(
      ' ',
    ),
  );
  expect(config).toMatchObject({
    tokenizer: { kind: 'bpe' },
    architecture: { cell: 'gru', layers: 3, hidden: 48, embedding: 24, dropout: 0.25, tie: false },
    training: {
      batch: 7,
      steps: 11,
      maxEpochs: 1.5,
      maxSteps: 99,
      maxMinutes: 0.5,
      optimizer: { kind: 'momentum', momentum: 0.9 },
      learningRate: 0.3,
      schedule: { kind: 'cosine' },
      clip: 0.25,
      seed: 42,
      evalEvery: 13,
    },
    split: { valid: 0.2, test: 0.1 },
    device: 'webgpu',
    threads: 2,
    precision: 'mixed',
  });
  expect(configOf('--clip', '0').training.clip).toBeNull();
});

describe('what cannot be is refused with the flag, the value and the bound', () => {
  test.each([
    [['--layers', '0'], '--layers 0: it must be at least 1.'],
    [
      ['--precision', 'mixed', '--device', 'native'],
      '--precision mixed: Mixed precision is computed on webgpu, not on "native": choose the device webgpu',
    ],
    [['--hidden', '2.5'], '--hidden 2.5: it must be a whole number.'],
    [['--dropout', '1'], '--dropout 1: it must be at most 0.95.'],
    [['--lr', '0'], '--lr 0: it must be more than 0.'],
    [['--max-steps', '-3'], '--max-steps -3: it must be at least 1.'],
    [['--eval-every', '0'], '--eval-every 0: it must be at least 1.'],
    [['--seed', '-1'], '--seed -1: it must be at least 0.'],
    [['--valid', '0.5', '--test', '0.5'], 'Validation and test leave nothing to train on'],
    [['--tie', '--embedding', '3', '--hidden', '8'], 'embedding is 3, hidden is 8'],
    [['--valid', '0.1', '--valid-file', 'v.txt'], 'give one of them'],
    [['--test', '0.1', '--test-file', 't.txt'], 'give one of them'],
    [['--task', 'binary', '--folds', '5', '--fold', '1', '--test-file', 't.csv'], 'none for --test-file to make'],
    [['--task', 'binary', '--folds', '5', '--fold', '1', '--test', '0.2'], 'none for --test to make'],
  ])('%j', (args, message) => {
    expect(() => configOf(...args)).toThrow(UsageError);
    expect(() => configOf(...args)).toThrow(message);
  });

  test('all mistakes are named at once', () => {
    expect(() => configOf('--layers', '0', '--batch', '0')).toThrow(/--layers 0.*\n.*--batch 0/);
  });

  test.each([
    ['--layers', 'two'],
    ['--lr', ''],
    ['--cell', 'transformer'],
    ['--steps', 'NaN'],
    ['--hidden', 'Infinity'],
  ])('%s %s is no value at all', (...args) => {
    expect(() => configOf(...args)).toThrow();
  });
});

describe('every task', () => {
  test.each(tasks)('%s starts as usual', (task) => {
    expect(configOf('--task', task)).toMatchObject(usualConfig(task));
  });

  test('early stopping needs validation, and is left out without it', () => {
    const stopping = (...args: string[]) => configOf('--task', 'binary', ...args).training.earlyStopping;
    expect(stopping()).toBe(usualConfig('binary').training.earlyStopping);
    expect(stopping('--valid', '0')).toBeNull();
    expect(stopping('--valid', '0', '--test-file', 't.csv')).toBeNull();
    expect(stopping('--valid-file', 'v.csv')).toBe(usualConfig('binary').training.earlyStopping);
    expect(stopping('--early-stopping', '0')).toBeNull();
    expect(stopping('--early-stopping', '9')).toBe(9);
  });

  test('the network’s flags arrive', () => {
    const args = '--layers 2 --layer-norm --residual --dropout-kind variational --pooling mean --no-bidirectional';
    expect(configOf('--task', 'classification', ...args.split(' ')).architecture).toMatchObject({
      ...{ layers: 2, layerNorm: true, residual: true, dropoutKind: 'variational' },
      ...{ pooling: 'mean', bidirectional: false },
    });
    const decoder = '--attention luong --score dot --hidden 8 --decoder-hidden 16 --attention-size 5';
    expect(configOf('--task', 'translation', ...decoder.split(' ')).architecture).toMatchObject({
      ...{ attention: 'luong', score: 'dot', hidden: 8, decoderHidden: 16, attentionSize: 5 },
    });
    expect(configOf('--task', 'conditional-generation', '--label-embedding', '7').architecture).toMatchObject({
      labelEmbedding: 7,
    });
  });

  test('a tied decoder’s embedding is as wide as what its output layer reads', () => {
    const tied = (...args: string[]) => configOf('--task', 'translation', '--tie', ...args).architecture.embedding;
    expect(tied('--attention', 'luong', '--attention-size', '48')).toBe(48);
    expect(tied('--attention', 'none', '--decoder-hidden', '32')).toBe(32);
  });

  test('so are its training’s', () => {
    expect(configOf('--task', 'tagging', '--class-weights', 'balanced').training.classWeights).toBe('balanced');
    expect(
      configOf('--task', 'translation', '--scheduled-sampling', '0.25', '--scheduled-sampling-steps', '70').training
        .scheduledSampling,
    ).toEqual({ rate: 0.25, overSteps: 70 });
  });

  test('the embedding is as wide as the word vectors unless it is said', () => {
    const width = (...args: string[]) =>
      configWith({ look: null, vectorWidth: 50 }, '--task', 'tagging', ...args).architecture.embedding;
    expect(width()).toBe(50);
    expect(width('--embedding', '60')).toBe(60);
  });
});

describe('data', () => {
  const reviews = ['stars,review', '5,"good, really"', '1,bad film', '3,so and so', '4,not bad at all'];

  test('are read as they look, for what the task needs', () => {
    expect(configFor(reviews, ['stars', 'review'], '--task', 'regression').data).toMatchObject({
      ...{ kind: 'table', format: 'csv', header: true, textColumn: 'review', labelColumn: 'stars' },
      label: { is: 'number', scaling: 'standard' },
    });
    expect(configFor(reviews, ['stars', 'review'], '--task', 'classification').data).toMatchObject({
      label: { is: 'class' },
    });
    const words = ['the\tDET', 'cat\tNOUN', '', 'a\tDET', 'dog\tNOUN', ''];
    expect(configFor(words, [], '--task', 'tagging').data).toMatchObject({ separator: 'tab', tagColumn: 2 });
    const pairs = ['12\ttwelve', '7\tseven', '90\tninety'];
    expect(configFor(pairs, ['1', '2'], '--task', 'translation').data).toMatchObject({
      ...{ kind: 'pairs', format: 'tsv', header: false, sourceColumn: 1, targetColumn: 2 },
    });
    const series = ['t,mix,noisy', '1,0.5,0.4', '2,0.7,0.9', '3,0.2,0.1'];
    expect(configFor(series, ['t', 'mix', 'noisy'], '--task', 'forecasting').data).toMatchObject({
      ...{ kind: 'numeric', layout: 'series', inputs: ['mix', 'noisy'], targets: null },
    });
  });

  test('flags correct it', () => {
    const table = ['--text-column', 'stars', '--label-column', '2', '--max-length', '9', '--skip-bad-rows'];
    expect(configFor(reviews, ['stars', 'review'], '--task', 'classification', ...table).data).toMatchObject({
      ...{ textColumn: 'stars', labelColumn: 2, maxLength: 9, skipBadRows: true },
    });
    expect(
      configOf('--task', 'multilabel', '--format', 'tsv', '--label-separator', '|', '--folds', '5', '--fold', '2').data,
    ).toMatchObject({ format: 'tsv', label: { is: 'labels', separator: '|' }, folds: { count: 5, index: 2 } });
    expect(configOf('--task', 'binary', '--positive', 'spam').data).toMatchObject({
      label: { is: 'binary', positive: 'spam' },
    });
    const tagging = configOf('--task', 'tagging', '--format', 'conllu', '--tag-column', '6', '--tag-separator', '|');
    expect(tagging.data).toMatchObject({ format: 'conllu', tokenColumn: 2, tagColumn: 6, tagSeparator: '|' });
    expect(tagging.architecture.multilabel).toBe(true);
    expect(configOf('--task', 'tagging', '--delimiter', 'space').data).toMatchObject({ separator: 'space' });
    const forecast =
      '--columns a,b --target-columns b --window 9 --horizon 4 --forecast-at every-step --scaling minmax';
    const config = configOf('--task', 'forecasting', ...forecast.split(' '));
    expect(config.data).toMatchObject({ inputs: ['a', 'b'], targets: ['b'], window: 9, scaling: 'minmax' });
    expect(config.architecture).toMatchObject({ horizon: 4, forecastAt: 'every-step' });
  });

  test('columns are numbers where the first row is no header', () => {
    expect(configFor(reviews, ['stars', 'review'], '--task', 'classification', '--no-header').data).toMatchObject({
      ...{ header: false, textColumn: 2, labelColumn: 1 },
    });
  });

  const iris = ['width,length,species', '1.5,2,a', '1.4,3,a', '0.2,4,b', '0.3,6,b', '0.4,2,b'];
  const columns = ['width', 'length', 'species'];

  test('a standard network predicts what the target column holds, and does not read it', () => {
    const standard = (...args: string[]) => configFor(iris, columns, '--task', 'standard', ...args);
    expect(standard().data).toMatchObject({ inputs: ['width', 'length'], targets: ['species'], targetIs: 'class' });
    expect(standard().architecture.predicts).toBe('class');
    const value = standard('--target-columns', 'length');
    expect(value.data).toMatchObject({ inputs: ['width'], targets: ['length'], targetIs: 'number', layout: 'rows' });
    expect(value.architecture.predicts).toBe('value');
    expect(standard('--target-columns', 'length', '--predicts', 'class').data).toMatchObject({ targetIs: 'class' });
  });

  test('what cannot be told from the file is asked for', () => {
    const ask = (names: readonly string[], lines: readonly string[], ...args: string[]) =>
      configFor(lines, names, ...args);
    const series = ['a,b', '1.5,2', '3.5,4.5', '5,6.5'];
    expect(() => ask(['a', 'b'], series, '--task', 'standard')).toThrow(
      /give --target-columns\. The columns are a, b\.$/,
    );
    expect(() => ask(['1', '2', '3'], ['just text'], '--task', 'forecasting')).toThrow(/give --columns/);
    expect(() => ask(columns, iris, '--task', 'classification')).toThrow(/give --text-column/);
  });

  test('pairs in two files are the lines of two corpora', () => {
    const command = addTrainFlags(new Command()).exitOverride();
    const flags = command.parse(['--task', 'translation', '--target-file', 'de'], { from: 'user' }).opts<TrainFlags>();
    const targets = { main: 't', valid: null, test: null };
    const config = runConfigOf(flags, { ...corpora, targets }, { look: null, vectorWidth: null });
    expect(config.data).toMatchObject({ kind: 'pairs', targetCorpus: 't', validTargetCorpus: null });
  });
});

describe('a flag that makes no sense is refused by its name, with the reason', () => {
  test.each([
    ['--bidirectional', /^--bidirectional: A bidirectional network cannot predict text from left to right/],
    ['--task tagging --pooling mean', /^--pooling mean: Pooling makes one vector of all steps/],
    ['--task tagging --pooling last', /^--pooling is for .*forecasting: .* The task tagging has no use for it\.$/],
    ['--task classification --attention luong', /^--attention luong: Attention lets a decoder look back/],
    ['--task classification --attention none', /^--attention is for translation/],
    ['--task forecasting --embedding 8', /^--embedding 8: An embedding is a table/],
    ['--task standard --cell gru', /^--cell is for .*: recurrent cell\. The task standard has no use for it\.$/],
    ['--task standard --layer-norm', /^--layer-norm: This option is of recurrent layers/],
    ['--task tagging --steps 9', /^--steps is for language-model/],
    ['--target-file x', /^--target-file is for translation/],
    ['--text-column a', /^--text-column is for classification, binary/],
    ['--task forecasting --tokenizer word', /^--tokenizer is for language-model/],
    ['--task classification --tie', /^--tie: Tying uses one matrix/],
    ['--task regression --class-weights balanced', /^--class-weights balanced: Class weights are for/],
    ['--task tagging --scheduled-sampling 0.5', /^--scheduled-sampling 0.5: Scheduled sampling feeds a decoder/],
    ['--task forecasting --folds 3 --fold 1', /^--folds 3: Cross-validation shuffles/],
    ['--task translation --score dot', /^--score dot: A dot product needs/],
    ['--task classification --residual', /^--residual: A residual connection goes around/],
    ['--task classification --format conllu', /^--format conllu: classification reads csv or tsv or jsonl/],
    ['--task classification --folds 5', /^--folds 5: say with --fold which/],
    ['--task classification --folds 5 --fold 6', /^--folds 5: There is no such fold/],
    ['--task forecasting --horizon 0', /^--horizon 0: it must be at least 1\.$/],
    ['--activation relu', /^--activation belongs to --cell rnn/],
    ['--task translation --target-file a --delimiter ;', /^--delimiter: with --target-file a line is a text/],
    ['--task translation --target-file a --valid-file b', /^--valid-file has the sources only/],
    ['--task translation --valid-target-file a', /^--valid-target-file belongs to --valid-file/],
    ['--task tagging --no-header', /^--no-header is for/],
    ['--word-vectors v', /there is none: set the embedding/],
    ['--task tagging --word-vectors v --embedding 0', /^--embedding 0: Word vectors are rows of an embedding/],
  ])('%s', (args, message) => {
    const withVectors = args.includes('--word-vectors') ? 'v' : null;
    const command = addTrainFlags(new Command()).exitOverride();
    const flags = command.parse(args.split(' '), { from: 'user' }).opts<TrainFlags>();
    const configure = () => runConfigOf(flags, { ...corpora, vectors: withVectors }, { look: null, vectorWidth: null });
    expect(configure).toThrow(UsageError);
    expect(configure).toThrow(message);
  });
});
