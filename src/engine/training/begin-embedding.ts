/** An embedding that begins with pre-trained word vectors. */
import { CorpusError } from '../corpus/errors.ts';
import type { WordVectors } from '../data/word-vectors.ts';
import type { ParameterSet } from '../model/parameters.ts';

/**
 * Overwrites the rows of the input embedding that have a vector; the others stay as they were drawn.
 * @throws CorpusError when the vectors are not as wide as the embedding
 */
export async function beginEmbedding(
  parameters: ParameterSet,
  { width, matrix, found }: Pick<WordVectors, 'width' | 'matrix' | 'found'>,
): Promise<void> {
  // Of an encoder–decoder the source's.
  const name = parameters.has('src_emb.weight') ? 'src_emb.weight' : 'emb.weight';
  const rows = new Map<number, Float32Array>();
  found.forEach((is, row) => {
    if (is) rows.set(row, matrix.subarray(row * width, (row + 1) * width));
  });
  const { shape } = parameters.get(name);
  if (shape[1] !== width) {
    throw new CorpusError(
      `The word vectors have ${width} numbers and the embedding ${shape[1]}: set the embedding to ${width}.`,
    );
  }
  await parameters.writeRows(name, rows);
}
