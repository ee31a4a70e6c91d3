import { describe, expect, it } from 'vitest';
import { tokensInMemory } from '../../../src/engine/corpus/token-source.ts';
import { learnTokenizer } from '../../../src/engine/corpus/tokenizer-learner.ts';
import { LiveLooks, updateRatios } from '../../../src/engine/inside/live-looks.ts';
import { eigenvalues } from '../../../src/engine/inside/spectra.ts';
import type { LiveLook } from '../../../src/engine/inside/looks/live.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { TextLearner } from '../../../src/engine/training/text-learner.ts';
import { Trainer } from '../../../src/engine/training/trainer.ts';
import { tinyConfig } from '../training/tiny.ts';

const text = 'the cat sat on the mat; the dog sat on the log. '.repeat(6);
const config = tinyConfig({ training: { maxSteps: 40, learningRate: 0.1, optimizer: { kind: 'sgd' } } });
const tokenizer = await learnTokenizer(config.tokenizer, text);
const ids = tokenizer.encode(text);

async function begin(clock: () => number = () => 0) {
  const kernels = createReferenceKernels();
  const [train, valid] = [ids.subarray(0, 240), ids.subarray(240)].map(tokensInMemory);
  const data = { tokenizer, charactersPerToken: 1, train: train!, valid: valid!, test: null, vectors: null };
  const trainer = await Trainer.begin({ kernels, config, learner: new TextLearner(kernels, config, data), clock });
  return { trainer, looks: new LiveLooks(kernels, config, trainer.learner, clock) };
}

describe('looks while training', () => {
  it('change nothing that training computes', async () => {
    const seen: LiveLook[] = [];
    const train = async (look: boolean) => {
      const { trainer, looks } = await begin();
      const step = () => trainer.trainStep();
      while (trainer.finished === null) {
        if (look) seen.push(await looks.lookAt(step, async () => {}));
        else await step();
      }
      const { parameters } = trainer.learner;
      return parameters.read(parameters.values);
    };
    expect(await train(true)).toEqual(await train(false));
    expect(seen.map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    const [first] = seen;
    expect(first!.lags).toEqual(Int32Array.from([0, 1, 2, 3, 4])); // T = 5
    expect(first!.flows.map(({ layer, norms }) => [layer, norms.length])).toEqual([
      [0, 5],
      [1, 5],
    ]);
  });

  it('are of the update: with plain gradient descent, η ‖g‖ is the norm of all that moved', async () => {
    const { trainer, looks } = await begin();
    const { parameters } = trainer.learner;
    const norms = (await parameters.read(parameters.values)).map(({ data }) => Math.hypot(...data));
    const { updates, gradNorm } = await looks.lookAt(
      () => trainer.trainStep(),
      async () => {},
    );
    const moved = Math.hypot(...updates.map(({ ratio }, k) => ratio * norms[k]!));
    expect(gradNorm).toBeLessThan(5); // not clipped
    expect(moved).toBeCloseTo(0.1 * gradNorm, 10);
  });

  it('know the spectral radii of the recurrent blocks, and how the weights are distributed', async () => {
    const { trainer, looks } = await begin();
    const { parameters } = trainer.learner;
    const { radii, histograms } = await looks.lookAt(
      () => trainer.trainStep(),
      async () => {},
    );
    const weights = await parameters.read(parameters.values);
    expect(histograms.map(({ name }) => name)).toEqual(weights.map(({ name }) => name));
    for (const [k, { min, max, counts }] of histograms.entries()) {
      const { data } = weights[k]!;
      expect([min, max]).toEqual([Math.min(...data), Math.max(...data)]);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(data.length);
    }
    const { hidden: H, cell } = config.architecture;
    const gates = { rnn: 1, lstm: 4, gru: 3 }[cell];
    expect(radii.map(({ name }) => name)).toEqual(
      ['rnn.weight_hh_l0', 'rnn.weight_hh_l1'].flatMap((name) => Array<string>(gates).fill(name)),
    );
    for (const [k, { name, radius }] of radii.entries()) {
      const g = k % gates;
      const { data } = weights.find((one) => one.name === name)!;
      const { re, im } = eigenvalues(data.slice(g * H * H, (g + 1) * H * H), H);
      const largest = Math.max(...re.map((x, i) => Math.hypot(x, im[i]!)));
      expect(Math.abs(radius / largest - 1)).toBeLessThan(2e-3);
    }
  });

  it('are at least two, however long the first one takes', async () => {
    let now = 0;
    const { trainer, looks } = await begin(() => now);
    let took = 9;
    for (let step = 1; step <= 3; step++) {
      expect(looks.isDue(step, 0)).toBe(step < 3);
      if (step === 3) break;
      await looks.lookAt(
        () => trainer.trainStep(),
        async () => {
          now += took;
          took = 0;
        },
      );
      took = 1;
    }
  });

  it('take at most a hundredth of the time, or a quarter of a second, and become rarer', async () => {
    let now = 0;
    const { trainer, looks } = await begin(() => now);
    const looked: number[] = [];
    let spent = 0;
    for (let step = 1, elapsed = 0; step <= 20_000; step++, elapsed += 0.02) {
      if (!looks.isDue(step, elapsed)) continue;
      looked.push(step);
      // Each costs 0.01 s, as long as half a step.
      const made = async () => ({ ...(await trainer.trainStep()), step });
      let took = 0.01;
      await looks.lookAt(made, async () => {
        now += took;
        took = 0;
      });
      spent += 0.01;
      expect(spent).toBeLessThanOrEqual(Math.max(0.25, 0.01 * elapsed) + 1e-9);
    }
    expect(looked.slice(0, 11)).toEqual([1, 2, 3, 4, 5, 7, 9, 12, 15, 19, 24]); // a quarter further each time
    const gaps = looked.slice(1).map((step, i) => step - looked[i]!);
    expect(Math.min(...gaps.slice(25))).toBeGreaterThanOrEqual(49); // a hundredth of the time is one look in fifty steps
    expect(gaps.at(-1)).toBeGreaterThan(20_000 / 64 / 1.1);
  });
});

it('update ratios, by hand', () => {
  const of = (name: string, ...data: number[]) => ({ name, shape: [data.length], data: Float64Array.from(data) });
  const before = [of('a', 3, 4), of('b', 0, 0), of('c', 1, 1)];
  const after = [of('a', 3, 4.5), of('b', 0, 1), of('c', 1, 1)];
  expect(updateRatios(before, after)).toEqual([
    { name: 'a', ratio: 0.1 },
    { name: 'b', ratio: 0 },
    { name: 'c', ratio: 0 },
  ]);
});
