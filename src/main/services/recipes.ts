/** How a configuration's data are prepared: a text cut into tokens, or a file of examples. */
import type { RunConfig } from '../../engine/training/config.ts';
import type { TextHashes } from '../store/text-hashes.ts';
import type { DatasetRecipe } from './dataset-cache.ts';
import type { TokenRecipe } from './token-cache.ts';

export type Recipe =
  { readonly kind: 'text'; readonly of: TokenRecipe } | { readonly kind: 'examples'; readonly of: DatasetRecipe };

export function recipeOf(
  {
    data,
    architecture,
    split,
    tokenizer,
    training,
    start = null,
  }: Pick<RunConfig, 'data' | 'architecture' | 'split' | 'tokenizer'> & {
    readonly start?: RunConfig['start'];
    readonly training: Pick<RunConfig['training'], 'seed'>;
  },
  texts: TextHashes,
): Recipe {
  if (data.kind === 'text') {
    const { corpusHash, validHash, testHash } = texts;
    return {
      kind: 'text',
      of: { corpusHash, validHash, testHash, split, tokenizer, vocabulary: start?.vocabulary ?? null },
    };
  }
  return { kind: 'examples', of: { texts, data, architecture, split, tokenizer, seed: training.seed } };
}
