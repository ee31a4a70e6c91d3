/** Decoding with an encoder–decoder by the most probable token at every step. */
import { BOS, EOS } from '../data/codec.ts';
import { logSoftmax, requireFinite } from '../metrics/outputs.ts';
import type { EncoderDecoder } from '../model/encoder-decoder.ts';
import type { Kernels } from '../kernels/kernels.ts';

/** Sources side by side, as EncoderDecoder.encode takes them. */
export interface Sources {
  readonly source: Int32Array; // [Tx,B]
  readonly lengths: Int32Array | null; // [B]
  readonly Tx: number;
  readonly B: number;
}

/** A generated sequence. */
export interface Hypothesis {
  /** Ids, with the EOS that ends them if they are finished. */
  readonly ids: readonly number[];
  /** Natural logarithm of the probability of all its ids, EOS too, as the model gives it. */
  readonly logProbability: number;
  /** It ended with EOS, not with the greatest length. */
  readonly finished: boolean;
  /** Where each id looked: of the real source positions, [ids][Tx]; null without attention. */
  readonly attention: readonly Float64Array[] | null;
}

/** @throws RangeError for a length that is not a whole number from 1 on */
export function requireMaxLength(maxLength: number): void {
  if (Number.isInteger(maxLength) && maxLength >= 1) return;
  throw new RangeError(`The greatest length is a whole number of tokens from 1 on, not ${maxLength}.`);
}

/**
 * Reads what the last decoding step gave for B sequences.
 * @throws RangeError for logits that are not finite
 */
export async function readStep(
  kernels: Kernels,
  model: EncoderDecoder,
  { Tx, B, lengths }: Pick<Sources, 'Tx' | 'B' | 'lengths'>,
): Promise<{ readonly logits: ArrayLike<number>; lookedAt(b: number): Float64Array | null }> {
  const logits = await kernels.read(model.outputs, B * model.K);
  requireFinite(logits);
  const weights = model.attentionWeights && (await kernels.read(model.attentionWeights, B * Tx));
  return {
    logits,
    lookedAt: (b) => weights && Float64Array.from(weights.subarray(b * Tx, b * Tx + (lengths?.[b] ?? Tx))),
  };
}

/**
 * The greedy answer to each source: at every step the most probable id, the smallest of equals, until EOS.
 * @param model planned for these sources; its decoder may be planned for one step (Ty = 1)
 * @param maxLength most ids of an answer, EOS among them
 * @param never ids that are not chosen
 * @throws RangeError when the sources do not fit the plan
 */
export async function decodeGreedily(
  kernels: Kernels,
  model: EncoderDecoder,
  sources: Sources,
  maxLength: number,
  never: readonly number[],
): Promise<Hypothesis[]> {
  requireMaxLength(maxLength);
  const { source, lengths, Tx, B } = sources;
  const answers = Array.from({ length: B }, () => ({
    ids: new Array<number>(),
    logProbability: 0,
    finished: false,
    attention: model.attentionWeights && new Array<Float64Array>(),
  }));
  const tokens = new Int32Array(B).fill(BOS);
  model.encode(source, lengths, Tx, B);
  for (let step = 0; step < maxLength && answers.some(({ finished }) => !finished); step++) {
    model.decodeStep(tokens);
    const { logits, lookedAt } = await readStep(kernels, model, sources);
    answers.forEach((answer, b) => {
      if (answer.finished) return; // its row is computed with the others, and is read no more
      const logProbabilities = logSoftmax(logits, b, model.K);
      const id = mostProbable(logProbabilities, never);
      answer.ids.push(id);
      answer.logProbability += logProbabilities[id];
      answer.attention?.push(lookedAt(b)!);
      answer.finished = id === EOS;
      tokens[b] = id;
    });
  }
  return answers;
}

function mostProbable(logProbabilities: Float64Array, never: readonly number[]): number {
  let best = EOS;
  for (let id = 0; id < logProbabilities.length; id++) {
    const better =
      logProbabilities[id] > logProbabilities[best] || (logProbabilities[id] === logProbabilities[best] && id < best);
    if (better && !never.includes(id)) best = id;
  }
  return best;
}
