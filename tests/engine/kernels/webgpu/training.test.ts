import { describe, expect, it, vi } from 'vitest';
import type { Kernels } from '../../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { createWebGpuKernels } from '../../../../src/engine/kernels/webgpu/create.ts';
import { tinyConfig } from '../../training/tiny.ts';
import { createNative, haveNative } from '../native/device.ts';
import { useKernels } from '../suites/device.ts';
import { createTrainer, testTraining, trainingConfigs } from '../suites/training.ts';
import { dawn, webgpu } from './device.ts';

// Compiling the shaders takes a software adapter seconds.
vi.setConfig({ testTimeout: 180_000 });

const MAKERS = ['createBuffer', 'createBindGroup', 'createComputePipeline', 'createShaderModule'] as const;

/** `gpu`, whose devices count what is made on them. */
function counting(gpu: GPU | null): { readonly gpu: GPU; count(): number } {
  let made = 0;
  const requestAdapter = async (options?: GPURequestAdapterOptions) => {
    const adapter = await gpu!.requestAdapter(options);
    const requestDevice = async (descriptor?: GPUDeviceDescriptor) => {
      const device = await adapter!.requestDevice(descriptor);
      for (const maker of MAKERS) {
        const make = device[maker].bind(device) as (descriptor: never) => never;
        Object.defineProperty(device, maker, { value: (of: never) => (made++, make(of)) });
      }
      return device;
    };
    return adapter && ({ ...pick(adapter), requestDevice } as unknown as GPUAdapter);
  };
  return { gpu: { requestAdapter } as unknown as GPU, count: () => made };
}

const pick = ({ info, limits, features }: GPUAdapter) => ({ info, limits, features });

describe.skipIf(!dawn)('webgpu', () => {
  testTraining(webgpu);

  describe('one device', () => {
    const { gpu, count } = counting(dawn);
    const kernels = useKernels({ name: 'webgpu', create: () => createWebGpuKernels(gpu) });

    it.each(trainingConfigs)('makes nothing new in a step of training: %s', async (_, config) => {
      const trainer = await createTrainer(kernels(), config);
      for (let i = 0; i < 3; i++) await trainer.trainStep();
      const before = count();
      expect(before).toBeGreaterThan(20);
      for (let i = 0; i < 5; i++) await trainer.trainStep();
      expect(count()).toBe(before);
      trainer.dispose();
    });

    it('gives a character model the validation perplexity that it gets on the processor, also in mixed precision', async () => {
      const steps = 100;
      const config = tinyConfig({
        architecture: { hidden: 24, embedding: 12 },
        training: { batch: 8, steps: 10, maxSteps: steps, evalEvery: steps, learningRate: 0.02 },
      });
      const perplexity = async (on: Kernels) => {
        const trainer = await createTrainer(on, config);
        for (let i = 0; i < steps; i++) await trainer.trainStep();
        const { metrics } = await trainer.evaluateNow(async () => {});
        trainer.dispose();
        return Math.exp(metrics.loss);
      };
      const processor = haveNative ? createNative() : createReferenceKernels();
      const want = await perplexity(processor);
      processor.dispose();
      expect(want).toBeLessThan(4);
      const got = await perplexity(kernels());
      expect(Math.abs(got / want - 1)).toBeLessThan(0.01);
      const mixed = await createWebGpuKernels(dawn!, { precision: 'mixed' });
      const rounded = await perplexity(mixed);
      mixed.dispose();
      expect(rounded).not.toBe(got);
      expect(Math.abs(rounded / want - 1)).toBeLessThan(0.01);
    });
  });
});
