/** Small data files of every kind, and small networks that learn from them. */
import type { Corpus } from '../../../src/api/types.ts';
import type { DataConfig } from '../../../src/engine/data/config.ts';
import type { Architecture, Task } from '../../../src/engine/model/spec.ts';
import { runConfigSchema, type RunConfig } from '../../../src/engine/training/config.ts';
import { usualConfig } from '../../../src/engine/training/task-presets.ts';

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** Sentences of two to five words; the tag is the word's kind. */
export const taggedText = times(60, (i) =>
  times(2 + (i % 4), (t) => (t % 2 === 0 ? `dog${(i + t) % 7}\tNOUN` : `runs${(i + t) % 5}\tVERB`)).join('\n'),
).join('\n\n');

/** The source's letters in capitals, each a word. */
export const pairs = times(60, (i) => {
  const letters = [...`${(i * 7919).toString(3)}`].map((digit) => 'abc'[Number(digit)]!);
  return { source: letters.join(' '), target: letters.join(' ').toUpperCase() };
});
export const pairsText = pairs.map(({ source, target }) => `${source}\t${target}`).join('\n');

export const tableText = [
  'text,label',
  ...times(60, (i) => (i % 2 ? `"good film, number ${i}",yes` : `bad film number ${i},no`)),
].join('\n');

export const seriesText = ['t,wave', ...times(200, (i) => `${i},${Math.sin(i / 5).toFixed(6)}`)].join('\n');

const data = {
  tagging: { kind: 'tagged' },
  translation: { kind: 'pairs' },
  classification: { kind: 'table' },
  'conditional-generation': { kind: 'table' },
  forecasting: { kind: 'numeric', inputs: ['wave'], window: 8 },
} satisfies Partial<Record<Task, object>>;

export interface ExampleChanges {
  readonly data?: object;
  readonly architecture?: Partial<Architecture>;
  readonly training?: Partial<RunConfig['training']>;
  readonly rest?: Partial<RunConfig>;
}

/** A run of `task` that takes a second. */
export function exampleConfig(task: keyof typeof data, corpus: Corpus, changes: ExampleChanges = {}): RunConfig {
  const usual = usualConfig(task);
  return runConfigSchema.parse({
    ...usual,
    corpus: corpus.id,
    data: { ...data[task], ...changes.data } as DataConfig,
    split: { valid: 0.2, test: 0.2 },
    tokenizer: { kind: 'word' },
    architecture: {
      ...usual.architecture,
      ...{ hidden: 8, embedding: task === 'forecasting' ? 0 : 6, layers: 1 },
      ...changes.architecture,
    },
    training: {
      ...usual.training,
      ...{ batch: 8, maxEpochs: null, maxSteps: 12, evalEvery: 6, earlyStopping: null },
      ...changes.training,
    },
    ...changes.rest,
  });
}
