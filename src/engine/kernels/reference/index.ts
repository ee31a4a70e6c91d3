import type { HostArray, Kernels, Tensor } from '../kernels.ts';
import { activationBackward, activationForward } from './activation.ts';
import { attentionBackward, attentionForward } from './attention.ts';
import { copyBlock } from './copy-block.ts';
import { softmaxCrossEntropy } from './cross-entropy.ts';
import { dropout } from './dropout.ts';
import { embeddingBackward, embeddingForward, oneHot } from './embedding.ts';
import { layerNormBackward, layerNormForward } from './layer-norm.ts';
import { linearBackward, linearForward } from './linear.ts';
import { sigmoidCrossEntropy, squaredError } from './losses.ts';
import { clipByGlobalNorm } from './norm.ts';
import { updateParameters } from './optimizers.ts';
import { poolBackward, poolForward } from './pooling.ts';
import { recurrentBackward, recurrentForward, ReferenceWorkspace } from './recurrent.ts';
import { elementCount, memory, ReferenceTensor, writeTensor } from './tensor.ts';

/** Views start at multiples of this many elements. */
const VIEW_ALIGNMENT = 64;

/**
 * The reference device: float64, one thread, naive loops that read like the equations. It is the oracle every other device is
 * checked against, and works wherever JavaScript does. Every call is complete when it returns.
 */
export function createReferenceKernels(): Kernels {
  return {
    name: 'reference',
    detail: 'TypeScript, float64, one thread',
    precision: 'float64',

    alloc(label, shape, dtype = 'float') {
      const count = elementCount(label, shape);
      return new ReferenceTensor(label, shape, dtype === 'int' ? new Int32Array(count) : new Float64Array(count));
    },
    view(parent, label, offset, shape) {
      const count = elementCount(label, shape);
      if (offset % VIEW_ALIGNMENT !== 0 || offset < 0 || offset + count > parent.size) {
        throw new RangeError(
          `view "${label}": ${count} elements at ${offset} of "${parent.label}" (${parent.size}); ` +
            `a view lies inside its parent and starts at a multiple of ${VIEW_ALIGNMENT}`,
        );
      }
      return new ReferenceTensor(label, shape, memory(parent).subarray(offset, offset + count));
    },
    recurrentWorkspace: (shape) => new ReferenceWorkspace(shape),
    free(tensor) {
      if (tensor instanceof ReferenceTensor) tensor.release();
    },
    write: (target, values, offset = 0) => writeTensor(target, values, offset),
    read: async (source, count = source.size) => readTensor(source, count),
    copy(source, target, count = source.size) {
      writeTensor(target, readTensor(source, count), 0);
    },
    fill(target, value) {
      memory(target).fill(value);
    },

    embeddingForward,
    embeddingBackward,
    oneHot,
    recurrentForward,
    recurrentBackward,
    linearForward,
    linearBackward,
    softmaxCrossEntropy,
    sigmoidCrossEntropy,
    squaredError,
    activationForward,
    activationBackward,
    copyBlock,
    attentionForward,
    attentionBackward,
    poolForward,
    poolBackward,
    layerNormForward,
    layerNormBackward,
    dropout,
    clipByGlobalNorm,
    updateParameters,

    dispose() {
      // Nothing to end: memory is the garbage collector's.
    },
  };
}

function readTensor(source: Tensor, count: number): HostArray {
  if (count > source.size) {
    throw new RangeError(`reading ${count} elements of tensor "${source.label}", which has ${source.size}`);
  }
  return memory(source).slice(0, count);
}
