import { describe, expect, it } from 'vitest';
import type { ScheduleConfig } from '../../../src/engine/training/config.ts';
import { afterEvaluation, learningRateAt, noProgress, type Progress } from '../../../src/engine/training/schedule.ts';

const at = (step: number, epoch = 0, totalSteps: number | null = 100, plateaus = 0) => ({
  step,
  epoch,
  totalSteps,
  plateaus,
});

describe('learning-rate schedules', () => {
  it('constant stays', () => {
    expect(learningRateAt(0.1, { kind: 'constant' }, at(7))).toBe(0.1);
  });

  it('step decay as in Zaremba et al. 2014 (small): full rate for four epochs, then halved after each', () => {
    const schedule: ScheduleConfig = { kind: 'step', factor: 0.5, afterEpochs: 4, everyEpochs: 1 };
    const rates = [0, 1, 3, 3.99, 4, 4.5, 5, 6].map((epoch) => learningRateAt(1, schedule, at(1, epoch)));
    expect(rates).toEqual([1, 1, 1, 1, 0.5, 0.5, 0.25, 0.125]);
  });

  it('cosine warms up linearly, passes the middle at half, and ends at the floor', () => {
    const schedule: ScheduleConfig = { kind: 'cosine', warmupSteps: 10, floor: 0.1 };
    expect(learningRateAt(1, schedule, at(1, 0, 110))).toBeCloseTo(0.1, 12);
    expect(learningRateAt(1, schedule, at(10, 0, 110))).toBeCloseTo(1, 12);
    expect(learningRateAt(1, schedule, at(60, 0, 110))).toBeCloseTo(0.55, 12); // 0.1 + 0.9·½
    expect(learningRateAt(1, schedule, at(110, 0, 110))).toBeCloseTo(0.1, 12);
  });

  it('a warm-up longer than the run does not divide by zero', () => {
    const schedule: ScheduleConfig = { kind: 'cosine', warmupSteps: 100, floor: 0 };
    expect(learningRateAt(1, schedule, at(1, 0, 1))).toBe(0);
    expect(learningRateAt(1, schedule, at(1, 0, 3))).toBe(0.5);
  });

  it('plateau reduces after more than `patience` evaluations without improvement, as ReduceLROnPlateau', () => {
    const schedule: ScheduleConfig = { kind: 'plateau', factor: 0.5, patience: 1 };
    // PyTorch 1.13, patience 1, threshold 0, losses below: the rate after each is 1 1 1 .5 .5 .25 .25
    const losses = [3, 2, 2.5, 2.1, 2.2, 2.3, 1.9];
    let progress: Progress = noProgress;
    const rates = losses.map((loss, i) => {
      progress = afterEvaluation(progress, schedule, i + 1, loss);
      return learningRateAt(1, schedule, at(i + 1, 0, null, progress.plateaus));
    });
    expect(rates).toEqual([1, 1, 1, 0.5, 0.5, 0.25, 0.25]);
    expect(progress.best).toEqual({ step: 7, loss: 1.9 });
  });

  it('counts evaluations since the best for early stopping', () => {
    let progress: Progress = noProgress;
    for (const [i, loss] of [3, 2, 2.5, 2].entries())
      progress = afterEvaluation(progress, { kind: 'constant' }, i, loss);
    expect(progress.sinceBest).toBe(2); // an equal loss is no improvement
  });
});
