/** Decoding with an encoder–decoder by several hypotheses side by side. */
import { BOS, EOS } from '../data/codec.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { logSoftmax } from '../metrics/outputs.ts';
import type { EncoderDecoder } from '../model/encoder-decoder.ts';
import { readStep, requireMaxLength, type Hypothesis } from './greedy.ts';

export interface BeamOptions {
  /** Hypotheses at once; 1 is greedy decoding. */
  readonly width: number;
  /** α of the length penalty; 0: the score is the log-probability, which favours short answers. */
  readonly lengthPenalty: number;
  /** Most ids of an answer, EOS among them. */
  readonly maxLength: number;
  /** How many answers to give; at most the width. */
  readonly best: number;
  /** Ids that are not chosen. */
  readonly never: readonly number[];
}

export interface ScoredHypothesis extends Hypothesis {
  /** What answers are ranked by: log-probability divided by the length penalty. */
  readonly score: number;
}

/** ((5 + length) / 6)^α (Wu et al. 2016, equation 14); the length counts EOS. */
export function lengthPenalty(length: number, alpha: number): number {
  return ((5 + length) / 6) ** alpha;
}

/** A hypothesis that is extended. */
interface Alive {
  readonly ids: readonly number[];
  readonly logProbability: number;
  readonly attention: readonly Float64Array[] | null;
}

/** One more id for the hypothesis of a row. */
interface Extension {
  readonly row: number;
  readonly id: number;
  readonly logProbability: number;
}

/**
 * The best answers to one source, best first; finished ones before those that the greatest length cut off.
 *
 * Of all extensions of all hypotheses by one id the most probable ones are kept. One that ends with EOS is finished and keeps its
 * place in the beam, so that the others are fewer by one from then on (as in the decoder of Bahdanau et al. 2015); the search ends
 * when none is left. The length penalty decides about the finished answers only.
 * @param model planned for B ≥ width sequences of the source's length; its decoder may be planned for one step (Ty = 1)
 * @param source [Tx] ids
 * @throws RangeError for options that make no sense, or a source that does not fit the plan
 */
export async function beamSearch(
  kernels: Kernels,
  model: EncoderDecoder,
  source: Int32Array,
  options: BeamOptions,
): Promise<ScoredHypothesis[]> {
  requireOptions(options, model.B);
  const { width, maxLength } = options;
  const Tx = source.length;
  // The source as often as there are places, [Tx,width].
  const copies = Int32Array.from({ length: Tx * width }, (_, i) => source[Math.floor(i / width)]);
  model.encode(copies, null, Tx, width);
  const done: Hypothesis[] = [];
  let alive: Alive[] = [{ ids: [], logProbability: 0, attention: model.attentionWeights && [] }];
  for (let step = 0; step < maxLength && alive.length > 0; step++) {
    model.decodeStep(Int32Array.from({ length: width }, (_, b) => alive[b]?.ids.at(-1) ?? BOS));
    const { logits, lookedAt } = await readStep(kernels, model, { Tx, B: width, lengths: null });
    const chosen = bestExtensions(alive, logits, model.K, width - done.length, options.never);
    const going = chosen.filter(({ id }) => id !== EOS);
    const extended = ({ row, id, logProbability }: Extension): Alive => ({
      ids: [...alive[row].ids, id],
      logProbability,
      attention: alive[row].attention && [...alive[row].attention, lookedAt(row)!],
    });
    for (const extension of chosen) {
      if (extension.id === EOS) done.push({ ...extended(extension), finished: true });
    }
    alive = going.map(extended);
    if (alive.length > 0 && step + 1 < maxLength) await moveStates(model, going, width);
  }
  return ranked([...done, ...alive.map((cut) => ({ ...cut, finished: false }))], options);
}

function requireOptions({ width, lengthPenalty: alpha, maxLength, best }: BeamOptions, B: number): void {
  requireMaxLength(maxLength);
  if (!Number.isInteger(width) || width < 1 || width > B) {
    throw new RangeError(`A beam of ${width}: this model was planned for 1 to ${B} hypotheses at once.`);
  }
  if (!Number.isFinite(alpha) || alpha < 0) {
    throw new RangeError(`A length penalty of ${alpha}: expected 0 (none) or more; 0.6 to 1 is usual.`);
  }
  if (!Number.isInteger(best) || best < 1 || best > width) {
    throw new RangeError(`The ${best} best of a beam of ${width}: ask for 1 to ${width}.`);
  }
}

/** The `count` most probable extensions, most probable first; of equals the one of the earlier row, then the smaller id. */
function bestExtensions(
  alive: readonly Alive[],
  logits: ArrayLike<number>,
  V: number,
  count: number,
  never: readonly number[],
): readonly Extension[] {
  const all = alive.flatMap((hypothesis, row) => {
    const logProbabilities = logSoftmax(logits, row, V);
    for (const id of never) logProbabilities[id] = -Infinity;
    return largest(logProbabilities, count).map((id): Extension => {
      return { row, id, logProbability: hypothesis.logProbability + logProbabilities[id] };
    });
  });
  return all.sort((a, b) => b.logProbability - a.logProbability || a.row - b.row || a.id - b.id).slice(0, count);
}

/** Indices of the largest finite values, at most `count`, largest first; the smaller index of equals. One pass over a vocabulary. */
function largest(values: Float64Array, count: number): number[] {
  const kept: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (values[i] === -Infinity) continue;
    if (kept.length === count && values[i] <= values[kept[count - 1]]) continue;
    let at = kept.length;
    while (at > 0 && values[kept[at - 1]] < values[i]) at--;
    kept.splice(at, 0, i);
    if (kept.length > count) kept.pop();
  }
  return kept;
}

/** Each hypothesis that goes on takes the state of the one that it extends; rows without one keep theirs, which nobody reads. */
async function moveStates(model: EncoderDecoder, going: readonly Extension[], width: number): Promise<void> {
  if (going.every(({ row }, b) => row === b)) return;
  await model.reorder(Int32Array.from({ length: width }, (_, b) => going[b]?.row ?? b));
}

function ranked(hypotheses: readonly Hypothesis[], { lengthPenalty: alpha, best }: BeamOptions): ScoredHypothesis[] {
  return hypotheses
    .map((hypothesis) => ({
      ...hypothesis,
      score: hypothesis.logProbability / lengthPenalty(hypothesis.ids.length, alpha),
    }))
    .sort((a, b) => Number(b.finished) - Number(a.finished) || b.score - a.score)
    .slice(0, best);
}
