import type * as core from '@tensorflow/tfjs-core';

/**
 * TensorFlow.js as these kernels use it: its core operations, which every build of it has, `@tensorflow/tfjs-node-gpu` too. Given,
 * never imported: which build it is was decided when it was installed.
 */
export type TensorFlow = typeof core;

/** A tensor of TensorFlow.js: a value that never changes, where a `Tensor` of the engine is memory that does. */
export type Value = core.Tensor;
export type Vector = core.Tensor1D;
