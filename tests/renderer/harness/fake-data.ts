/** Made-up corpora and runs, the same every time. */
import type { Corpus, Evaluation, Run, RunDetail, RunStatus, StepColumns } from '../../../src/api/types.ts';
import { figuresOf } from '../../../src/engine/metrics/figures.ts';
import { architectureDefaults, lossOf, type Task } from '../../../src/engine/model/spec.ts';
import type { RunConfig } from '../../../src/engine/training/config.ts';
import { usualConfig } from '../../../src/engine/training/task-presets.ts';
import { dataCorpora } from './fake-inspections.ts';
import { resultOf, sampleOf } from './fake-results.ts';
import { dataOf } from './fake-tasks.ts';

const now = Date.now();
const minute = 60_000;

/** A small deterministic generator (mulberry32): the pictures do not change from load to load. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const longName =
  'A very long name that somebody gave to a run because every setting seemed worth a mention: lstm-2x256-dropout-0.2-adam-2e-3-clip-5-tinyshakespeare-lowercase-final-final-2';

const texts = [
  ['tinyshakespeare.txt', 1_115_394, 40_000, 202_651, 65, 'utf-8', 0],
  ['The Time Machine', 178_979, 3_248, 32_775, 70, 'utf-8', 0],
  ['brief-an-den-vater.txt', 98_213, 1_204, 17_002, 84, 'windows-1252', 12],
] as const;

export function corpus(index: number): Corpus {
  const [name, characters, lines, words, distinct, encoding, replaced] = texts[index % texts.length] ?? texts[0];
  const counts = (tokens: string[], top: number) =>
    tokens.map((token, at) => ({ token, count: Math.round(top / (at + 1) ** 0.7) }));
  return {
    id: `corpus-${index}`,
    name: index < 3 ? name : (dataCorpora[index - 3]?.[0] ?? `${name} ${index}`),
    createdAt: now - index * 90 * minute,
    deletedAt: null,
    source: index === 1 ? 'sample' : `/home/ada/texts/${name}`,
    sha256: 'a'.repeat(64),
    encoding,
    encodingFrom: encoding === 'utf-8' ? 'utf-8' : 'detected',
    bytes: characters + 400,
    characters,
    lines,
    words,
    distinctCharacters: distinct,
    replaced,
    frequentCharacters: counts([' ', 'e', 't', 'o', 'a', 'h', 's', 'r', 'n', 'i', '\n', 'l', 'd'], characters / 7),
    frequentWords: counts(['the', 'and', 'to', 'of', 'I', 'you', 'my', 'a', 'that', 'in', 'is', 'not'], words / 30),
    missing: false,
  };
}

export function config(index: number, task: Task = 'language-model'): RunConfig {
  const cells = ['lstm', 'gru', 'rnn'] as const;
  const from = {
    corpus: `corpus-${index % 3}`,
    data: dataOf(task),
    validCorpus: null,
    testCorpus: null,
    vectorsCorpus: null,
    start: null,
    device: 'auto',
    threads: null,
    precision: 'float32' as const,
  };
  if (task !== 'language-model') {
    const { architecture, ...usual } = usualConfig(task);
    return { ...from, ...usual, architecture: { ...architecture, horizon: task === 'forecasting' ? 20 : 1 } };
  }
  return {
    ...from,
    split: { valid: 0.1, test: 0 },
    tokenizer: { kind: 'char', unit: 'codepoint', lowercase: false, minFrequency: 1 },
    architecture: {
      ...architectureDefaults,
      task: 'language-model',
      cell: cells[index % 3] ?? 'lstm',
      layers: 1 + (index % 3),
      hidden: 128 * (1 + (index % 4)),
      embedding: 64,
      dropout: index % 2 ? 0.2 : 0,
      tie: false,
    },
    training: {
      batch: 32,
      steps: 64,
      partition: 'sequential',
      optimizer: { kind: 'adam' },
      learningRate: 0.002,
      schedule: { kind: 'constant' },
      clip: 5,
      maxEpochs: 10,
      maxSteps: null,
      maxMinutes: null,
      evalEvery: 100,
      earlyStopping: null,
      checkpointEvery: null,
      seed: 1 + index,
      classWeights: 'none',
      scheduledSampling: null,
    },
  };
}

const statuses: RunStatus[] = [
  'finished',
  'interrupted',
  'failed',
  'early-stopped',
  'stopped',
  'finished',
  'finished',
  'queued',
];
const messages: Partial<Record<RunStatus, string>> = {
  interrupted: 'Unroll ended while this run trained. Everything up to step 1,400 was kept.',
  failed:
    'The loss became infinite at step 1,532. The last good checkpoint (step 1,400) was kept. Lower the learning rate (now 0.002) or clip gradients harder (now 5).',
};

/** The third run was resumed on another device. */
function deviceHistory(index: number, step: number): Run['deviceHistory'] {
  const first = { device: 'native', detail: 'AVX-512, 2 threads', step: 0 };
  if (step === 0) return [];
  return index === 2
    ? [
        { ...first, device: 'webgpu', detail: 'WebGPU, mixed precision' },
        { ...first, step: 800 },
      ]
    : [first];
}

