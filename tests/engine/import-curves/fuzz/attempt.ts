/** One damaged file of curves: curves, or a sentence that says what is wrong with it. Everything else is a fault of the reader. */
import { CorpusError } from '../../../../src/engine/corpus/errors.ts';
import { recordedCurves } from '../../../../src/engine/import-curves/recorded.ts';
import { proposeMapping } from '../../../../src/engine/import-curves/roles.ts';
import { readAll } from '../make.ts';

/** Longer than any sentence. */
const mostCharacters = 2_000;

/** @throws what no reader should throw */
export async function attempt(bytes: Uint8Array, name: string): Promise<'read' | 'refused'> {
  try {
    for (const run of (await readAll(bytes, name)).runs) {
      const { steps, evals } = recordedCurves(run, proposeMapping(run.series.map((one) => one.name)));
      const numbers = [...steps, ...evals].flatMap(({ step, loss, elapsed, epoch }) => [step, loss, elapsed, epoch]);
      if (!numbers.every(Number.isFinite)) throw new Error('a number that is none');
    }
    return 'read';
  } catch (error) {
    if (!(error instanceof CorpusError) || error.message.length > mostCharacters) throw error;
    return 'refused';
  }
}
