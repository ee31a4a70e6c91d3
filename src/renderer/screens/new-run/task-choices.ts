/** What a network can be for, by the shape of its unrolled graph. Pure module. */
import { dataKindOf, labelKindOf } from '../../../engine/data/objections.ts';
import type { DataConfig } from '../../../engine/data/config.ts';
import { shapeOf, type Architecture, type Shape, type Task } from '../../../engine/model/spec.ts';

/** The fields of an architecture that say what it is for. */
export type Purpose = Pick<Architecture, 'task' | 'multilabel' | 'predicts' | 'forecastAt'>;

export type TaskId =
  Exclude<Task, 'standard'> | 'tagging-labels' | 'forecasting-steps' | 'standard' | 'standard-values';

export interface TaskChoice extends Purpose {
  readonly id: TaskId;
  readonly shape: Shape;
}

function choice(id: TaskId, task: Task, more: Partial<Purpose> = {}): TaskChoice {
  const purpose: Purpose = { task, multilabel: false, predicts: 'class', forecastAt: 'end', ...more };
  return { id, ...purpose, shape: shapeOf(purpose) };
}

/** In the order in which they are offered; the first of a shape is its usual one. */
export const taskChoices: readonly TaskChoice[] = [
  choice('standard', 'standard'),
  choice('standard-values', 'standard', { predicts: 'value' }),
  choice('conditional-generation', 'conditional-generation'),
  choice('classification', 'classification'),
  choice('binary', 'binary'),
  choice('multilabel', 'multilabel'),
  choice('regression', 'regression'),
  choice('forecasting', 'forecasting'),
  choice('language-model', 'language-model'),
  choice('tagging', 'tagging'),
  choice('tagging-labels', 'tagging', { multilabel: true }),
  choice('forecasting-steps', 'forecasting', { forecastAt: 'every-step' }),
  choice('translation', 'translation'),
];

export const shapes: readonly Shape[] = [
  'one-to-one',
  'one-to-many',
  'many-to-one',
  'many-to-many-aligned',
  'many-to-many-unaligned',
];

/** The choice that an architecture is. */
export function choiceOf({ task, multilabel, predicts, forecastAt }: Purpose): TaskChoice {
  return taskChoices.find(
    (one) =>
      one.task === task &&
      (task !== 'tagging' || one.multilabel === multilabel) &&
      (task !== 'standard' || one.predicts === predicts) &&
      (task !== 'forecasting' || one.forecastAt === forecastAt),
  )!;
}

export function choiceNamed(id: TaskId): TaskChoice {
  return taskChoices.find((one) => one.id === id)!;
}

export function choicesOf(shape: Shape): TaskChoice[] {
  return taskChoices.filter((one) => one.shape === shape);
}

/** What data that look so are most likely for. */
export function suggestedChoice(data: DataConfig): TaskChoice {
  switch (data.kind) {
    case 'text':
      return choiceNamed('language-model');
    case 'tagged':
      return choiceNamed(data.tagSeparator === null ? 'tagging' : 'tagging-labels');
    case 'pairs':
      return choiceNamed('translation');
    case 'table':
      return taskChoices.find(({ task }) => labelKindOf[task] === data.label.is && task !== 'conditional-generation')!;
    case 'numeric':
      if (data.layout === 'series') return choiceNamed('forecasting');
      return choiceNamed(data.targetIs === 'class' ? 'standard' : 'standard-values');
  }
}

/** The first choice of a shape that can learn from such data, else its usual one. */
export function choiceFor(shape: Shape, data: DataConfig | null): TaskChoice {
  const choices = choicesOf(shape);
  const suggested = data && suggestedChoice(data);
  return (
    choices.find((one) => one === suggested) ??
    choices.find(({ task }) => dataKindOf[task] === data?.kind) ??
    choices[0]!
  );
}