export function run(index: number, task: Task = 'language-model'): Run {
  const next = random(index + 1);
  const status = statuses[index % statuses.length] ?? 'finished';
  const untouched = status === 'queued';
  const step = untouched ? 0 : 1_532 + Math.floor(next() * 3000);
  const c = config(index, task);
  // Where the made-up curve of validation is lowest.
  const bestStep = Math.min(2_500, Math.floor(step / 100) * 100);
  const best = evaluationOf(c, index, bestStep, 'valid').loss;
  const tested = !untouched && task !== 'language-model';
  const figures = (at: number, split: Evaluation['split'] = 'valid') =>
    untouched ? null : evaluationOf(c, index, at, split).figures;
  return {
    id: `run-${index}`,
    name:
      index === 3
        ? longName
        : task === 'language-model'
          ? `${c.architecture.cell} ${c.architecture.layers}×${c.architecture.hidden} #${index + 1}`
          : `${task} #${index + 1}`,
    status,
    message: messages[status] ?? null,
    config: c,
    corpusName: corpus(index % 3).name,
    corpusHash: 'a'.repeat(64),
    vocabularySize: 65,
    charactersPerToken: 1,
    unknownRate: 0,
    parameters: 861_505,
    memoryBytes: 48_000_000,
    device: 'native',
    deviceDetail: 'AVX-512, 2 threads',
    deviceHistory: deviceHistory(index, step),
    appVersion: '0.1.0',
    createdAt: now - index * 47 * minute,
    startedAt: now - index * 47 * minute,
    finishedAt: now - index * 47 * minute + 8 * minute,
    elapsed: untouched ? 0 : 200 + next() * 4000,
    step,
    epoch: step / 490,
    stepsPerEpoch: 490,
    totalSteps: 4900,
    trainLoss: untouched ? null : best * 0.9,
    validLoss: untouched ? null : best * 1.01,
    bestStep: untouched ? null : bestStep,
    bestLoss: untouched ? null : best,
    testLoss: tested ? best * 1.04 : null,
    validFigures: figures(step),
    bestFigures: figures(bestStep),
    testFigures: tested ? figures(step, 'test') : null,
    tokensPerSecond: untouched ? null : 120_000 + next() * 200_000,
    secondsLeft: null,
    checkpointStep: untouched ? null : Math.floor(step / 100) * 100,
    notes: index === 0 ? 'Baseline. Next: tie the weights.' : '',
    imported: null,
    tags: index % 4 === 0 ? ['baseline'] : [],
    color: index % 8,
    archived: index % 11 === 10,
    deletedAt: null,
  };
}

/** Curves as a run's would be: perplexity falling from the vocabulary's size, noise on top. */
export function stepsBetween(from: number, to: number, seed: number, scale = 1): StepColumns {
  const next = random(seed * 7919 + from);
  const columns: StepColumns = {
    step: [],
    epoch: [],
    loss: [],
    gradNorm: [],
    learningRate: [],
    tokensPerSecond: [],
    elapsed: [],
  };
  for (let step = from; step < to; step++) {
    columns.step.push(step);
    columns.epoch.push(step / 490);
    columns.loss.push((lossAt(step, seed) + (next() - 0.5) * 0.12) * scale);
    columns.gradNorm.push(0.6 + 2 / (1 + step / 80) + next() * 0.5);
    columns.learningRate.push(0.002);
    columns.tokensPerSecond.push(212_000 + (next() - 0.5) * 20_000);
    columns.elapsed.push(step * 0.0096);
  }
  return columns;
}

export function lossAt(step: number, seed: number): number {
  return 1.35 + 0.03 * (seed % 9) + 2.8 * Math.exp(-step / 150) + 0.35 * Math.exp(-step / 1500);
}

/** Of losses: those of texts are larger. */
export function lossScale({ architecture }: RunConfig): number {
  return { softmax: architecture.task === 'classification' ? 0.4 : 1, sigmoid: 0.15, squared: 0.03 }[
    lossOf(architecture)
  ];
}

/** What a run measures at a step. */
export function evaluationOf(
  config: RunConfig,
  index: number,
  step: number,
  split: Evaluation['split'],
  classes = 18,
): Evaluation {
  const { task } = config.architecture;
  const quality = (1 - Math.exp(-step / 500)) * (split === 'test' ? 0.97 : 1);
  const metrics = resultOf(task, quality, random(index + step), classes);
  const loss = (lossAt(step, index) + 0.09 + (step > 2500 ? (step - 2500) / 12000 : 0)) * lossScale(config);
  return {
    ...{ step, epoch: step / 490, split, loss, elapsed: step * 0.0096 },
    bitsPerCharacter: task === 'language-model' ? loss / Math.LN2 : null,
    figures: metrics ? figuresOf(metrics) : {},
    metrics,
  };
}

/** @param classes of a classification */
export function detail(one: Run, index: number, classes = 18): RunDetail {
  const { task } = one.config.architecture;
  const evals: Evaluation[] = [];
  const samples = [];
  const last = Math.floor(one.step / 100) * 100;
  for (let step = 100; step <= one.step; step += 100) {
    const found = evaluationOf(one.config, index, step, 'valid', classes);
    evals.push(step === last || step === one.bestStep ? found : { ...found, metrics: null });
    samples.push(sampleOf(task, step, random(step)));
  }
  if (one.testFigures) evals.push(evaluationOf(one.config, index, last, 'test', classes));
  const at = one.createdAt;
  return {
    run: one,
    steps: stepsBetween(1, one.step + 1, index, lossScale(one.config)),
    evals,
    samples,
    log: [
      { at, level: 'info', message: 'Training on native (AVX-512, 2 threads), 861,505 parameters.' },
      { at: at + 9000, level: 'warning', message: 'The gradient norm was clipped in 41 of the first 100 steps.' },
      ...(one.message ? [{ at: at + 90_000, level: 'error' as const, message: one.message }] : []),
    ],
  };
}
