import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kernels } from '../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import type { AnyBatch, TaskModel } from '../../../src/engine/model/task-model.ts';
import { expectClose } from '../../compare.ts';
import { GRADIENT_BOUND, numericalGradient } from '../numbers.ts';
import {
  BATCH_SIZES,
  CASES,
  dataOf,
  makeTaskModel,
  taskArchitecture,
  taskBatch,
  type BatchSizes,
} from './task-cases.ts';

const kernels = createReferenceKernels();
const AT = { seed: 11, counter: 4 };
const ROUNDING = { atol: 1e-13, rtol: 1e-11 };

async function meanLoss(model: TaskModel<AnyBatch>): Promise<number> {
  const [sum, count] = await kernels.read(model.loss);
  return sum / count;
}

interface Step {
  readonly outputs: readonly number[];
  readonly loss: number;
  readonly gradients: readonly number[];
}

/** One forward and backward. */
async function step(model: TaskModel<AnyBatch>, batch: AnyBatch): Promise<Step> {
  model.setBatch(batch);
  kernels.fill(model.loss, 0);
  model.forward(null);
  const outputs = [...(await kernels.read(model.outputs, model.rows * model.K))];
  model.computeLoss();
  model.backward();
  return { outputs, loss: await meanLoss(model), gradients: [...(await kernels.read(model.parameters.gradients!))] };
}

describe.each(CASES)('%s', (_, fields) => {
  const architecture = taskArchitecture(fields);
  const steady = { ...architecture, dropout: 0 };

  it('has the gradients of central differences, with lengths and dropout', async () => {
    const model = makeTaskModel(kernels, architecture);
    const at = architecture.dropout > 0 ? AT : null;
    model.setBatch(taskBatch(architecture));
    const loss = async () => {
      kernels.fill(model.loss, 0);
      model.forward(at);
      model.measureLoss();
      return meanLoss(model);
    };
    model.forward(at);
    model.computeLoss();
    model.backward();
    for (const { name, value, gradient } of model.parameters.list) {
      const got = await kernels.read(gradient!);
      expectClose(got, await numericalGradient(kernels, value, loss), GRADIENT_BOUND, name);
      // The smallest embeddings and gates may have none by chance; whole parameters without any are not connected.
      expect(
        got.some((d) => d !== 0),
        `${name} has a gradient`,
      ).toBe(true);
    }
    model.dispose();
  });

  it('padding a batch changes nothing, whatever stands in it', async () => {
    const short = await step(makeTaskModel(kernels, steady), taskBatch(steady));
    const isStandard = steady.task === 'standard';
    const model = makeTaskModel(kernels, steady, isStandard ? {} : { T: 7, Ty: 6 });
    const long = await step(model, taskBatch(steady, { ...BATCH_SIZES, T: 6, Ty: 5 }, isStandard ? 0 : NaN));
    expectClose([long.loss], [short.loss], ROUNDING, 'loss');
    expectClose(long.gradients, short.gradients, ROUNDING, 'gradients');
  });

  it('a batch smaller than planned is computed as if it had been planned', async () => {
    const batch = taskBatch(steady);
    const [exact, wide] = await Promise.all([
      step(makeTaskModel(kernels, steady, { B: 3 }), batch),
      step(makeTaskModel(kernels, steady, { B: 5 }), batch),
    ]);
    expect(wide).toEqual(exact);
  });

  it('a step allocates nothing, and dispose frees all', () => {
    const { counting, live } = countingKernels();
    const model = makeTaskModel(counting, architecture);
    const before = live();
    model.setBatch(taskBatch(architecture));
    model.forward(architecture.dropout > 0 ? AT : null);
    model.computeLoss();
    model.backward();
    expect(live()).toBe(before);
    model.dispose();
    expect(live()).toBe(0);
  });
});

