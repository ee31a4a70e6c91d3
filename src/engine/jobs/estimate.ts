/** The estimate job: measures how long a training step of a network takes on a device, with made-up data. */
import type { Devices } from '../kernels/devices.ts';
import { createTaskModel } from '../model/create.ts';
import { outputWidth } from '../model/parameter-specs.ts';
import { memoryPlan } from '../model/size.ts';
import { lossOf, shapeOf } from '../model/spec.ts';
import type { AnyBatch } from '../model/task-model.ts';
import type { EngineCommand, JobResult } from '../protocol.ts';
import { Random, STREAM } from '../random.ts';
import { allocateSlots, optimizerUpdate } from '../training/optimizer.ts';
import type { JobControl } from './control.ts';

type EstimateCommand = Extract<EngineCommand, { type: 'estimate' }>;

/** The first steps warm caches up; then as many as fit in the time, and the median of them. */
const warmUpSteps = 1;
const budgetSeconds = 0.6;
const mostSteps = 25;

export async function estimate(
  command: EstimateCommand,
  devices: Devices,
  control: JobControl,
  clock: () => number,
): Promise<JobResult> {
  const { architecture, sizes, batch: B, steps: T, targetSteps: Ty } = command;
  const kernels = await devices.create(command.device, command);
  const model = createTaskModel(kernels, architecture, sizes, { B, T, Ty, training: true });
  try {
    const { parameters } = model;
    parameters.initialise(0);
    const slots = allocateSlots(kernels, { kind: 'adam' }, parameters.values.size);
    const norm = kernels.alloc('gradient norm', [1]);
    const made = madeUp(command);
    const times: number[] = [];
    const started = clock();
    for (let step = 1; step <= warmUpSteps + mostSteps; step++) {
      const before = clock();
      model.setBatch(made);
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
      memoryBytes: memoryPlan(architecture, sizes, B, [T, Ty], 'adam').total,
    };
  } finally {
    model.dispose();
    kernels.dispose();
  }
}

/** A full batch of random examples. */
function madeUp({ architecture, sizes, batch: B, steps, targetSteps }: EstimateCommand): AnyBatch {
  const random = new Random(0, STREAM.batchOrder);
  const ids = (length: number, below: number) => Int32Array.from({ length }, () => random.below(below));
  const shape = shapeOf(architecture);
  const isPair = shape === 'many-to-many-unaligned';
  const T = shape === 'one-to-one' ? 1 : isPair ? targetSteps : steps;
  const rows = shape === 'many-to-one' || shape === 'one-to-one' ? B : T * B;
  const K = outputWidth(architecture, sizes);
  const inputs = isPair ? sizes.outputs : sizes.inputs;
  return {
    T,
    B,
    lengths: null,
    inputs: architecture.input === 'numbers' ? new Float64Array(T * B * inputs).fill(0.5) : ids(T * B, inputs),
    targets: lossOf(architecture) === 'softmax' ? ids(rows, K) : new Float64Array(rows * K).fill(0.5),
    ...(shape === 'one-to-many' && { labels: ids(B, sizes.labels!) }),
    ...(isPair && { source: ids(steps * B, sizes.inputs), sourceLengths: null, Tx: steps }),
  };
}
