/** One damaged file: a model, or a sentence that says what is wrong with it. Everything else is a fault of the reader. */
import { CorpusError } from '../../../../src/engine/corpus/errors.ts';
import { SafetensorsError } from '../../../../src/engine/export/safetensors.ts';
import { ModelFileError } from '../../../../src/engine/import-model/errors.ts';
import { checkpointOf, openModelFile, summaryOf } from '../../../../src/engine/import-model/read-model.ts';
import { CheckpointError, decodeCheckpoint, encodeCheckpoint } from '../../../../src/engine/training/checkpoint.ts';
import { answers, tokens } from './seeds.ts';

const sentences = [ModelFileError, SafetensorsError, CheckpointError, CorpusError];
/** Longer than any sentence. */
const mostCharacters = 2_000;

/** @throws what no reader should throw */
export async function attempt(bytes: Uint8Array): Promise<'model' | 'refused'> {
  try {
    const file = await openModelFile(bytes);
    const given = summaryOf(file, null).asks.vocabulary ? tokens : null;
    // What is taken in can be read again.
    decodeCheckpoint(encodeCheckpoint(checkpointOf(file, answers, given)));
    return 'model';
  } catch (error) {
    const isSentence =
      sentences.some((kind) => error instanceof kind) && (error as Error).message.length < mostCharacters;
    if (!isSentence) throw error;
    return 'refused';
  }
}