describe('properties of all networks', () => {
  const cases = CASES.filter(([name]) =>
    /^(tagging, bi|classification|multilabel|forecasting|standard|translation)/.test(name),
  );
  const sizes = fc.integer({ min: 1, max: 4 }).chain((B) =>
    fc.record({
      lengths: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: B, maxLength: B }),
      targetLengths: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: B, maxLength: B }),
      order: fc.shuffledSubarray(
        Array.from({ length: B }, (_, b) => b),
        { minLength: B, maxLength: B },
      ),
    }),
  );

  it.each(cases)('%s: permuting a batch permutes the results', async (_, fields) => {
    const architecture = { ...taskArchitecture(fields), dropout: 0 };
    const model = makeTaskModel(kernels, architecture, { B: 4 });
    const data = dataOf(architecture);
    await fc.assert(
      fc.asyncProperty(sizes, async ({ lengths, targetLengths, order }) => {
        const plain: BatchSizes = { T: 4, Ty: 4, lengths, targetLengths };
        const batch = taskBatch(architecture, plain);
        const B = lengths.length;
        const straight = await step(model, batch);
        const shuffled = await step(model, permuted(batch, order, data.inputs, model.K));
        const want = permuteColumns(straight.outputs, B, model.K, order);
        // Attention's and pooling's sums are each sequence's own: not even the rounding changes.
        expectClose(shuffled.outputs, want, ROUNDING, 'outputs');
        expectClose([shuffled.loss], [straight.loss], ROUNDING, 'loss');
        expectClose(shuffled.gradients, straight.gradients, ROUNDING, 'gradients');
      }),
      { numRuns: 8, seed: 1 },
    );
  });
});

describe('class weights', () => {
  it.each([
    ['classification', 4],
    ['multilabel', 4],
  ] as const)('%s: count in training, not in evaluation', async (task, K) => {
    const architecture = taskArchitecture({ task });
    const model = makeTaskModel(kernels, architecture);
    const batch = taskBatch(architecture);
    const even = await step(model, batch);
    const weights = Array.from({ length: K }, (_, k) => 1 + k);
    model.setClassWeights(weights);
    const uneven = await step(model, batch);
    expect(uneven.loss).not.toBeCloseTo(even.loss, 6);
    model.forward(null);
    kernels.fill(model.loss, 0);
    model.measureLoss();
    expectClose([await meanLoss(model)], [even.loss], ROUNDING);
    model.setClassWeights(null);
    expect(await step(model, batch)).toEqual(even);
    expect(() => model.setClassWeights([1, 2])).toThrow('Class weights are 4 positive numbers');
    expect(() => model.setClassWeights([1, 2, 0, 1])).toThrow(RangeError);
  });
});

describe('hidden gradients', () => {
  it('are the total derivatives by the last layer’s outputs: their last steps are what the loss gives', async () => {
    const architecture = taskArchitecture({ task: 'classification' });
    const model = makeTaskModel(kernels, architecture, { hiddenGradients: true });
    await step(model, taskBatch(architecture));
    const [B, H, T] = [3, 3, 4];
    const dh = await kernels.read(model.hiddenGradients[0], T * B * H);
    for (const [b, length] of BATCH_SIZES.lengths.entries()) {
      for (let t = 0; t < T; t++) {
        const norm = Math.hypot(...dh.subarray((t * B + b) * H, (t * B + b + 1) * H));
        if (t < length) expect(norm, `step ${t} of ${b}`).toBeGreaterThan(0);
        else expect(norm, `padding ${t} of ${b}`).toBe(0);
      }
    }
    expect(makeTaskModel(kernels, architecture).hiddenGradients).toEqual([]);
  });
});

