import type { Kernels } from '../kernels.ts';
import { activationBackward, activationForward } from './activation.ts';
import type { TensorFlow, Value } from './api.ts';
import { attentionBackward, attentionForward } from './attention.ts';
import { copyBlock } from './copy-block.ts';
import { softmaxCrossEntropy } from './cross-entropy.ts';
import { dropout } from './dropout.ts';
import { embeddingBackward, embeddingForward, oneHot } from './embedding.ts';
import { layerNormBackward, layerNormForward } from './layer-norm.ts';
import { linearBackward, linearForward } from './linear.ts';
import { sigmoidCrossEntropy, squaredError } from './losses.ts';
import { Memory } from './memory.ts';
import { clipByGlobalNorm } from './norm.ts';
import { updateParameters } from './optimizers.ts';
import { poolBackward, poolForward } from './pooling.ts';
import { recurrentBackward, recurrentForward, TensorflowWorkspace } from './recurrent.ts';
import { allocate, own, TensorflowTensor } from './tensor.ts';

/**
 * The kernels as TensorFlow.js operations, on whatever TensorFlow.js computes: an NVIDIA GPU, TensorFlow's CPU kernels, or plain
 * JavaScript. float32; calls enqueue work.
 *
 * @param tf TensorFlow.js, its backend chosen
 * @param detail what it computes on, for people
 */
export function createTensorflowKernels(tf: TensorFlow, detail: string): Kernels {
  const memory = new Memory(tf);
  const operation =
    <Operands extends unknown[]>(compute: (tf: TensorFlow, ...operands: Operands) => void) =>
    (...operands: Operands): void =>
      memory.run(() => compute(tf, ...operands));

  return {
    name: 'tensorflow',
    detail,
    precision: 'float32',

    alloc: (label, shape, dtype = 'float') => allocate(memory, label, shape, dtype),
    view: (parent, label, offset, shape) => own(parent).view(label, offset, shape),
    recurrentWorkspace: (shape) => new TensorflowWorkspace(memory, shape),
    free(tensor) {
      if (tensor instanceof TensorflowTensor || tensor instanceof TensorflowWorkspace) tensor.release();
    },
    write: (target, values, offset = 0) => memory.run(() => own(target).upload(offset, values)),
    async read(source, count = source.size) {
      const held: Value[] = [];
      memory.run(() => held.push(memory.keep(own(source).values([count]))));
      const values = await held[0]!.data();
      memory.run(() => memory.release(held[0]!));
      // A backend may give its own memory.
      return source.dtype === 'int' ? Int32Array.from(values) : Float32Array.from(values);
    },
    copy: (source, target, count = source.size) => memory.run(() => own(target).copy(own(source), count)),
    fill: (target, value) => memory.run(() => own(target).fill(value)),

    embeddingForward: operation(embeddingForward),
    embeddingBackward: operation(embeddingBackward),
    oneHot: operation(oneHot),
    recurrentForward: operation(recurrentForward),
    recurrentBackward: operation(recurrentBackward),
    linearForward: operation(linearForward),
    linearBackward: operation(linearBackward),
    softmaxCrossEntropy: operation(softmaxCrossEntropy),
    sigmoidCrossEntropy: operation(sigmoidCrossEntropy),
    squaredError: operation(squaredError),
    activationForward: operation(activationForward),
    activationBackward: operation(activationBackward),
    copyBlock: operation(copyBlock),
    attentionForward: operation(attentionForward),
    attentionBackward: operation(attentionBackward),
    poolForward: operation(poolForward),
    poolBackward: operation(poolBackward),
    layerNormForward: operation(layerNormForward),
    layerNormBackward: operation(layerNormBackward),
    dropout: operation(dropout),
    clipByGlobalNorm: operation(clipByGlobalNorm),
    updateParameters: operation(updateParameters),

    dispose: () => memory.dispose(),
  };
}
