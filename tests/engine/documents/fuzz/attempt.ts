/** One damaged document: its text, or a sentence that says what is wrong with it. Everything else is a fault of the reader. */
import { CorpusError } from '../../../../src/engine/corpus/errors.ts';
import { read } from '../read.ts';

/** Longer than any sentence. */
const mostCharacters = 2_000;

/** @throws what no reader should throw */
export async function attempt(bytes: Uint8Array, name: string): Promise<'read' | 'refused'> {
  try {
    await read(bytes, name);
    return 'read';
  } catch (error) {
    // Without its first bytes it is no document, but a text or something else.
    if (error instanceof Error && error.message === 'no document') return 'refused';
    if (!(error instanceof CorpusError) || error.message.length > mostCharacters) throw error;
    return 'refused';
  }
}
