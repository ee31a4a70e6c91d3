import { spawnSync } from 'node:child_process';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import type { ScriptFiles } from '../../../../src/engine/export/pytorch/script/training-script.ts';
import { tasks, type Task } from '../../../../src/engine/model/spec.ts';
import { runConfigSchema, type RunConfig } from '../../../../src/engine/training/config.ts';
import { presets } from '../../../../src/engine/training/presets.ts';
import { runConfigOf } from '../../../../src/main/hosts/cli/run-options.ts';
import { addTrainFlags, type TrainFlags } from '../../../../src/main/hosts/cli/train-flags.ts';
import { shellLine } from '../../../../src/main/services/scripts/shell.ts';
import { trainArguments } from '../../../../src/main/services/scripts/train-command.ts';
import { runnableConfig, type ConfigChanges } from './configs.ts';

const files = (config: RunConfig): ScriptFiles => ({
  main: config.corpus,
  valid: config.validCorpus,
  test: config.testCorpus,
  target: config.data.kind === 'pairs' ? config.data.targetCorpus : null,
  validTarget: config.data.kind === 'pairs' ? config.data.validTargetCorpus : null,
  testTarget: config.data.kind === 'pairs' ? config.data.testTargetCorpus : null,
  vectors: config.vectorsCorpus,
  encoding: null,
});