describe('what does not fit is refused', () => {
  const architecture = taskArchitecture({ task: 'tagging' });
  const model = makeTaskModel(kernels, architecture);
  const batch = taskBatch(architecture);

  it('sizes, lengths, ids, numbers', () => {
    expect(() => model.setBatch({ ...batch, T: 5 })).toThrow('planned for 1 to 4');
    expect(() => model.setBatch({ ...batch, B: 4 })).toThrow(
      'A batch of 4 sequences: this model was planned for 1 to 3',
    );
    expect(() => model.setBatch({ ...batch, lengths: Int32Array.of(1, 5, 1) })).toThrow('Sequence 1 has a length of 5');
    expect(() => model.setBatch({ ...batch, lengths: Int32Array.of(1, 0, 1) })).toThrow(RangeError);
    const inputs = (batch.inputs as Int32Array).with(2, 5);
    expect(() => model.setBatch({ ...batch, inputs })).toThrow('Token 5 at step 0 of sequence 2');
    const targets = (batch.targets as Int32Array).with(1, 4);
    expect(() => model.setBatch({ ...batch, targets })).toThrow('Target 4 at step 0 of sequence 1 is not of the 4');
    expect(() => model.setBatch({ ...batch, inputs: new Float64Array(12) })).toThrow('Tokens are ids');
  });

  it('numbers that are none, but not at padding', () => {
    const plan = taskArchitecture({ task: 'forecasting', input: 'numbers', embedding: 0 });
    const forecaster = makeTaskModel(kernels, plan);
    const numbers = taskBatch(plan);
    const inputs = Float64Array.from(numbers.inputs);
    inputs[3 * 5 + 5 + 2] = NaN; // step 1, sequence 1, column 2
    expect(() => forecaster.setBatch({ ...numbers, inputs })).toThrow(
      'Input NaN in column 2 at step 1 of sequence 1: expected a finite number.',
    );
  });

  it('a yes-or-no target outside 0 … 1', () => {
    const plan = taskArchitecture({ task: 'binary' });
    const classifier = makeTaskModel(kernels, plan);
    expect(() => classifier.setBatch({ ...taskBatch(plan), targets: Float64Array.of(0, 1.5, 1) })).toThrow(
      'expected a number from 0 to 1',
    );
  });

  it('calls out of order', () => {
    const fresh = makeTaskModel(kernels, architecture);
    expect(() => fresh.forward(null)).toThrow('call setBatch first');
    fresh.setBatch(batch);
    expect(() => fresh.computeLoss()).toThrow('call forward first');
    fresh.forward(null);
    expect(() => fresh.backward()).toThrow('call forward and computeLoss first');
    fresh.setBatch({ ...batch, targets: null });
    fresh.forward(null);
    expect(() => fresh.measureLoss()).toThrow('needs targets');
    expect(() => makeTaskModel(kernels, architecture, { training: false }).backward()).toThrow('not made for training');
  });
});

/** Sequence order[b] of a batch at place b. */
function permuted(batch: AnyBatch, order: readonly number[], I: number, K: number): AnyBatch {
  const { B } = batch;
  const ids = (array: Int32Array) => Int32Array.from(permuteColumns([...array], B, 1, order));
  const arrange = <Numbers extends NonNullable<AnyBatch['targets']>>(array: Numbers, width: number) =>
    array instanceof Int32Array ? ids(array) : Float64Array.from(permuteColumns([...array], B, width, order));
  return {
    ...batch,
    lengths: batch.lengths && ids(batch.lengths),
    inputs: arrange(batch.inputs, I),
    targets: batch.targets && arrange(batch.targets, K),
    labels: batch.labels && ids(batch.labels),
    source: batch.source && ids(batch.source),
    sourceLengths: batch.sourceLengths && ids(batch.sourceLengths),
  };
}

/** [rows,B,width] with sequence order[b] at b. */
function permuteColumns(values: readonly number[], B: number, width: number, order: readonly number[]): number[] {
  return values.map((_, i) => {
    const [t, b, k] = [Math.floor(i / (B * width)), Math.floor(i / width) % B, i % width];
    return values[(t * B + order[b]) * width + k];
  });
}

/** Reference kernels that count what is allocated and not freed. */
function countingKernels(): { counting: Kernels; live: () => number } {
  const all = new Set<object>();
  const track = <R extends object>(made: R): R => {
    all.add(made);
    return made;
  };
  const counting: Kernels = {
    ...kernels,
    alloc: (...args) => track(kernels.alloc(...args)),
    view: (...args) => track(kernels.view(...args)),
    recurrentWorkspace: (shape) => track(kernels.recurrentWorkspace(shape)),
    free(made) {
      all.delete(made);
      kernels.free(made);
    },
  };
  return { counting, live: () => all.size };
}
