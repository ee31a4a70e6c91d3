/** Optimiser and schedule in Python. */
import type { OptimizerConfig, ScheduleConfig, TrainingConfig } from '../../../training/config.ts';
import { lines, literal } from '../python.ts';

export function optimizerOf(optimizer: OptimizerConfig): string {
  switch (optimizer.kind) {
    case 'sgd':
      return 'torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)';
    case 'momentum':
      return `torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=${optimizer.momentum})`;
    case 'adam':
      return 'torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)';
    case 'adamw':
      return `torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=${optimizer.weightDecay})`;
    case 'rmsprop':
      return 'torch.optim.RMSprop(model.parameters(), lr=LEARNING_RATE)';
    case 'adagrad':
      return 'torch.optim.Adagrad(model.parameters(), lr=LEARNING_RATE)';
  }
}

/** The definition of `learning_rate(step, epoch, total_steps, plateaus)`. */
export function scheduleCode(schedule: ScheduleConfig): string {
  const head = 'def learning_rate(step, epoch, total_steps, plateaus):';
  switch (schedule.kind) {
    case 'constant':
      return lines(head, '    return LEARNING_RATE');
    case 'step':
      return lines(
        head,
        `    """Multiplied by ${schedule.factor} after ${schedule.afterEpochs} epochs, and again every ${schedule.everyEpochs}."""`,
        `    if epoch < ${schedule.afterEpochs}:`,
        '        return LEARNING_RATE',
        `    return LEARNING_RATE * ${schedule.factor} ** (1 + math.floor((epoch - ${schedule.afterEpochs}) / ${schedule.everyEpochs}))`,
      );
    case 'cosine':
      return lines(
        head,
        `    """A linear warm-up over ${schedule.warmupSteps} steps, then half a cosine down to ${schedule.floor} of it."""`,
        `    warmup = min(${schedule.warmupSteps}, total_steps - 1)`,
        '    if step <= warmup:',
        '        return LEARNING_RATE * step / warmup',
        '    progress = min(1, (step - warmup) / max(1, total_steps - warmup))',
        `    return LEARNING_RATE * (${schedule.floor} + (1 - ${schedule.floor}) * (1 + math.cos(math.pi * progress)) / 2)`,
      );
    case 'plateau':
      return lines(head, `    return LEARNING_RATE * ${schedule.factor} ** plateaus`);
  }
}

/** The settings of training, an assignment a line. */
export function trainingConstants(t: TrainingConfig, isText: boolean): string {
  return lines(
    `BATCH = ${t.batch}  # sequences side by side`,
    isText && `STEPS = ${t.steps}  # back in time`,
    `LEARNING_RATE = ${t.learningRate}`,
    t.clip !== null && `CLIP = ${t.clip}  # largest norm of the gradient`,
    `MAX_EPOCHS = ${literal(t.maxEpochs)}`,
    `MAX_STEPS = ${literal(t.maxSteps)}`,
    `MAX_MINUTES = ${literal(t.maxMinutes)}`,
    `EVAL_EVERY = ${literal(t.evalEvery)}  # steps; None: see train()`,
    `EARLY_STOPPING = ${literal(t.earlyStopping)}  # evaluations without improvement; None: never`,
    `SEED = ${t.seed}`,
  );
}
