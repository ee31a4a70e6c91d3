/** Translating a whole part of a data set, to measure exact matches and BLEU. */
import type { Dataset } from '../data/dataset.ts';
import { EncoderDecoder } from '../model/encoder-decoder.ts';
import { decodeGreedily } from './greedy.ts';
import { requireTask, type Trained } from './predict-model.ts';

export interface TranslatedPair {
  readonly source: string;
  /** The translation of the data. */
  readonly reference: string;
  /** The network's. */
  readonly hypothesis: string;
}

export interface TranslatePartOptions {
  /** Sources side by side. */
  readonly batch: number;
  /** Most tokens of a translation, the end of it too. */
  readonly maxLength: number;
}

/**
 * Translates every source of a part greedily, in the order of the file; yields a batch at a time, so that who reads may stop, or let
 * others work in between.
 * @throws CorpusError for a part that was not asked for
 */
export async function* translatePart(
  trained: Trained,
  dataset: Dataset,
  part: 'valid' | 'test',
  { batch: B, maxLength }: TranslatePartOptions,
): AsyncGenerator<TranslatedPair[], void> {
  requireTask(trained, 'translation');
  const { kernels, architecture, codec, parameters } = trained;
  const batches = dataset.evaluationBatches(part, B);
  const texts = await dataset.pairTexts(part);
  const sizes = { B, T: dataset.longest.T, Ty: 1, training: false };
  const model = new EncoderDecoder(kernels, architecture, codec.sizes, sizes, parameters);
  try {
    for (const { source, sourceLengths, Tx, indices } of batches) {
      const sources = { source: source!, lengths: sourceLengths ?? null, Tx: Tx!, B: indices.length };
      const answers = await decodeGreedily(kernels, model, sources, maxLength, codec.neverGenerated);
      yield answers.map(({ ids }, b) => {
        const { source: from, target } = texts[indices[b]];
        return { source: from, reference: target, hypothesis: codec.decodeTarget(ids) };
      });
    }
  } finally {
    model.dispose();
  }
}
