import type { Kernels, Tensor } from '../../kernels/kernels.ts';
import { allocateBuffers, freeBuffers, type Buffers } from '../buffers.ts';
import type { Parameter, ParameterSpec } from '../parameters.ts';

/** Gain (`weight`, starting at 1) and bias (0), as torch.nn.LayerNorm's. */
export function layerNormParameters(prefix: string, F: number): ParameterSpec[] {
  return [
    { name: `${prefix}weight`, shape: [F], initialisation: { kind: 'constant', value: 1 } },
    { name: `${prefix}bias`, shape: [F], initialisation: { kind: 'constant', value: 0 } },
  ];
}

/** For up to N rows. */
export function layerNormBuffers(N: number, F: number) {
  return {
    y: { shape: [N, F] },
    statistics: { shape: [N, 2] }, // mean and 1/√(variance + ε) of each row, saved for the backward
  } as const;
}

/** Layer normalisation (Ba, Kiros & Hinton 2016): each row to mean 0 and variance 1, then times a gain, plus a bias. */
export class LayerNorm {
  readonly #kernels: Kernels;
  readonly #gain: Parameter; // [F]
  readonly #bias: Parameter; // [F]
  readonly #F: number;
  readonly #buffers: Buffers<ReturnType<typeof layerNormBuffers>>;
  #x: Tensor | null = null; // [N,F], saved by the forward

  constructor(kernels: Kernels, gain: Parameter, bias: Parameter, N: number) {
    this.#kernels = kernels;
    this.#gain = gain;
    this.#bias = bias;
    [this.#F] = gain.shape;
    this.#buffers = allocateBuffers(kernels, 'layer-norm', layerNormBuffers(N, this.#F));
  }

  /** x [N,F] → y [N,F], the layer's own. */
  forward(x: Tensor, N: number): Tensor {
    this.#x = x;
    const { y, statistics } = this.#buffers;
    this.#kernels.layerNormForward(y, statistics, x, this.#gain.value, this.#bias.value, N, this.#F);
    return y;
  }

  /** dy [N,F] → dx [N,F], which may be dy, and the parameters' gradients, added to them where `accumulate`. */
  backward(dx: Tensor, dy: Tensor, N: number, accumulate: boolean): void {
    const [dGain, dBias] = [this.#gain.gradient, this.#bias.gradient];
    if (!dGain || !dBias || !this.#x)
      throw new Error('LayerNorm.backward needs a forward, and parameters for training');
    const { statistics } = this.#buffers;
    this.#kernels.layerNormBackward(
      dx,
      dGain,
      dBias,
      dy,
      this.#x,
      statistics,
      this.#gain.value,
      N,
      this.#F,
      accumulate,
    );
  }

  dispose(): void {
    freeBuffers(this.#kernels, this.#buffers);
  }
}
