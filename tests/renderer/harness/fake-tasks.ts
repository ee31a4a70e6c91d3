/** How the made-up runs of each task read their data. */
import { dataSchema, type DataConfig } from '../../../src/engine/data/config.ts';
import type { Task } from '../../../src/engine/model/spec.ts';

/** A run's data as its task reads it. */
export function dataOf(task: Task): DataConfig {
  switch (task) {
    case 'language-model':
      return dataSchema.parse({ kind: 'text' });
    case 'tagging':
      return dataSchema.parse({ kind: 'tagged', format: 'conllu', tokenColumn: 2, tagColumn: 4 });
    case 'translation':
      return dataSchema.parse({ kind: 'pairs' });
    case 'classification':
    case 'conditional-generation':
      return dataSchema.parse({ kind: 'table' });
    case 'binary':
      return dataSchema.parse({ kind: 'table', label: { is: 'binary' } });
    case 'multilabel':
      return dataSchema.parse({ kind: 'table', label: { is: 'labels' } });
    case 'regression':
      return dataSchema.parse({ kind: 'table', label: { is: 'number' } });
    case 'forecasting':
      return dataSchema.parse({ kind: 'numeric', inputs: ['mix', 'noisy'], window: 40 });
    case 'standard':
      return dataSchema.parse({
        kind: 'numeric',
        layout: 'rows',
        inputs: ['sepal length', 'sepal width', 'petal length', 'petal width'],
        targets: ['species'],
        targetIs: 'class',
      });
  }
}
