/** The tensorflow device for tests: TensorFlow.js's own JavaScript plays the compiled one. */
import type { Kernels } from '../../../../src/engine/kernels/kernels.ts';
import { createTensorflowKernels } from '../../../../src/engine/kernels/tensorflow/index.ts';
import { loadJavascript } from '../../../../src/engine/kernels/tensorflow/load.ts';
import type { TestDevice } from '../suites/device.ts';

export const tf = loadJavascript();

export function createTensorflow(): Kernels {
  return createTensorflowKernels(tf, 'TensorFlow.js in plain JavaScript');
}

export const tensorflow: TestDevice = { name: 'tensorflow', create: createTensorflow, share: 0.5 };
