import { describe, expect, it } from 'vitest';
import { dataSchema, type DataConfig } from '../../../../src/engine/data/config.ts';
import { dataKindOf, labelKindOf } from '../../../../src/engine/data/objections.ts';
import type { Architecture, Task } from '../../../../src/engine/model/spec.ts';
import { runConfigSchema, type RunConfig } from '../../../../src/engine/training/config.ts';
import { usualConfig } from '../../../../src/engine/training/task-presets.ts';
import { check, draftOf, type Draft } from '../../../../src/renderer/screens/new-run/draft.ts';
import { taskChoices, type TaskChoice } from '../../../../src/renderer/screens/new-run/task-choices.ts';

/** The plainest data that a task can learn from. */
function plainData({ task, multilabel, predicts }: TaskChoice): DataConfig {
  const kind = dataKindOf[task];
  return dataSchema.parse({
    kind,
    ...(kind === 'tagged' ? { tagSeparator: multilabel ? '|' : null } : {}),
    ...(kind === 'table' ? { label: { is: labelKindOf[task] } } : {}),
    ...(kind === 'numeric' ? { inputs: ['a', 2] } : {}),
    ...(task === 'standard'
      ? { layout: 'rows', targets: ['b'], targetIs: predicts === 'class' ? 'class' : 'number' }
      : {}),
  });
}

/** Checked by the schema itself, so that none of them is a configuration that no run could have. */
function configOf(choice: TaskChoice, change: { data?: object; architecture?: object; rest?: object } = {}): RunConfig {
  const usual = usualConfig(choice.task);
  const { task, multilabel, predicts, forecastAt } = choice;
  return runConfigSchema.parse({
    ...usual,
    corpus: 'c',
    data: { ...plainData(choice), ...change.data },
    architecture: { ...usual.architecture, task, multilabel, predicts, forecastAt, ...change.architecture },
    ...change.rest,
  });
}

const choice = (id: TaskChoice['id']) => taskChoices.find((one) => one.id === id)!;
const backAndForth = (config: RunConfig) => check(draftOf(config));

describe('draft and configuration of every task', () => {
  it.each(taskChoices.map((one) => [one.id, one] as const))('go back and forth for the usual %s', (_, one) => {
    const config = configOf(one);
    expect(backAndForth(config)).toEqual({ config, problems: {} });
  });

  const cells = {
    delimiter: ';',
    header: false,
    quoting: true,
    maxLength: 50,
    folds: { count: 5, index: 3 },
    skipBadRows: true,
  };
  const stacked: Partial<Architecture> = {
    ...{ layers: 3, bidirectional: true, layerNorm: true, residual: true, dropoutKind: 'variational', dropout: 0.25 },
  };
  const own = { validCorpus: 'v', testCorpus: 't', split: { valid: 0, test: 0 } };
  const training = (task: Task, change: object) => ({ training: { ...usualConfig(task).training, ...change } });

  const full: Readonly<Record<string, RunConfig>> = {
    tagging: configOf(choice('tagging'), {
      data: {
        format: 'conllu',
        tokenColumn: 2,
        tagColumn: 4,
        maxLength: 80,
        folds: { count: 10, index: 10 },
        skipBadRows: true,
      },
      architecture: stacked,
      rest: { ...own, vectorsCorpus: 'w', ...training('tagging', { classWeights: 'balanced' }) },
    }),
    'several labels a token': configOf(choice('tagging-labels'), {
      data: { separator: 'space', tagColumn: 3, tagSeparator: '+' },
      architecture: stacked,
    }),
    classification: configOf(choice('classification'), {
      data: { ...cells, textColumn: 3, labelColumn: 1 },
      architecture: { ...stacked, pooling: 'mean' },
      rest: training('classification', { classWeights: 'balanced' }),
    }),
    'JSON lines': configOf(choice('classification'), {
      data: { format: 'jsonl', textColumn: 'body', labelColumn: '1' },
    }),
    'yes or no': configOf(choice('binary'), { data: { label: { is: 'binary', positive: ' sehr gut ' } } }),
    'several labels': configOf(choice('multilabel'), { data: { ...cells, label: { is: 'labels', separator: '|' } } }),
    rating: configOf(choice('regression'), {
      data: { ...cells, label: { is: 'number', scaling: 'minmax' } },
      architecture: { pooling: 'last', cell: 'gru', reset: 'before' },
    }),
    'conditional generation': configOf(choice('conditional-generation'), {
      data: { ...cells, folds: null },
      architecture: { layers: 2, residual: true, labelEmbedding: 9, embedding: 128, hidden: 128, tie: true },
    }),
    forecasting: configOf(choice('forecasting'), {
      data: {
        format: 'tsv',
        inputs: ['x', 'y', 7],
        targets: [2],
        window: 33,
        scaling: 'none',
        decimal: ',',
        skipBadRows: true,
      },
      architecture: { ...stacked, horizon: 20, pooling: 'max' },
    }),
    'forecasting at every step': configOf(choice('forecasting-steps'), {
      architecture: { horizon: 3, layers: 2, residual: true, layerNorm: true },
    }),
    'standard, classes': configOf(choice('standard'), {
      data: { folds: { count: 5, index: 1 }, scaling: 'minmax', delimiter: '|' },
      architecture: { activation: 'relu', layers: 4 },
      rest: training('standard', { classWeights: 'balanced' }),
    }),
    'standard, values': configOf(choice('standard-values'), {
      data: { targets: ['b', 'c'], header: false, inputs: [1, 2] },
    }),
    translation: configOf(choice('translation'), {
      data: { ...cells, sourceColumn: 'en', targetColumn: 'de' },
      architecture: {
        ...stacked,
        ...{
          hidden: 32,
          decoderHidden: 64,
          attention: 'luong',
          score: 'dot',
          attentionSize: 48,
          embedding: 48,
          tie: true,
        },
      },
      rest: { vectorsCorpus: 'w', ...training('translation', { scheduledSampling: { rate: 0.3, overSteps: 700 } }) },
    }),
    'translation of line-aligned texts': configOf(choice('translation'), {
      data: { targetCorpus: 'd', validTargetCorpus: 'dv', testTargetCorpus: 'dt', format: 'csv', header: true },
      architecture: { attention: 'bahdanau', attentionSize: 10 },
      rest: own,
    }),
  };

  it.each(Object.entries(full))('go back and forth with everything set: %s', (_, config) => {
    expect(backAndForth(config)).toEqual({ config, problems: {} });
  });

  it('write nothing that a task has no use for', () => {
    const all: Partial<Draft> = {
      ...{
        tie: true,
        bidirectional: true,
        layerNorm: true,
        residual: true,
        dropoutKind: 'variational',
        pooling: 'mean',
      },
      ...{
        horizon: 'many',
        attention: 'luong',
        score: 'dot',
        attentionSize: '-1',
        decoderHidden: '0',
        labelEmbedding: '7',
      },
      ...{
        vectorsCorpus: 'w',
        classWeights: 'balanced',
        scheduledSampling: true,
        rate: '7',
        foldCount: '0',
        embedding: '64',
      },
    };
    const values = configOf(choice('standard-values'));
    const { config } = check({ ...draftOf(values), ...all, foldCount: '' });
    expect(config).toEqual(values);
    const forecast = configOf(choice('forecasting'));
    expect(check({ ...draftOf(forecast), ...all, horizon: '4', bidirectional: false }).problems).toEqual({
      residual: expect.stringContaining('only one layer') as string,
    });
  });
});

