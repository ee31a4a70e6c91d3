/** Learning-rate schedules: pure functions of where the run is. */
import type { ScheduleConfig } from './config.ts';

export interface SchedulePosition {
  /** The step about to be made, from 1. */
  readonly step: number;
  /** Epochs done before it (fractional). */
  readonly epoch: number;
  /** Steps of the whole run; null when only minutes limit it (never with cosine). */
  readonly totalSteps: number | null;
  /** How often validation has stopped improving so far (plateau). */
  readonly plateaus: number;
}

/** Learning rate of a step. */
export function learningRateAt(base: number, schedule: ScheduleConfig, at: SchedulePosition): number {
  switch (schedule.kind) {
    case 'constant':
      return base;
    case 'step': {
      if (at.epoch < schedule.afterEpochs) return base;
      return base * schedule.factor ** (1 + Math.floor((at.epoch - schedule.afterEpochs) / schedule.everyEpochs));
    }
    case 'cosine': {
      // Loshchilov & Hutter 2017 (SGDR), one cycle, after a linear warm-up (Goyal et al. 2017).
      const warmup = Math.min(schedule.warmupSteps, (at.totalSteps ?? 1) - 1);
      if (at.step <= warmup) return (base * at.step) / warmup;
      const progress = Math.min(1, (at.step - warmup) / Math.max(1, (at.totalSteps ?? at.step) - warmup));
      return base * (schedule.floor + ((1 - schedule.floor) * (1 + Math.cos(Math.PI * progress))) / 2);
    }
    case 'plateau':
      return base * schedule.factor ** at.plateaus;
  }
}

/** What reduce-on-plateau and early stopping remember between evaluations. Plain data: it goes into the checkpoint. */
export interface Progress {
  readonly best: { readonly step: number; readonly loss: number } | null;
  /** Evaluations in a row without improvement: since the best, and since the last reduction of the rate. */
  readonly sinceBest: number;
  readonly sinceReduction: number;
  readonly plateaus: number;
}

export const noProgress: Progress = { best: null, sinceBest: 0, sinceReduction: 0, plateaus: 0 };

/** The progress after one more evaluation. */
export function afterEvaluation(before: Progress, schedule: ScheduleConfig, step: number, loss: number): Progress {
  if (before.best === null || loss < before.best.loss) {
    return { best: { step, loss }, sinceBest: 0, sinceReduction: 0, plateaus: before.plateaus };
  }
  const sinceBest = before.sinceBest + 1;
  const sinceReduction = before.sinceReduction + 1;
  // As PyTorch's ReduceLROnPlateau: more than `patience` evaluations without improvement reduce once.
  const reduce = schedule.kind === 'plateau' && sinceReduction > schedule.patience;
  return {
    best: before.best,
    sinceBest,
    sinceReduction: reduce ? 0 : sinceReduction,
    plateaus: before.plateaus + (reduce ? 1 : 0),
  };
}
