/** Checking, before a run starts, that there is enough of everything to train and measure on. */

export interface SplitSizes {
  /** Tokens of each part; null for a part that is not wanted. */
  readonly train: number;
  readonly valid: number | null;
  readonly test: number | null;
}

/** One batch of B sequences over T steps: B·T predictions, and one token more since targets are one later. */
export function tokensForOneBatch(batch: number, steps: number): number {
  return batch * steps + 1;
}

function countText(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

const parts = [
  ['train', 'The training part'],
  ['valid', 'The validation part'],
  ['test', 'The test part'],
] as const;

/**
 * What is wrong with a split, one sentence a problem; [] when every part has at least one batch.
 * @param batch sequences side by side B
 * @param steps steps back in time T
 */
export function checkSplits(sizes: SplitSizes, batch: number, steps: number): string[] {
  const needed = tokensForOneBatch(batch, steps);
  return parts.flatMap(([part, name]) => {
    const tokens = sizes[part];
    if (tokens === null || tokens >= needed) return [];
    const have = `${name} has ${countText(tokens, 'token')}, but one batch of ${countText(batch, 'sequence')} × ${countText(steps, 'step')} needs ${countText(needed, 'token')}`;
    const larger = part === 'train' ? 'use a longer text' : 'make it larger, use a longer text';
    const fitting = Math.floor((tokens - 1) / steps);
    const fewerSequences = fitting >= 1 ? `a batch size of ${fitting} or less` : null;
    const fittingSteps = Math.floor((tokens - 1) / batch);
    const fewerSteps = fittingSteps >= 1 ? `${fittingSteps} steps or fewer` : null;
    const smaller = [fewerSequences, fewerSteps].filter((advice) => advice !== null).join(', or ');
    return [`${have}: ${larger}${smaller ? `, or take ${smaller}` : ', or take a smaller batch and fewer steps'}.`];
  });
}