describe('problems of every task', () => {
  const problems = (one: TaskChoice, change: Partial<Draft>) =>
    check({ ...draftOf(configOf(one)), ...change }).problems;

  it('say why a language model or a forecast at every step is not bidirectional', () => {
    expect(problems(choice('language-model'), { bidirectional: true }).bidirectional).toContain('cannot predict text');
    expect(problems(choice('forecasting-steps'), { bidirectional: true }).bidirectional).toContain('at every step');
    expect(problems(choice('forecasting'), { bidirectional: true })).toEqual({});
  });
  it('stand at the field of the data that they are about', () => {
    expect(problems(choice('tagging-labels'), { tagSeparator: '' }).tagSeparator).toContain('character that separates');
    expect(problems(choice('tagging-labels'), { tagSeparator: '||' })).toEqual({
      tagSeparator: 'Enter one character.',
    });
    expect(problems(choice('multilabel'), { labelSeparator: '' })).toEqual({ labelSeparator: 'Enter one character.' });
    expect(problems(choice('tagging'), { tagColumn: '0' })).toEqual({ tagColumn: 'At least 1.' });
    expect(problems(choice('forecasting'), { inputs: [] })).toEqual({ inputs: 'Choose at least one column.' });
    expect(problems(choice('forecasting'), { window: '2.5' })).toEqual({ window: '“2.5” is not a whole number.' });
    expect(problems(choice('standard'), { targets: [] }).targets).toContain('column to predict');
    expect(problems(choice('translation'), { pairsIn: 'corpora' })).toEqual({
      targetCorpus: 'Choose the text of the targets.',
    });
    expect(problems(choice('classification'), { foldCount: '1' })).toEqual({ foldCount: 'At least 2.' });
    expect(problems(choice('classification'), { foldCount: '5', foldIndex: '6' }).foldIndex).toContain('no such fold');
    expect(problems(choice('classification'), { maxLength: '0' })).toEqual({ maxLength: 'At least 1.' });
  });
  it('stand at the field of the network that they are about', () => {
    const translation = choice('translation');
    expect(problems(translation, { score: 'dot' }).score).toContain('one width');
    expect(problems(translation, { attentionSize: '0' })).toEqual({ attentionSize: 'At least 1.' });
    expect(problems(translation, { scheduledSampling: true, rate: '2' })).toEqual({ rate: 'At most 1.' });
    expect(problems(translation, { tie: true, embedding: '100' }).tie).toContain('embedding is 100');
    expect(problems(choice('tagging'), { vectorsCorpus: 'w', embedding: '0' }).embedding).toContain('Word vectors');
    expect(problems(choice('tagging'), { residual: true }).residual).toContain('only one layer');
    expect(problems(choice('forecasting'), { horizon: '' })).toEqual({ horizon: 'Enter a number.' });
  });
});
