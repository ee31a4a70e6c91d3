/** Sequences of a run's data to look back through time over: the same at every look, so that looks can be compared. */
import { noTarget } from '../corpus/batches.ts';
import type { TokenSource } from '../corpus/token-source.ts';
import type { Dataset } from '../data/dataset.ts';
import type { AnyBatch } from '../model/task-model.ts';

/** Sequences side by side: more would take more memory than a look is worth. */
const mostAtOnce = 16;

/**
 * Windows of a running text, evenly apart from its beginning to its end.
 * @returns batches of one length T ≤ `steps`: a text that is too short for them makes shorter and fewer
 * @throws RangeError when there is nothing to predict
 */
export function textWindows(source: TokenSource, steps: number, sequences: number): AnyBatch[] {
  const predictions = source.length - 1;
  if (predictions < 1) throw new RangeError(`${source.length} tokens are too few to predict one from another.`);
  const T = Math.min(steps, predictions);
  const count = Math.min(sequences, Math.max(1, Math.floor(predictions / T)));
  const row = new Int32Array(T + 1);
  return chunks(count).map(({ from, B }) => {
    const inputs = new Int32Array(T * B);
    const targets = new Int32Array(T * B).fill(noTarget);
    for (let b = 0; b < B; b++) {
      source.read(Math.floor(((from + b) * (predictions - T)) / Math.max(1, count - 1)), row);
      for (let t = 0; t < T; t++) {
        inputs[t * B + b] = row[t]!;
        targets[t * B + b] = row[t + 1]!;
      }
    }
    return { T, B, lengths: null, inputs, targets };
  });
}

/** Whole examples of a part, evenly apart: a file may be sorted by class. */
export function someExamples(dataset: Dataset, part: 'valid' | 'train', sequences: number): AnyBatch[] {
  const examples = dataset.examples(part);
  const count = Math.min(sequences, examples.count);
  return chunks(count).map(({ from, B }) =>
    examples.fill(Int32Array.from({ length: B }, (_, b) => Math.floor(((from + b) * examples.count) / count))),
  );
}

function chunks(count: number): { readonly from: number; readonly B: number }[] {
  return Array.from({ length: Math.ceil(count / mostAtOnce) }, (_, i) => {
    const from = i * mostAtOnce;
    return { from, B: Math.min(mostAtOnce, count - from) };
  });
}
