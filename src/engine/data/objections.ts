/** Data and task that do not go together, and why. Pure module. */
import type { Architecture, Task } from '../model/spec-fields.ts';
import type { DataConfig, LabelConfig } from './config.ts';

export interface DataObjection {
  readonly path: readonly (string | number)[];
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** What each task learns from. */
export const dataKindOf: Readonly<Record<Task, DataConfig['kind']>> = {
  'language-model': 'text',
  tagging: 'tagged',
  translation: 'pairs',
  classification: 'table',
  regression: 'table',
  binary: 'table',
  multilabel: 'table',
  'conditional-generation': 'table',
  forecasting: 'numeric',
  standard: 'numeric',
};

const kindNames: Readonly<Record<DataConfig['kind'], string>> = {
  text: 'running text',
  tagged: 'sentences with a tag for every token (CoNLL, CoNLL-U, token and tag)',
  table: 'a table with a text and a label column (CSV, TSV, JSONL)',
  pairs: 'pairs of texts (two columns, or two line-aligned files)',
  numeric: 'columns of numbers (CSV, TSV)',
};

/** What a label is, for the tasks that learn from a table. */
export const labelKindOf: Readonly<Partial<Record<Task, LabelConfig['is']>>> = {
  classification: 'class',
  'conditional-generation': 'class',
  regression: 'number',
  binary: 'binary',
  multilabel: 'labels',
};

const labelNames: Readonly<Record<LabelConfig['is'], string>> = {
  class: 'a class',
  number: 'a number',
  binary: 'yes or no',
  labels: 'several labels',
};

type Shape = Pick<Architecture, 'task' | 'multilabel' | 'predicts' | 'input'>;

/** Why data read so cannot train such a network; [] where they can. */
export function dataObjections(data: DataConfig, architecture: Shape): DataObjection[] {
  const { task } = architecture;
  const wanted = dataKindOf[task];
  if (data.kind !== wanted) {
    return [
      {
        path: ['kind'],
        message: `The task ${task} learns from ${kindNames[wanted]}, not from ${kindNames[data.kind]}.`,
      },
    ];
  }
  const found = [];
  if (data.kind !== 'numeric' && architecture.input === 'numbers') {
    found.push({
      path: ['kind'],
      message: `This network reads numbers, and ${kindNames[data.kind]} are tokens: set its input to tokens.`,
    });
  }
  if (data.kind === 'tagged' && architecture.multilabel !== (data.tagSeparator !== null)) {
    found.push({
      path: ['tagSeparator'],
      message: architecture.multilabel
        ? 'Several labels at every step need the character that separates them in the tag column.'
        : 'A separator makes several labels of a tag, and this network gives one tag to each token: take the separator away, or choose several labels at every step.',
    });
  }
  const label = labelKindOf[task];
  if (data.kind === 'table' && label && data.label.is !== label) {
    found.push({
      path: ['label', 'is'],
      message: `The task ${task} needs a label that is ${labelNames[label]}, not ${labelNames[data.label.is]}.`,
    });
  }
  if (data.kind === 'numeric') found.push(...ofNumbers(data, architecture));
  return found;
}

function* ofNumbers(data: DataConfig & { kind: 'numeric' }, { task, predicts }: Shape): Generator<DataObjection> {
  for (const path of ['inputs', 'targets'] as const) {
    const columns = data[path] ?? [];
    const twice = columns.find((column, i) => columns.indexOf(column) < i);
    if (twice !== undefined) yield { path: [path], message: `Column ${twice} is chosen twice: once is enough.` };
  }
  if (task === 'forecasting') {
    if (data.layout !== 'series') {
      yield {
        path: ['layout'],
        message: 'Forecasting needs rows that follow each other in time: a series, not independent rows.',
      };
    }
    if (data.targetIs !== 'number') yield { path: ['targetIs'], message: 'A forecast is of numbers, not of classes.' };
    if (data.folds) {
      yield {
        path: ['folds'],
        message:
          'Cross-validation shuffles examples, and what follows in time cannot be shuffled: split the series instead.',
      };
    }
    return;
  }
  if (data.layout !== 'rows') {
    yield {
      path: ['layout'],
      message: 'A standard network has no memory: its rows are independent examples, not a series.',
    };
  }
  if (data.targets === null) yield { path: ['targets'], message: 'Choose the column to predict.' };
  const shown = data.targets?.find((column) => data.inputs.includes(column));
  if (shown !== undefined) {
    yield {
      path: ['inputs'],
      message: `Column ${shown} is to be predicted, so the network must not read it: it would be shown the answer.`,
    };
  }
  const wanted = predicts === 'class' ? 'class' : 'number';
  if (data.targetIs !== wanted) {
    yield {
      path: ['targetIs'],
      message: `This network predicts a ${wanted}, and the target column is read as a ${data.targetIs}.`,
    };
  }
  if (data.targetIs === 'class' && data.targets && data.targets.length > 1) {
    yield { path: ['targets'], message: `A class is one column; ${data.targets.length} are chosen.` };
  }
}
