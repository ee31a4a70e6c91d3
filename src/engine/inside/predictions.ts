/** The picture of the predictions: what the network thought would come, token by token. */
import { CorpusError } from '../corpus/errors.ts';
import { requireFinite } from '../metrics/outputs.ts';
import { EncoderDecoder } from '../model/encoder-decoder.ts';
import { lossOf } from '../model/spec-fields.ts';
import type { AnyBatch, TaskModel } from '../model/task-model.ts';
import type { Predictions, PredictionsLook } from './looks/predictions.ts';
import type { OpenedCheckpoint } from './opened.ts';
import { openSequence } from './reader.ts';

const tasks = ['language-model', 'tagging', 'conditional-generation', 'translation'];

/** @throws CorpusError for a network that does not choose one of several at every step */
export async function predictions(opened: OpenedCheckpoint, look: PredictionsLook): Promise<Predictions> {
  const { architecture, sizes } = opened;
  if (!tasks.includes(architecture.task) || lossOf(architecture) !== 'softmax') {
    throw new CorpusError('This network does not choose one of several at every step: there is nothing to colour.');
  }
  if (architecture.task === 'translation' && look.source.from === 'text') {
    throw new CorpusError('The Try screen translates a text of your own. Here are the answers to the data of the run.');
  }
  const sequence = await openSequence(opened, look.source);
  const pieces = sequence.targets ?? sequence.pieces;
  const K = sizes.outputs;
  const choices = new Choices(pieces.length, Math.min(look.top, K));
  const kernels = await opened.kernels();
  let attention: Predictions['attention'] = null;
  for await (const { start, T, model } of sequence.read()) {
    const logits = await kernels.read(model.outputs, T * K);
    requireFinite(logits);
    for (let t = 0; t < T; t++) {
      const at = start + t + sequence.ahead;
      if (at < 0 || at >= pieces.length) continue;
      choices.add(at, logits.subarray(t * K, (t + 1) * K), sequence.truth ? sequence.truth[at] : -1);
    }
    attention = await attentionOf(opened, model, pieces.length, sequence.pieces);
    await opened.turn();
  }
  return {
    picture: 'predictions',
    step: opened.step,
    source: sequence.source,
    of: architecture.task === 'tagging' ? 'tag' : 'token',
    ...{ pieces, choices: K, attention, reads: architecture.task === 'translation' ? sequence.pieces : null },
    ...choices.found(namesOf(opened)),
  };
}

/** The tokens or tags that it chooses from, as people read them. */
function namesOf({ tokenizer, codec, architecture }: OpenedCheckpoint): (id: number) => string {
  if (tokenizer) return (id) => tokenizer.tokenText(id);
  return architecture.task === 'tagging' ? (id) => codec!.labels![id] : (id) => codec!.targetTokenText(id);
}

async function attentionOf(
  opened: OpenedCheckpoint,
  model: TaskModel<AnyBatch>,
  Ty: number,
  source: readonly string[],
): Promise<Predictions['attention']> {
  if (!(model instanceof EncoderDecoder) || !model.attentionWeights) return null;
  const kernels = await opened.kernels();
  const weights = Float32Array.from(await kernels.read(model.attentionWeights, Ty * source.length));
  return { source: source.map((piece) => piece.trimEnd()), weights };
}

/** Distributions over the choices, of which the most probable and the one that came are kept. */
export class Choices {
  readonly #k: number;
  readonly #truth: Int32Array;
  readonly #surprisal: Float32Array;
  readonly #entropy: Float32Array;
  readonly #top: Int32Array;
  readonly #probability: Float32Array;

  /** @param k most probable ones to keep, at most as many as there are choices */
  constructor(T: number, k: number) {
    this.#k = k;
    this.#truth = new Int32Array(T).fill(-1);
    this.#surprisal = new Float32Array(T).fill(NaN);
    this.#entropy = new Float32Array(T).fill(NaN);
    this.#top = new Int32Array(T * k).fill(-1);
    this.#probability = new Float32Array(T * k);
  }

  /** @param logits [K] @param truth the id that came; below 0: nobody knows */
  add(at: number, logits: ArrayLike<number>, truth: number): void {
    const k = this.#k;
    const best: number[] = []; // the k largest, largest first
    for (let id = 0; id < logits.length; id++) {
      if (best.length === k && logits[id] <= logits[best[k - 1]]) continue;
      let place = best.length < k ? best.length : k - 1;
      while (place > 0 && logits[best[place - 1]] < logits[id]) {
        best[place] = best[place - 1];
        place--;
      }
      best[place] = id;
    }
    const most = logits[best[0]];
    let sum = 0; // Σ e^(a - most)
    let weighted = 0; // Σ (a - most) e^(a - most)
    for (let id = 0; id < logits.length; id++) {
      const e = Math.exp(logits[id] - most);
      sum += e;
      weighted += (logits[id] - most) * e;
    }
    const normaliser = Math.log(sum);
    this.#entropy[at] = (normaliser - weighted / sum) / Math.LN2;
    best.forEach((id, place) => {
      this.#top[at * k + place] = id;
      this.#probability[at * k + place] = Math.exp(logits[id] - most) / sum;
    });
    if (truth < 0) return;
    this.#truth[at] = truth;
    this.#surprisal[at] = (normaliser - (logits[truth] - most)) / Math.LN2;
  }

  /** With ids exchanged for places in a list of the names that occur. */
  found(
    name: (id: number) => string,
  ): Pick<Predictions, 'truth' | 'surprisal' | 'entropy' | 'top' | 'probability' | 'k' | 'names'> {
    const places = new Map<number, number>();
    const placeOf = (id: number) => {
      if (id < 0) return -1;
      const place = places.get(id) ?? places.size;
      places.set(id, place);
      return place;
    };
    const [truth, top] = [this.#truth.map(placeOf), this.#top.map(placeOf)];
    const names = Array.from(places.keys(), name);
    return {
      ...{ truth, top, names, k: this.#k },
      ...{ surprisal: this.#surprisal, entropy: this.#entropy, probability: this.#probability },
    };
  }
}
