/** What a network reads while it is looked at, and what it thinks meanwhile: made up, with neurons that really follow the text. */
import type {
  ConfusionLook,
  Confusion,
  Predictions,
  PredictionsLook,
} from '../../../src/engine/inside/looks/predictions.ts';
import type {
  NeuronMatches,
  NeuronMatchesLook,
  Neurons,
  NeuronsLook,
} from '../../../src/engine/inside/looks/neurons.ts';
import type { LookSource, ReadSource } from '../../../src/engine/inside/looks/source.ts';
import { layersOf } from '../../../src/engine/inside/stacks.ts';
import type { Run } from '../../../src/api/types.ts';
import { random } from './fake-data.ts';

const story = `"I do not mean to ask you to accept anything without reasonable ground for it," said the Time Traveller. "You will soon admit as much as I need from you."

The thing the Time Traveller held in his hand was a glittering metallic framework, scarcely larger than a small clock (and very delicately made). There was ivory in it, and some transparent crystalline substance.

"It took two years to make," retorted the Time Traveller. Then, when we had all imitated the action of the Medical Man, he said: "Now I want you clearly to understand that this lever, being pressed over, sends the machine gliding into the future".

`;
const words = 'The cat sat on the mat and looked at the dog'.split(' ');
const german = 'Die Katze saß auf der Matte <eos>'.split(' ');

function pieces(source: LookSource, run: Run): string[] {
  if (run.config.architecture.task !== 'language-model') return words.map((word) => `${word} `);
  if (source.from === 'text') return [...source.text];
  return [...story.repeat(Math.ceil(source.length / story.length))].slice(0, source.length);
}

function readSource(source: LookSource, run: Run, count: number): ReadSource {
  const unit = run.config.architecture.task === 'language-model' ? 'tokens' : 'examples';
  if (source.from === 'data')
    return {
      from: 'valid',
      start: source.start,
      total: unit === 'tokens' ? 17_898 : 812,
      unit,
      unknown: [],
      truncated: false,
    };
  return { from: 'text', start: 0, total: count, unit: 'tokens', unknown: ['é'], truncated: false };
}

export function neurons(look: NeuronsLook, run: Run, step: number): Neurons {
  const { architecture } = run.config;
  const layers = layersOf(architecture);
  const H = layers[look.layer]!.H;
  const read = pieces(look.source, run);
  const values = new Uint8Array(read.length * H);
  const next = random(look.layer + 1);
  const rates = Array.from({ length: H }, () => [next() * 0.9, next() * 2 - 1, next() * 7] as const);
  let quoted = false;
  let state = new Float64Array(H);
  read.forEach((piece, t) => {
    if (piece === '"') quoted = !quoted;
    state = state.map((h, j) => {
      const [keep, gain, phase] = rates[j]!;
      return keep * h + (1 - keep) * gain * Math.sin((piece.codePointAt(0) ?? 0) * 1.3 + phase) * 2;
    });
    state[7] = quoted ? 0.85 : -0.6;
    state.forEach((h, j) => (values[t * H + j] = 128 + Math.round(127 * Math.tanh(h))));
  });
  return {
    picture: 'neurons',
    step,
    source: readSource(look.source, run, read.length),
    layers,
    pieces: read,
    H,
    values,
    scale: 1,
  };
}

export function neuronMatches(look: NeuronMatchesLook, step: number): NeuronMatches {
  const at = [...story.matchAll(/"/g)].map(({ index }) => index);
  return {
    ...{ picture: 'neuron-matches', step, from: 'valid', searched: 17_898 },
    places: at.slice(0, look.places).map((start, i) => ({
      ...{ start, example: null, share: 1 - i / 20, score: 0.9 - i / 20 },
      before: story.slice(Math.max(0, start - 24), start),
      text: story.slice(start, start + look.span),
      after: story.slice(start + look.span, start + look.span + 24),
    })),
  };
}

export function predictions(look: PredictionsLook, run: Run, step: number): Predictions {
  const { task, attention } = run.config.architecture;
  const read = task === 'translation' ? german.map((word) => `${word} `) : pieces(look.source, run);
  const names =
    task === 'tagging' ? ['NOUN', 'VERB', 'DET', 'ADP', 'PRON'] : [...new Set(read.map((one) => one.trim() || one))];
  const next = random(3);
  const k = Math.min(look.top, names.length);
  const T = read.length;
  const truth = Int32Array.from(read, (one) =>
    task === 'tagging' ? Math.floor(next() * 5) : names.indexOf(one.trim() || one),
  );
  const found = {
    ...{ surprisal: new Float32Array(T), entropy: new Float32Array(T) },
    ...{ top: new Int32Array(T * k), probability: new Float32Array(T * k) },
  };
  for (let t = 0; t < T; t++) {
    const sure = next() ** 2;
    for (let i = 0; i < k; i++) {
      found.top[t * k + i] = (truth[t]! + i * (sure > 0.7 ? 3 : 1) + (sure > 0.7 ? 1 : 0)) % names.length;
      found.probability[t * k + i] = (1 - sure) * sure ** i;
    }
    const place = found.top.subarray(t * k, (t + 1) * k).indexOf(truth[t]!);
    found.surprisal[t] = -Math.log2(place < 0 ? 0.004 : Math.max(0.001, found.probability[t * k + place]!));
    found.entropy[t] = sure * 3;
  }
  if (task === 'language-model' && look.source.from === 'text') {
    truth[0] = -1;
    found.surprisal[0] = found.entropy[0] = NaN;
    found.top.fill(-1, 0, k);
  }
  const Tx = words.length;
  const weights = Float32Array.from(
    { length: T * Tx },
    (_, i) => Math.exp(-((Math.floor(i / Tx) * 1.6 - (i % Tx)) ** 2)) / 1.8,
  );
  return {
    ...{
      picture: 'predictions',
      step,
      source: readSource(look.source, run, T),
      of: task === 'tagging' ? 'tag' : 'token',
    },
    ...{ pieces: read, truth, names, k, choices: names.length, ...found },
    reads: task === 'translation' ? words.map((word) => `${word} `) : null,
    attention: task === 'translation' && attention !== 'none' ? { source: words, weights } : null,
  };
}

export function confusion(_look: ConfusionLook, run: Run, step: number): Confusion {
  const labels =
    run.config.architecture.task === 'binary'
      ? ['no', 'yes']
      : ['Arabic', 'Czech', 'English', 'French', 'German', 'Irish'];
  const next = random(11);
  const count = 240;
  const truth = Int32Array.from({ length: count }, () => Math.floor(next() * labels.length));
  const answer = truth.map((one) => (next() < 0.75 ? one : Math.floor(next() * labels.length)));
  const probability = Float32Array.from({ length: count }, () => 0.5 + next() / 2);
  return {
    ...{
      picture: 'confusion',
      step,
      from: 'valid',
      labels,
      of: 'example',
      read: count,
      total: count,
      truth,
      answer,
      probability,
    },
    ofTruth: probability.map((p, i) => (answer[i] === truth[i] ? p : (1 - p) / 2)),
    example: Int32Array.from({ length: count }, (_, i) => i),
    texts: Array.from({ length: count }, (_, i) => [...`Name number ${i} of the list`]),
    lines: Int32Array.from({ length: count }, (_, i) => i * 3 + 2),
  };
}
