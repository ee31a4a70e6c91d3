/** The speed test of a device: training steps of two standard networks, about five seconds in all. */
import { createTrainingStep } from '../bench/training-step.ts';
import type { Devices } from '../kernels/devices.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { EngineCommand, JobResult, SpeedCase } from '../protocol.ts';
import { largeToSmall, speedCases } from '../speed-cases.ts';
import type { JobControl } from './control.ts';
import type { Emit } from './train.ts';

/** Of each network: the first step warms caches up and compiles shaders, then as many as fit, at least one. */
const budgetSeconds = 2.5;
const mostSteps = 60;
/** The large network is not timed where its step would take longer than this, as the small one's lets expect. */
const mostSecondsPerStep = 1.5;

export async function measure(
  { device }: Extract<EngineCommand, { type: 'measure' }>,
  devices: Devices,
  control: JobControl,
  clock: () => number,
  emit: Emit,
): Promise<JobResult> {
  const kernels = await devices.create(device);
  const started = clock();
  const total = 2 * budgetSeconds;
  const progress = () =>
    emit({ type: 'progress', done: Math.min(clock() - started, total), total, what: 'Measuring speed' });
  try {
    progress();
    const small = await timeCase(kernels, 'small', control, clock, progress);
    const isTooSlow = small * largeToSmall > mostSecondsPerStep;
    const large = isTooSlow ? null : await timeCase(kernels, 'large', control, clock, progress);
    return { type: 'measure', device: kernels.name, deviceDetail: kernels.detail, seconds: { small, large } };
  } finally {
    kernels.dispose();
  }
}

/** Median seconds of a training step. */
async function timeCase(
  kernels: Kernels,
  which: SpeedCase,
  control: JobControl,
  clock: () => number,
  progress: () => void,
): Promise<number> {
  const step = createTrainingStep(kernels, speedCases[which]);
  const timed = async () => {
    const before = clock();
    step.run();
    // The loss is there when the step is done, also on a device that computes on its own.
    const loss = await step.loss();
    if (!Number.isFinite(loss)) throw new Error(`the loss of the speed test on ${kernels.name} is ${loss}`);
    return clock() - before;
  };
  try {
    const times: number[] = [];
    const started = clock();
    await timed();
    for (;;) {
      await control.turn();
      progress();
      const seconds = clock() - started;
      if (times.length >= mostSteps || (times.length > 0 && seconds >= budgetSeconds)) break;
      times.push(await timed());
    }
    times.sort((a, b) => a - b);
    return times[times.length >> 1]!;
  } finally {
    step.dispose();
  }
}