/** What the command line makes of the arguments, files being named as their corpora. */
function parsed(args: readonly string[]): RunConfig {
  const command = addTrainFlags(new Command('train').argument('<file>'))
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  const { args: rest } = command.parse(args.slice(1), { from: 'user' });
  const flags = command.opts<TrainFlags>();
  const corpora = {
    main: rest[0]!,
    valid: flags.validFile?.replace(/^\.\//, '') ?? null,
    test: flags.testFile ?? null,
    targets: {
      main: flags.targetFile ?? null,
      valid: flags.validTargetFile ?? null,
      test: flags.testTargetFile ?? null,
    },
    vectors: flags.wordVectors ?? null,
  };
  return runConfigOf(flags, corpora, { look: null, vectorWidth: null });
}

const comesBack = (config: RunConfig) => expect(parsed(trainArguments(config, files(config)))).toEqual(config);

describe('the command of a run makes its configuration', () => {
  test.each(tasks)('as is usual for %s', (task) => comesBack(runnableConfig(task)));

  test.each(presets.map(({ id, config }) => [id, config] as const))('the preset %s', (_id, config) =>
    comesBack(runConfigSchema.parse({ corpus: 'a text.txt', ...config })),
  );

  const changed: [string, Task, ConfigChanges][] = [
    [
      'every option of a stack',
      'tagging',
      {
        architecture: {
          layers: 3,
          layerNorm: true,
          residual: true,
          dropoutKind: 'variational',
          cell: 'gru',
          reset: 'before',
          bidirectional: false,
        },
      },
    ],
    ['a sigmoid network', 'regression', { architecture: { cell: 'rnn', activation: 'sigmoid', pooling: 'last' } }],
    [
      'an activation that the cell ignores',
      'language-model',
      { architecture: { activation: 'relu', reset: 'before' } },
    ],
    [
      'attention',
      'translation',
      { architecture: { attention: 'bahdanau', attentionSize: 7, decoderHidden: 9, hidden: 8, embedding: 4 } },
    ],
    ['a dot product', 'translation', { architecture: { score: 'dot', decoderHidden: 16, hidden: 8, tie: false } }],
    ['scheduled sampling', 'translation', { training: { scheduledSampling: { rate: 0.25, overSteps: 300 } } }],
    ['a tied network', 'conditional-generation', { architecture: { tie: true, embedding: 128, labelEmbedding: 5 } }],
    [
      'a long forecast',
      'forecasting',
      {
        architecture: { horizon: 7, forecastAt: 'every-step' },
        data: { window: 30, decimal: ',', scaling: 'minmax', targets: ['x', 3] },
      },
    ],
    ['values', 'standard', { architecture: { predicts: 'value', activation: 'relu' }, data: { targetIs: 'number' } }],
    ['columns whose names are hard to say', 'standard', { data: { inputs: ['a,b', '2020', ' c'], targets: ['y'] } }],
    [
      'a column called as a number',
      'classification',
      { data: { textColumn: '7', labelColumn: 2, delimiter: '\t', quoting: false } },
    ],
    ['a label with an apostrophe', 'binary', { data: { label: { is: 'binary', positive: 'it\'s $5 `or` "so"' } } }],
    [
      'labels',
      'multilabel',
      { data: { format: 'jsonl', label: { is: 'labels', separator: '|' }, maxLength: 40, skipBadRows: true } },
    ],
    [
      'folds',
      'classification',
      {
        data: { folds: { count: 5, index: 2 } },
        split: { valid: 0.1, test: 0 },
        training: { classWeights: 'balanced' },
      },
    ],
    [
      'several labels of a token',
      'tagging',
      {
        data: { tagSeparator: '+', format: 'conllu', tokenColumn: 2, tagColumn: 6 },
        architecture: { multilabel: true },
      },
    ],
    [
      'files of their own',
      'classification',
      { validCorpus: '-valid file.csv', testCorpus: 'test.csv', split: { valid: 0, test: 0 } },
    ],
    [
      'lines beside each other',
      'translation',
      {
        data: { targetCorpus: 'de.txt', validTargetCorpus: 'v.de' },
        validCorpus: 'v.en',
        split: { valid: 0, test: 0.1 },
      },
    ],
    [
      'word vectors',
      'language-model',
      { vectorsCorpus: 'glove.txt', architecture: { embedding: 50 }, tokenizer: { kind: 'word' } },
    ],
    [
      'graphemes, all of them',
      'language-model',
      { tokenizer: { kind: 'char', unit: 'grapheme', lowercase: true, minFrequency: 4 } },
    ],
    ['words without a limit', 'language-model', { tokenizer: { kind: 'word' } }],
    ['byte pairs', 'classification', { tokenizer: { kind: 'bpe', maxVocabulary: 300 } }],
    [
      'steps of the rate',
      'language-model',
      {
        training: {
          schedule: { kind: 'step', factor: 1 / 1.2, everyEpochs: 0.5, afterEpochs: 6 },
          optimizer: { kind: 'momentum', momentum: 0.8 },
        },
      },
    ],
    [
      'a cosine',
      'language-model',
      {
        training: {
          schedule: { kind: 'cosine', warmupSteps: 7, floor: 0 },
          optimizer: { kind: 'adamw', weightDecay: 0.2 },
          partition: 'random',
        },
      },
    ],
    [
      'a plateau',
      'tagging',
      {
        training: {
          schedule: { kind: 'plateau', factor: 0.3, patience: 4 },
          optimizer: { kind: 'sgd' },
          learningRate: 1e-7,
          clip: null,
          steps: 9,
          partition: 'random',
        },
      },
    ],
    [
      'all limits',
      'language-model',
      {
        training: {
          maxEpochs: 2.5,
          maxSteps: 10,
          maxMinutes: 0.5,
          evalEvery: 3,
          earlyStopping: null,
          checkpointEvery: 4,
          seed: 4294967295,
        },
      },
    ],
    ['what it goes on from', 'language-model', { start: { run: 'a0be', vocabulary: 'ff' } }],
    ['a device', 'language-model', { device: 'reference', threads: 3 }],
  ];
  test.each(changed)('%s', (_what, task, changes) => comesBack(runnableConfig(task, changes)));
});

test('--set refuses what is no setting, and says how', () => {
  const set = (setting: string) => () => parsed(['train', 'a.txt', '--set', setting]);
  expect(set('training.schedule')).toThrow(/^--set training\.schedule: write it as path=value/);
  expect(set('training.nothing.here=1')).toThrow(/there is no setting "nothing"/);
  expect(set('constructor.prototype.x=1')).toThrow(/there is no setting "constructor"/);
  expect(set('training.batches=3')).toThrow(/batches/);
  expect(set('training.batch=0')).toThrow(/1/);
});

describe('arguments as a line', () => {
  const args = [
    'plain',
    '0.5',
    '--flag',
    'two words',
    'a,b',
    '',
    "it's",
    `it's "$HOME" \`x\` \\ !`,
    'new\nline',
    '*?~#&|;<>(){}',
    '@x',
    'ä ψ',
  ];

  test('come back from a POSIX shell', () => {
    const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${shellLine(args)}`], { encoding: 'utf8' });
    expect(stdout.split('\0').slice(0, -1)).toEqual(args);
  });

  test('are single-quoted where PowerShell reads more into them', () => {
    expect(shellLine(['a,b', '$x', '@y', '(z)', "it's"])).toBe(`'a,b' '$x' '@y' '(z)' "it's"`);
  });
});
