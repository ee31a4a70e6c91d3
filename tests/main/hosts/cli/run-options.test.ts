import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { charRnn } from '../../../../src/engine/training/presets.ts';
import { UsageError } from '../../../../src/main/hosts/cli/errors.ts';
import { addTrainFlags, runConfigOf, type TrainFlags } from '../../../../src/main/hosts/cli/run-options.ts';

const corpora = { main: 'c', valid: null, test: null };

/** As the command line would: flags in, configuration out. */
function configOf(...args: string[]) {
  const command = addTrainFlags(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return runConfigOf(command.parse(args, { from: 'user' }).opts<TrainFlags>(), corpora);
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

  test('with a validation file nothing is cut off the text', () => {
    expect(configOf('--valid-file', 'v.txt').split).toEqual({ valid: 0, test: 0 });
    expect(configOf('--valid-file', 'v.txt', '--test', '0.1').split).toEqual({ valid: 0, test: 0.1 });
  });
});

test('every flag arrives', () => {
  const config = configOf(
    ...'--task language-model --tokenizer bpe --cell gru --layers 3 --hidden 48 --embedding 24 --dropout 0.25'.split(
      ' ',
    ),
    ...'--batch 7 --steps 11 --epochs 1.5 --max-steps 99 --max-minutes 0.5 --optimizer momentum --lr 0.3'.split(' '),
    ...'--schedule cosine --clip 0.25 --seed 42 --valid 0.2 --test 0.1 --eval-every 13 --device reference --threads 2'.split(
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
    device: 'reference',
    threads: 2,
  });
  expect(configOf('--clip', '0').training.clip).toBeNull();
});

describe('what cannot be is refused with the flag, the value and the bound', () => {
  test.each([
    [['--layers', '0'], '--layers 0: it must be at least 1.'],
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
