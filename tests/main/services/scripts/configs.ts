/** A run's configuration of each task, with changes. */
import type { Task } from '../../../../src/engine/model/spec.ts';
import { runConfigSchema, type RunConfig } from '../../../../src/engine/training/config.ts';
import { usualConfig } from '../../../../src/engine/training/task-presets.ts';

export interface ConfigChanges extends Partial<Omit<RunConfig, 'data' | 'tokenizer' | 'architecture' | 'training'>> {
  readonly data?: object;
  readonly tokenizer?: object;
  readonly architecture?: Partial<RunConfig['architecture']>;
  readonly training?: object;
}

const data: Readonly<Record<Task, object>> = {
  'language-model': { kind: 'text' },
  tagging: { kind: 'tagged' },
  translation: { kind: 'pairs' },
  classification: { kind: 'table' },
  binary: { kind: 'table', label: { is: 'binary' } },
  multilabel: { kind: 'table', label: { is: 'labels' } },
  regression: { kind: 'table', label: { is: 'number' } },
  'conditional-generation': { kind: 'table' },
  forecasting: { kind: 'numeric', inputs: [1] },
  standard: { kind: 'numeric', layout: 'rows', inputs: [1], targets: [2], targetIs: 'class' },
};

export function runnableConfig(task: Task, changes: ConfigChanges = {}): RunConfig {
  const usual = usualConfig(task);
  const { data: ofData, tokenizer, architecture, training, ...rest } = changes;
  return runConfigSchema.parse({
    corpus: 'a corpus.txt',
    split: usual.split,
    ...rest,
    data: { ...data[task], ...ofData },
    tokenizer: tokenizer ?? usual.tokenizer,
    architecture: { ...usual.architecture, ...architecture },
    training: { ...usual.training, ...training },
  });
}
