// A workspace with made-up runs, written by the app's own store, so that it holds what training would have written.
import { randomUUID } from 'node:crypto';
import { openStore } from '../../src/main/store/store.ts';
import { runConfigSchema } from '../../src/engine/training/config.ts';

/** mulberry32: the same curves every time. */
function random(/** @type {number} */ seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const cells = ['lstm', 'gru', 'rnn'];
const stepsPerEpoch = 1000;
const evalEvery = 5000;

function configOf(/** @type {number} */ index, /** @type {number} */ steps) {
  return runConfigSchema.parse({
    corpus: 'corpus',
    split: { valid: 0.1, test: 0 },
    tokenizer: { kind: 'char' },
    architecture: {
      ...{ task: 'language-model', cell: cells[index % 3], layers: 1 + (index % 3), hidden: 64 * 2 ** (index % 4) },
      ...{ embedding: 64, dropout: index % 2 ? 0.2 : 0, tie: false },
    },
    training: {
      ...{ batch: 32, steps: 64, optimizer: { kind: 'adam' }, learningRate: 0.002 / (1 + (index % 5)) },
      ...{ schedule: { kind: 'constant' }, clip: 5, maxEpochs: null, maxSteps: Math.max(1, steps), maxMinutes: null },
      ...{ evalEvery: null, earlyStopping: null, checkpointEvery: null, seed: index + 1 },
    },
  });
}

/** The loss falls as losses do, with noise and here and there a spike. */
function lossAt(/** @type {number} */ step, /** @type {number} */ index) {
  return 1.3 + 0.004 * index + 2.8 * Math.exp(-step / 1500) + 0.4 * Math.exp(-step / 30_000);
}

/**
 * @param {string} folder
 * @param {{ runs: number, steps: number }} options
 * @returns {string[]} the ids of the runs
 */
export function fill(folder, { runs, steps }) {
  const store = openStore(folder);
  const ids = [];
  const began = Date.UTC(2026, 0, 1);
  for (let index = 0; index < runs; index++) {
    const id = randomUUID();
    const next = random(index + 1);
    store.write(() => {
      store.runs.insert({
        ...{ id, name: `${cells[index % 3]} number ${index + 1}`, config: configOf(index, steps) },
        ...{ corpusName: 'a text', corpusHash: 'hash', tokensKey: 'tokens', appVersion: '0.1.0' },
        ...{ targetHash: null, validHash: null, validTargetHash: null, testHash: null, testTargetHash: null },
        ...{ vectorsHash: null, createdAt: began + index * 1000 },
      });
      const key = store.runs.get(id)?.key ?? 0;
      let batch = [];
      for (let step = 1; step <= steps; step++) {
        const spike = next() > 0.9995 ? 1.5 : 0;
        batch.push({
          ...{ step, epoch: step / stepsPerEpoch, loss: lossAt(step, index) + (next() - 0.5) * 0.3 + spike },
          ...{ gradNorm: 0.5 + next(), learningRate: 0.002, tokensPerSecond: 200_000, elapsed: step * 0.01 },
        });
        if (batch.length === 1024 || step === steps) {
          store.metrics.put(key, batch, began + index * 1000 + step * 10);
          batch = [];
        }
      }
      let best = { step: 0, loss: Infinity };
      for (let step = evalEvery; step <= steps; step += evalEvery) {
        const loss = lossAt(step, index) + 0.05 + Math.max(0, step - steps / 2) * 1e-6 * (index % 4);
        if (loss < best.loss) best = { step, loss };
        store.evals.put(key, {
          ...{ step, epoch: step / stepsPerEpoch, split: 'valid', loss, bitsPerCharacter: loss / Math.LN2 },
          ...{ figures: {}, metrics: null, elapsed: step * 0.01 },
        });
      }
      const loss = steps > 0 ? lossAt(steps, index) : 1.5 + 0.001 * index;
      store.runs.update(key, {
        ...{ status: 'finished', step: steps, epoch: steps / stepsPerEpoch, elapsed: steps * 0.01, trainLoss: loss },
        ...{ validLoss: loss + 0.05, bestStep: best.step || steps, bestLoss: best.step ? best.loss : loss },
        ...{ tokensPerSecond: 200_000, parameters: 100_000 * (1 + (index % 7)), stepsPerEpoch, totalSteps: steps },
        ...{ startedAt: began + index * 1000, finishedAt: began + index * 1000 + steps * 10 },
      });
    });
    ids.push(id);
  }
  store.close();
  return ids;
}
