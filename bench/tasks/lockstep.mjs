// Whether Unroll and PyTorch compute the same numbers: the first steps of a run by Unroll's own trainer, and the same steps in
// PyTorch from the same parameters, on the same batches, with the same dropout masks.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '../../src/engine/data/dataset.ts';
import { writeSafetensors } from '../../src/engine/export/safetensors.ts';
import { createNativeKernels } from '../../src/engine/kernels/native/load.ts';
import { runConfigSchema } from '../../src/engine/training/config.ts';
import { ExampleLearner } from '../../src/engine/training/example-learner.ts';
import { Trainer } from '../../src/engine/training/trainer.ts';
import { nodeFiles } from '../../src/main/files.ts';
import { runTorch } from './torch-run.mjs';

/**
 * The largest relative difference of a loss, or of a gradient's norm, in the first steps.
 * @param {string} python
 * @param {{ dataset: string, config: string }} recipe of the run
 * @param {number} steps
 */
export async function lockstep(python, recipe, steps) {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-lockstep-'));
  try {
    const ours = await trace(recipe, folder, steps);
    const theirs = await runTorch(python, recipe, ['--lockstep', folder], () => undefined);
    return Math.max(difference(ours.losses, theirs.losses), difference(ours.norms, theirs.norms));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Makes the steps, and leaves the initial parameters and the order of examples in a folder.
 * @param {{ dataset: string, config: string }} recipe
 * @param {string} folder
 * @param {number} steps
 */
async function trace({ dataset: directory, config: path }, folder, steps) {
  const config = runConfigSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const kernels = createNativeKernels();
  const dataset = await openDataset(nodeFiles(), directory);
  const learner = new ExampleLearner(kernels, config, dataset);
  const trainer = await Trainer.begin({ kernels, config, learner, clock: () => performance.now() / 1000 });
  try {
    const { parameters } = learner;
    const tensors = new Map();
    for (const { name, shape, data } of await parameters.read(parameters.values)) tensors.set(name, { shape, data });
    writeFileSync(join(folder, 'initial.safetensors'), writeSafetensors({ tensors, metadata: {} }));
    const batches = dataset.trainingBatches(config.training);
    const order = Array.from({ length: steps }, () => Array.from(batches.next().indices));
    writeFileSync(join(folder, 'order.json'), JSON.stringify(order));
    const made = [];
    while (made.length < steps) made.push(await trainer.trainStep());
    return { losses: made.map(({ loss }) => loss), norms: made.map(({ gradNorm }) => gradNorm) };
  } finally {
    trainer.dispose();
    dataset.close();
    kernels.dispose();
  }
}

function difference(/** @type {readonly number[]} */ ours, /** @type {readonly number[]} */ theirs) {
  return Math.max(...ours.map((value, i) => Math.abs(value - theirs[i]) / Math.abs(theirs[i])));
}
