/** Which settings mean something for a network: the others are neither shown nor written. Pure module. */
import { dataKindOf } from '../../../engine/data/objections.ts';
import { shapeOf } from '../../../engine/model/spec.ts';
import { predictsClasses } from '../../../engine/training/objections.ts';
import type { Draft } from './draft.ts';

type Deciding = Pick<Draft, 'task' | 'multilabel' | 'predicts' | 'forecastAt' | 'cell' | 'attention'>;

export type Applies = Readonly<Record<keyof ReturnType<typeof applies>, boolean>>;

export function applies(d: Deciding) {
  const kind = dataKindOf[d.task];
  const recurrent = d.task !== 'standard';
  const decoder = d.task === 'translation';
  return {
    /** Steps are tokens: there are a tokeniser and an embedding. */
    tokens: kind !== 'numeric',
    /** Examples instead of running text: parts are shares of them, and batches hold whole ones. */
    examples: kind !== 'text',
    recurrent,
    activation: !recurrent || d.cell === 'rnn',
    reset: recurrent && d.cell === 'gru',
    tie: ['language-model', 'translation', 'conditional-generation'].includes(d.task),
    pooling: shapeOf(d) === 'many-to-one',
    forecast: d.task === 'forecasting',
    label: d.task === 'conditional-generation',
    decoder,
    attention: decoder && d.attention !== 'none',
    score: decoder && d.attention === 'luong',
    classWeights: predictsClasses(d),
    /** A text of word vectors for the embedding. */
    vectors: kind !== 'numeric',
    /** What follows in time cannot be shuffled. */
    folds: kind !== 'text' && d.task !== 'forecasting',
    maxLength: kind === 'tagged' || kind === 'table' || kind === 'pairs',
  };
}
