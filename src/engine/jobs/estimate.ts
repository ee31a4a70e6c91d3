/** The estimate job: measures how long a training step of a network takes on a device, with made-up tokens. */
import type { Devices } from '../kernels/devices.ts';
import { LanguageModel } from '../model/language-model.ts';
import { memoryPlan } from '../model/size.ts';
import type { EngineCommand, JobResult } from '../protocol.ts';
import { Random, STREAM } from '../random.ts';
import { allocateSlots, optimizerUpdate } from '../training/optimizer.ts';
import type { JobControl } from './control.ts';

/** The first steps warm caches up; then as many as fit in the time, and the median of them. */
const warmUpSteps = 1;
const budgetSeconds = 0.6;
const mostSteps = 25;

export async function estimate(
  command: Extract<EngineCommand, { type: 'estimate' }>,
  devices: Devices,
  control: JobControl,
  clock: () => number,
): Promise<JobResult> {
  const { architecture, vocabularySize: V, batch: B, steps: T } = command;
  const kernels = await devices.create(command.device, command.threads);
  const model = new LanguageModel(kernels, architecture, V, { B, T, training: true });
  try {
    const { parameters } = model;
    parameters.initialise(0);
    const slots = allocateSlots(kernels, { kind: 'adam' }, parameters.values.size);
    const norm = kernels.alloc('gradient norm', [1]);
    const random = new Random(0, STREAM.batchOrder);
    const tokens = Int32Array.from({ length: T * B }, () => random.below(V));
    model.resetState();
    const times: number[] = [];
    const started = clock();
    for (let step = 1; step <= warmUpSteps + mostSteps; step++) {
      const before = clock();
      model.setBatch(tokens, tokens, T);
      kernels.fill(model.loss, 0);
      model.forward(architecture.dropout > 0 ? { seed: 0, counter: step } : null);
      model.computeLoss();
      model.backward();
      kernels.clipByGlobalNorm(norm, parameters.gradients!, 1, 1e-6);
      kernels.updateParameters(
        optimizerUpdate({ kind: 'adam' }, 1e-3, step),
        parameters.values,
        parameters.gradients!,
        slots,
      );
      model.carryState();
      await kernels.read(model.loss);
      if (step > warmUpSteps) times.push(clock() - before);
      await control.turn();
      if (times.length > 0 && clock() - started > budgetSeconds) break;
    }
    times.sort((a, b) => a - b);
    return {
      type: 'estimate',
      device: kernels.name,
      deviceDetail: kernels.detail,
      secondsPerStep: times[times.length >> 1]!,
      memoryBytes: memoryPlan(architecture, V, B, T, 'adam').total,
    };
  } finally {
    model.dispose();
    kernels.dispose();
  }
}
