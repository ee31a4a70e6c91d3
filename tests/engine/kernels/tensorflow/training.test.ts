import { describe, expect, it } from 'vitest';
import { createTrainer, testTraining, trainingConfigs } from '../suites/training.ts';
import { createTensorflow, tensorflow, tf } from './device.ts';

testTraining(tensorflow);

describe('memory while training on tensorflow', () => {
  it.each(trainingConfigs)('keeps as many tensors after every step, and none at the end: %s', async (_, config) => {
    const before = tf.memory().numTensors;
    const kernels = createTensorflow();
    const trainer = await createTrainer(kernels, config);
    const counts = new Set<number>();
    for (let i = 0; i < 8; i++) {
      await trainer.trainStep();
      // The first steps bring the workspaces to their size.
      if (i >= 2) counts.add(tf.memory().numTensors);
    }
    expect(counts.size).toBe(1);
    await trainer.evaluateNow(async () => {});
    await trainer.trainStep();
    expect(counts).toContain(tf.memory().numTensors);
    trainer.dispose();
    kernels.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
