/** The one layer that TensorFlow.js lacks, as a module that goes with the models that need it. */

export const RESET_AFTER_GRU = 'ResetAfterGRU';

/** layers.js. Its weights are those of Keras' GRU with reset_after=True. */
export const layersModule = `// A gated recurrent unit whose reset gate comes after the recurrent product, as in PyTorch, cuDNN and Keras (reset_after=True).
// TensorFlow.js has only the one with the reset before it. Call register(tf) once, before tf.loadLayersModel:
//
//     import * as tf from '@tensorflow/tfjs';
//     import { register } from './layers.js';
//     register(tf);

export function register(tf) {
  class ResetAfterCell extends tf.layers.Layer {
    static className = 'ResetAfterCell';

    constructor({ units }) {
      super({});
      this.units = units;
      this.stateSize = units;
    }

    build(inputShape) {
      const G = 3 * this.units;
      const zeros = tf.initializers.zeros();
      this.kernel = this.addWeight('kernel', [inputShape.at(-1), G], 'float32', zeros);
      this.recurrentKernel = this.addWeight('recurrent_kernel', [this.units, G], 'float32', zeros);
      this.bias = this.addWeight('bias', [2, G], 'float32', zeros);
      this.built = true;
    }

    // Gates in Keras' order: z (update), r (reset), n (candidate).
    call([x, h]) {
      return tf.tidy(() => {
        const [b, d] = tf.unstack(this.bias.read());
        const ofX = tf.add(tf.matMul(x, this.kernel.read()), b);
        const ofH = tf.add(tf.matMul(h, this.recurrentKernel.read()), d);
        const [xz, xr, xn] = tf.split(ofX, 3, 1);
        const [hz, hr, hn] = tf.split(ofH, 3, 1);
        const z = tf.sigmoid(tf.add(xz, hz));
        const r = tf.sigmoid(tf.add(xr, hr));
        const n = tf.tanh(tf.add(xn, tf.mul(r, hn)));
        const next = tf.add(n, tf.mul(z, tf.sub(h, n))); // (1 - z) n + z h
        return [next, next];
      });
    }

    getConfig() {
      return { ...super.getConfig(), units: this.units };
    }
  }

  class ${RESET_AFTER_GRU} extends tf.layers.RNN {
    static className = '${RESET_AFTER_GRU}';

    constructor(config) {
      super({ ...config, cell: new ResetAfterCell(config) });
    }

    static fromConfig(cls, config) {
      return new cls(config);
    }
  }
  tf.serialization.registerClass(${RESET_AFTER_GRU});
}
`;
