import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runFixture } from '../../../src/engine/conformance/index.ts';
import type { Kernels } from '../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { haveShared, shared } from '../../shared.ts';
import { createNative, instructionSets } from '../kernels/native/device.ts';
import { createTensorflow } from '../kernels/tensorflow/device.ts';
import { createWebGpuKernels, type WebGpuOptions } from '../../../src/engine/kernels/webgpu/create.ts';
import { dawn, webgpu } from '../kernels/webgpu/device.ts';

const indexSchema = z.array(z.object({ file: z.string(), family: z.string() }));

const index = haveShared ? indexSchema.parse(read('index.json')) : [];

/** null: this machine has no such device. */
const devices: [string, (() => Kernels | Promise<Kernels>) | null][] = [
  ['reference', () => createReferenceKernels()],
  ...instructionSets.map((name): (typeof devices)[number] => [`native, ${name}`, () => createNative(name, 2)]),
  ['tensorflow', createTensorflow],
  ['webgpu', dawn && webgpu.create],
];

for (const [name, create] of devices)
  describe.skipIf(!haveShared || !create)(`golden fixtures on ${name}`, () => {
    let kernels: Kernels;
    beforeAll(async () => {
      kernels = await create!();
    });
    afterAll(() => kernels.dispose());

    it('there are as many as the index promises', () => {
      expect(index.length).toBe(47);
    });

    it.each(index)('$file is reproduced', async ({ file }) => {
      const result = await runFixture(kernels, read(file));
      expect(result).toMatchObject({ implemented: true, pass: true });
    });

    it('a task that is not there is reported, not passed', async () => {
      const fixture = { ...(read('public/c6_mlp.json') as object), task: 'diffusion' };
      expect(await runFixture(kernels, fixture)).toMatchObject({ implemented: false, pass: false });
    });
  });

/** One for each kind of network, and an optimiser: where software plays the GPU, all take a minute. */
const few = /(c1_lm|c1_opt_adamw|c2_classify|c4_one2many_gru|c5_encdec_luong|c6_mlp|e_gradflow_gaussian_1\.0)\.json$/;

/** What a GPU may do otherwise. In mixed precision the bounds are wider. */
const ways: [string, WebGpuOptions][] = [
  ['in mixed precision', { precision: 'mixed' }],
  ['without subgroups', { without: ['subgroups'] }],
];

describe.skipIf(!haveShared || !dawn).each(ways)('golden fixtures on webgpu %s', (_, options) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await createWebGpuKernels(dawn!, options);
  });
  afterAll(() => kernels.dispose());

  it.each(index.filter(({ file }) => few.test(file)))('$file is reproduced', async ({ file }) => {
    expect(await runFixture(kernels, read(file))).toMatchObject({ implemented: true, pass: true });
  });
});

describe.skipIf(!haveShared)('a fixture that is not reproduced fails', () => {
  const kernels = createReferenceKernels();

  type Tensors = Record<string, { dtype: string; shape: number[]; data: number[] }>;
  interface Changeable {
    outputs: Tensors;
    grads: Tensors;
    grads_clipped: Tensors;
    grads_clipped_exact: Tensors;
    after: Record<string, Tensors>;
  }
  const lm = (): Changeable => read('public/c1_lm.json') as Changeable;
  const bumped = ({ data }: Tensors[string]) => {
    const i = data.findIndex((v) => v !== 0);
    data[i] += Math.sign(data[i]) * (1e-8 * Math.abs(data[i]) + 1e-11);
  };

  it.each<[string, (fixture: Changeable) => Tensors]>([
    ['outputs', (f) => f.outputs],
    ['grads', (f) => f.grads],
    ['grads_clipped', (f) => f.grads_clipped],
    ['grads_clipped_exact', (f) => f.grads_clipped_exact],
    ['after.adam', (f) => f.after['adam']],
  ])('when a number of any tensor in %s is off by 1e-8', async (section, tensors) => {
    for (const name of Object.keys(tensors(lm()))) {
      const fixture = lm();
      bumped(tensors(fixture)[name]);
      const result = await runFixture(kernels, fixture);
      expect(result).toMatchObject({ implemented: true, pass: false, worst: `${section}.${name}` });
    }
  });

  it.each([
    'c2_classify',
    'c3_binary',
    'c3_multilabel',
    'c3_regress',
    'c4_one2many_lstm',
    'c5_encdec_bahdanau',
    'c5_encdec_luong',
    'c6_mlp',
    'c7_tagging',
    'e_gradflow_gaussian_1.5',
  ])('when a number of any output of %s is off by 1e-8', async (name) => {
    const fresh = () => read(`public/${name}.json`) as Changeable;
    for (const output of Object.keys(fresh().outputs)) {
      const fixture = fresh();
      bumped(fixture.outputs[output]);
      expect(await runFixture(kernels, fixture)).toMatchObject({ pass: false, worst: `outputs.${output}` });
    }
  });

  it('when it lists a tensor that nothing computes', async () => {
    const fixture = lm();
    fixture.outputs['attention'] = { dtype: 'f64', shape: [1], data: [0] };
    const result = await runFixture(kernels, fixture);
    expect(result).toMatchObject({ pass: false, maxError: Infinity, worst: 'outputs.attention' });
  });

  it('and what is no fixture is refused', async () => {
    await expect(runFixture(kernels, { format: 'rnn-fixture/2' })).rejects.toThrow(
      'not a fixture of format rnn-fixture/1',
    );
    const fixture = lm();
    fixture.grads['out.bias'].data.pop();
    await expect(runFixture(kernels, fixture)).rejects.toThrow('as many numbers as its shape says');
  });
});

function read(file: string): unknown {
  return JSON.parse(readFileSync(shared('fixtures', file), 'utf8'));
}
