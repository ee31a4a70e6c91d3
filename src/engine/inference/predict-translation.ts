/** Translating a text with an encoder–decoder. */
import { EncoderDecoder } from '../model/encoder-decoder.ts';
import { beamSearch } from './beam-search.ts';
import { readText, requireTask, type Trained } from './predict-model.ts';
import { defaultTranslateOptions, type TranslateOptions, type TranslationPrediction } from './prediction.ts';

/**
 * The best translations, best first.
 * @throws CorpusError for a text without any token
 * @throws RangeError for options that make no sense
 */
export async function translateText(
  trained: Trained,
  text: string,
  options: Partial<TranslateOptions> = {},
): Promise<TranslationPrediction> {
  requireTask(trained, 'translation');
  const { kernels, architecture, codec, parameters } = trained;
  const { ids, read } = readText(trained, text);
  const beam = { ...defaultTranslateOptions, ...options };
  // A width that makes no sense is refused by the search, in its own words.
  const B = Number.isInteger(beam.width) && beam.width > 0 ? beam.width : 1;
  const sizes = { B, T: ids.length, Ty: 1, training: false };
  const model = new EncoderDecoder(kernels, architecture, codec.sizes, sizes, parameters);
  try {
    const found = await beamSearch(kernels, model, ids, { ...beam, never: codec.neverGenerated });
    const translations = found.map(({ ids: own, attention, ...figures }) => ({
      text: codec.decodeTarget(own),
      tokens: own.map((id) => codec.targetTokenText(id)),
      ...figures,
      attention: attention && attention.map((weights) => Array.from(weights)),
    }));
    return { kind: 'translations', read, translations };
  } finally {
    model.dispose();
  }
}
