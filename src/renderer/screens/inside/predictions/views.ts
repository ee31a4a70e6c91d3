/** What can be seen of a network's predictions, and what stands out in it. */
import type { Confusion, Predictions } from '../../../../engine/inside/looks/predictions.ts';
import type { Architecture } from '../../../../engine/model/spec.ts';

/** It chooses one of several at every step: a token, or a tag. */
export function choosesEveryStep({ task, multilabel }: Architecture): boolean {
  if (task === 'tagging') return !multilabel;
  return ['language-model', 'conditional-generation', 'translation'].includes(task);
}

/** It chooses one of several classes that its data name. */
export function choosesClasses({ task, multilabel, predicts }: Architecture): boolean {
  if (task === 'tagging') return !multilabel;
  return task === 'classification' || task === 'binary' || (task === 'standard' && predicts === 'class');
}

export interface Surprise {
  /** Mean, in bits; its power of two is the perplexity. */
  readonly bits: number;
  /** The token that was expected least. */
  readonly hardest: number;
}

/** Over all tokens that were predicted and are known; null where there is none. */
export function surpriseOf({ surprisal }: Pick<Predictions, 'surprisal'>): Surprise | null {
  let sum = 0;
  let count = 0;
  let hardest = -1;
  surprisal.forEach((bits, at) => {
    if (Number.isNaN(bits)) return;
    sum += bits;
    count++;
    if (hardest < 0 || bits > surprisal[hardest]!) hardest = at;
  });
  return count === 0 ? null : { bits: sum / count, hardest };
}

/** [target][answer] */
export function countsOf({ labels, truth, answer }: Pick<Confusion, 'labels' | 'truth' | 'answer'>): number[][] {
  const counts = labels.map(() => labels.map(() => 0));
  truth.forEach((target, i) => counts[target]![answer[i]!]!++);
  return counts;
}

export interface Mistake {
  readonly target: number;
  readonly answer: number;
  readonly count: number;
}

/** The most frequent wrong answer; null where there is none. */
export function worstMistake(counts: readonly (readonly number[])[]): Mistake | null {
  let worst: Mistake | null = null;
  counts.forEach((row, target) =>
    row.forEach((count, answer) => {
      if (target !== answer && count > (worst?.count ?? 0)) worst = { target, answer, count };
    }),
  );
  return worst;
}

/**
 * The answers that fall into a cell, the surest first.
 * @param row of a label, and `column`; -1: of any that is not among `named`
 */
export function answersIn(
  { truth, answer, probability }: Confusion,
  row: number,
  column: number,
  named: ReadonlySet<number>,
): number[] {
  const is = (label: number, wanted: number) => (wanted < 0 ? !named.has(label) : label === wanted);
  return Array.from(truth.keys())
    .filter((i) => is(truth[i]!, row) && is(answer[i]!, column))
    .sort((a, b) => probability[b]! - probability[a]!);
}
