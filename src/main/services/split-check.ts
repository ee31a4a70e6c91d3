/** Whether each part of the text is long enough to train or evaluate on: sentences with the numbers if not. */
import type { TrainingData } from '../../engine/protocol.ts';
import type { RunConfig, TrainingConfig } from '../../engine/training/config.ts';
import type { RunTexts } from './run-check.ts';
import type { PreparedTokens } from './token-cache.ts';

type BatchShape = Pick<TrainingConfig, 'batch' | 'steps'>;

/** Tokens of each part; null for a part that is not used. */
export interface PartLengths {
  readonly train: number;
  readonly valid: number | null;
  readonly test: number | null;
}

/** Problems of a tokenised text. */
export function splitProblems(data: TrainingData, shape: BatchShape): string[] {
  const { train, valid, test } = data;
  return lengthProblems(
    { train: train.length, valid: valid?.length ?? null, test: test?.length ?? null },
    shape,
    'has',
  );
}

/**
 * Problems that are certain before the text is tokenised: a part has at most as many tokens as characters, or, with byte-pair
 * encoding, as bytes.
 */
export function estimatedSplitProblems(texts: RunTexts, config: RunConfig, prepared: PreparedTokens | null): string[] {
  if (prepared) return splitProblems(prepared.data, config.training);
  const most = (corpus: { characters: number; bytes: number }) =>
    config.tokenizer.kind === 'bpe' ? corpus.bytes : corpus.characters;
  const { valid, test } = config.split;
  const total = most(texts.corpus);
  const part = (own: RunTexts['valid'], share: number) =>
    own ? most(own) : share > 0 ? Math.ceil(total * share) : null;
  const lengths = {
    train: Math.ceil(total * (1 - valid - test)),
    valid: part(texts.valid, valid),
    test: part(texts.test, test),
  };
  return lengthProblems(lengths, config.training, config.tokenizer.kind === 'char' ? 'has' : 'has at most');
}

/**
 * One batch is B sequences of T tokens, and one token more for the last target.
 * @param has "has", or "has at most" for an upper bound
 */
export function lengthProblems(lengths: PartLengths, { batch: B, steps: T }: BatchShape, has: string): string[] {
  const needed = B * T + 1;
  const number = (value: number) => value.toLocaleString('en');
  const parts = [
    ['training', lengths.train],
    ['validation', lengths.valid],
    ['test', lengths.test],
  ] as const;
  return parts
    .filter(([, tokens]) => tokens !== null && tokens < needed)
    .map(
      ([name, tokens]) =>
        `The ${name} part ${has} ${number(tokens!)} tokens, and one batch of ${B} × ${T} needs ${number(needed)}. ` +
        `Use a longer text, a larger ${name} part, fewer sequences side by side, or fewer steps.`,
    );
}
