/** How the made-up runs of each task read their data, and what was measured of them. */
import { dataSchema, type DataConfig } from '../../../src/engine/data/config.ts';
import type { Figures } from '../../../src/engine/metrics/figures.ts';
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

/** @param quality from 0, nothing learned, to 1, no error */
export function figuresAt(task: Task, quality: number): Figures | null {
  switch (task) {
    case 'language-model':
    case 'conditional-generation':
      return null;
    case 'tagging':
      return { tokenAccuracy: quality, sentenceAccuracy: quality ** 6, macroF1: 0.9 * quality };
    case 'translation':
      return { bleu: 40 * quality, exactMatch: quality ** 4 / 2, tokenAccuracy: 0.7 * quality };
    case 'classification':
    case 'standard':
      return { accuracy: quality, macroF1: 0.94 * quality };
    case 'multilabel':
      return { microF1: quality, macroF1: 0.9 * quality, exactMatch: quality ** 3 };
    case 'binary':
      return { accuracy: quality, f1: 0.97 * quality, precision: quality, recall: 0.95 * quality };
    case 'regression':
    case 'forecasting': {
      const rmse = 1.2 * (1 - quality) + 0.1;
      const naive = task === 'forecasting' ? { rmseToNaive: rmse / 1.1 } : {};
      return { rmse, mae: 0.8 * rmse, r2: quality, ...naive };
    }
  }
}
