/**
 * Places where the same neurons fire as in a span that somebody selected: the search of LSTMVis (Strobelt et al. 2018), with the sign of
 * the activation told apart.
 */
import { CorpusError } from '../corpus/errors.ts';
import type { AnyBatch, TaskModel } from '../model/task-model.ts';
import { createTaskModel } from '../model/create.ts';
import { type NeuronMatch, type NeuronMatches, type NeuronMatchesLook } from './looks/neurons.ts';
import { requireLayer } from './neurons.ts';
import type { OpenedCheckpoint } from './opened.ts';
import { examplePieces, textPieces } from './pieces.ts';
import { openExamples, readText } from './reader.ts';
import { readStates } from './states.ts';

/** Steps of text that are shown before and after a place. */
const around = 24;

/** A part of the data that was searched: running text, or one example. */
interface Searched {
  /** First token in the part, or 0. */
  readonly example: number | null;
  readonly pieces: readonly string[];
  /** How many of the neurons fire at each step. */
  readonly firing: Uint16Array;
}

/** @throws CorpusError for a layer, quantity or unit that the network does not have */
export async function neuronMatches(opened: OpenedCheckpoint, look: NeuronMatchesLook): Promise<NeuronMatches> {
  const { H } = requireLayer(opened.architecture, look.layer, look.quantity);
  const beyond = look.units.find(({ unit }) => unit >= H);
  if (beyond) throw new CorpusError(`This layer has ${H} units: there is none of number ${beyond.unit}.`);
  const { parts, from } = opened.tokenizer ? await searchText(opened, look) : await searchExamples(opened, look);
  const found = parts.flatMap((part) => matchesIn(part, look));
  return {
    picture: 'neuron-matches',
    step: opened.step,
    from,
    searched: parts.reduce((sum, { firing }) => sum + firing.length, 0),
    places: found.sort((a, b) => b.score - a.score || a.start - b.start).slice(0, look.places),
  };
}

type Found = { readonly parts: Searched[]; readonly from: 'valid' | 'train' };

async function searchText(opened: OpenedCheckpoint, look: NeuronMatchesLook): Promise<Found> {
  const { data, files } = opened;
  if ('directory' in data) throw new CorpusError('The data of this run are no running text.');
  const tokens = await files.openTokens(data.valid ?? data.train);
  try {
    const ids = new Int32Array(Math.min(look.tokens, tokens.length));
    tokens.read(0, ids);
    const firing = new Uint16Array(ids.length);
    for await (const { start, model } of readText(opened, ids, 0)) {
      firing.set(await firingAt(opened, model, look), start);
    }
    const part = { example: null, pieces: textPieces(opened.tokenizer!, ids), firing };
    return { parts: [part], from: data.valid ? 'valid' : 'train' };
  } finally {
    tokens.close();
  }
}

async function searchExamples(opened: OpenedCheckpoint, look: NeuronMatchesLook): Promise<Found> {
  const { architecture, sizes, progress, turn } = opened;
  const { dataset, part } = await openExamples(opened);
  const isDecoder = requireLayer(architecture, look.layer, look.quantity).part === 'decoder';
  const most = { ...dataset.longest, B: 1, training: false };
  const model = createTaskModel(await opened.kernels(), architecture, sizes, most, await opened.parameters(false));
  try {
    const examples = dataset.examples(part);
    const parts: Searched[] = [];
    for (let index = 0, read = 0; index < examples.count && read < look.tokens; index++) {
      const batch = examples.fill(Int32Array.of(index));
      model.setBatch(batch);
      model.forward(null);
      const { pieces, targets } = examplePieces(opened.codec!, batch);
      const firing = await firingAt(opened, model, look);
      parts.push({ example: index, pieces: isDecoder ? ['', ...(targets ?? [])] : pieces, firing });
      read += firing.length;
      progress(read, Math.min(look.tokens, examples.count * (read / (index + 1))), 'Searching');
      await turn();
    }
    return { parts, from: part };
  } finally {
    model.dispose();
    dataset.close();
  }
}

/** [T]: how many of the neurons fire. */
async function firingAt(
  opened: OpenedCheckpoint,
  model: TaskModel<AnyBatch>,
  { layer, quantity, units, threshold }: NeuronMatchesLook,
): Promise<Uint16Array> {
  const operands = model.recurrences[layer];
  const { H, T } = operands.shape;
  const states = await readStates(await opened.kernels(), operands, quantity);
  const firing = new Uint16Array(T);
  for (let t = 0; t < T; t++) {
    for (const { unit, sign } of units) if (states[t * H + unit] * sign >= threshold) firing[t]++;
  }
  return firing;
}

/** The best places of a text that do not overlap. */
export function matchesIn(
  { pieces, firing, example }: Searched,
  { span, units, places }: Pick<NeuronMatchesLook, 'span' | 'units' | 'places'>,
): NeuronMatch[] {
  const share = (t: number) => (t < 0 || t >= firing.length ? 0 : firing[t] / units.length);
  const scored: { start: number; share: number; score: number }[] = [];
  let inside = 0;
  for (let t = 0; t < firing.length; t++) {
    inside += share(t) - share(t - span);
    const start = t - span + 1;
    if (start < 0) continue;
    const mean = inside / span;
    if (mean > 0) scored.push({ start, share: mean, score: mean - (share(start - 1) + share(t + 1)) / 4 });
  }
  scored.sort((a, b) => b.score - a.score || a.start - b.start);
  const taken = new Uint8Array(firing.length);
  const best: NeuronMatch[] = [];
  const text = (from: number, to: number) => pieces.slice(Math.max(0, from), Math.max(0, to)).join('');
  for (const one of scored) {
    if (best.length === places) break;
    const end = one.start + span;
    if (taken.subarray(one.start, end).includes(1)) continue;
    taken.fill(1, one.start, end);
    best.push({
      ...one,
      example,
      before: text(one.start - around, one.start),
      text: text(one.start, end),
      after: text(end, end + around),
    });
  }
  return best;
}
