import { describe, expect, test } from 'vitest';
import { optimizerSchema, runConfigSchema } from '../../../src/engine/training/config.ts';
import { charRnn, presets, usualLearningRate } from '../../../src/engine/training/presets.ts';
import { learningRateAt } from '../../../src/engine/training/schedule.ts';

const preset = (id: string) => presets.find((candidate) => candidate.id === id)!;

describe('presets', () => {
  test.each(presets)('$name is a complete configuration, nothing added and nothing left out', ({ config }) => {
    const whole = { ...config, corpus: 'some corpus' };
    expect(runConfigSchema.parse(whole)).toMatchObject(whole);
  });

  test.each(presets)('$name comes to an end and says what it is in one sentence', ({ config, description }) => {
    const { maxEpochs, maxSteps, maxMinutes } = config.training;
    expect([maxEpochs, maxSteps, maxMinutes].some((limit) => limit !== null)).toBe(true);
    expect(description).toMatch(/^[A-Z][^.!]*(\.\s?\(?\d*[^.]*)*\.$/u);
  });

  test('ids are different', () => {
    expect(new Set(presets.map(({ id }) => id)).size).toBe(presets.length);
    expect(presets).toContain(charRnn);
  });

  // Zaremba et al. 2014: loss summed over T, rate 1, clip 5. The mean has gradients 1/T as large.
  test.each(['ptb-small', 'ptb-medium'])('%s makes the updates of its paper although the loss here is a mean', (id) => {
    const { steps, learningRate, clip } = preset(id).config.training;
    expect(learningRate / steps).toBeCloseTo(1, 12);
    expect(clip! * steps).toBeCloseTo(5, 12);
  });

  test('PTB small halves its rate from the fifth epoch on, as its paper', () => {
    const { learningRate, schedule } = preset('ptb-small').config.training;
    const rate = (epoch: number) =>
      learningRateAt(learningRate, schedule, { step: 1, epoch, totalSteps: null, plateaus: 0 });
    expect([0, 3.99, 4, 4.99, 5].map((epoch) => rate(epoch) / learningRate)).toEqual([1, 1, 0.5, 0.5, 0.25]);
  });

  test('every optimiser has a usual learning rate', () => {
    for (const { shape } of optimizerSchema.options) expect(usualLearningRate(shape.kind.value)).toBeGreaterThan(0);
  });
});
