/**
 * The tensorflow device for tests: the build of TensorFlow.js that is installed here, or else its own JavaScript plays it. Both share one
 * global engine, so a process has one of them.
 */
import type { Kernels } from '../../../../src/engine/kernels/kernels.ts';
import { createTensorflowKernels } from '../../../../src/engine/kernels/tensorflow/index.ts';
import { loadJavascript, loadTensorflow, probeTensorflow } from '../../../../src/engine/kernels/tensorflow/load.ts';
import type { TestDevice } from '../suites/device.ts';

const { available } = await probeTensorflow();
const { tf, detail } = available
  ? await loadTensorflow()
  : { tf: loadJavascript(), detail: 'TensorFlow.js in plain JavaScript' };

export { tf };

export function createTensorflow(): Kernels {
  return createTensorflowKernels(tf, detail);
}

export const tensorflow: TestDevice = { name: detail, create: createTensorflow, share: 0.5 };
