/** Whether each part of a run's text is long enough to train or evaluate on. */
import type { Corpus } from '../../api/types.ts';
import { checkSplits } from '../../engine/corpus/splits.ts';
import type { TokenData } from '../../engine/protocol.ts';
import type { RunConfig, TrainingConfig } from '../../engine/training/config.ts';
import type { PreparedTokens } from './token-cache.ts';

/** Problems of a tokenised text, as sentences with the numbers. */
export function splitProblems(data: TokenData, { batch, steps }: Pick<TrainingConfig, 'batch' | 'steps'>): string[] {
  const { train, valid, test } = data;
  const sizes = { train: train.length, valid: valid?.length ?? null, test: test?.length ?? null };
  return checkSplits(sizes, batch, steps);
}

/**
 * Problems that are certain before the text is tokenised: a part has at most as many tokens as characters, or, with byte-pair
 * encoding, as bytes.
 */
export function certainSplitProblems(
  texts: { readonly corpus: Corpus; readonly valid: Corpus | null; readonly test: Corpus | null },
  config: RunConfig,
  prepared: PreparedTokens | null,
): string[] {
  const { split, tokenizer, training } = config;
  if (prepared) return splitProblems(prepared.data, training);
  const most = (text: { characters: number; bytes: number }) =>
    tokenizer.kind === 'bpe' ? text.bytes : text.characters;
  const total = most(texts.corpus);
  const part = (own: Corpus | null, share: number) => (own ? most(own) : share > 0 ? Math.ceil(total * share) : null);
  const train = Math.ceil(total * (1 - split.valid - split.test));
  const sizes = { train, valid: part(texts.valid, split.valid), test: part(texts.test, split.test) };
  return checkSplits(sizes, training.batch, training.steps);
}
