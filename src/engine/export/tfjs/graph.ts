/**
 * A functional Keras model as TensorFlow.js reads it: model.json with the layers and how they are connected, and all their weights in
 * one binary file. github.com/tensorflow/tfjs, tfjs-layers/src/keras_format.
 */
import type { ExportFile } from '../portable.ts';

/** A tensor in the graph: an output of a layer. */
export interface Ref {
  readonly layer: string;
  readonly output: number;
}

/** Numbers of a layer, in the shape that Keras keeps them in. */
export interface Weight {
  /** As in Keras: kernel, recurrent_kernel, bias, embeddings, gamma, beta; behind the name of a layer inside the layer, with `/`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A layer's class and settings, under Keras' names. */
export interface LayerSpec {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights?: readonly Weight[];
}

type Connection = readonly [layer: string, node: number, tensor: number, kwargs: Readonly<Record<string, never>>];

interface LayerJson {
  readonly class_name: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound_nodes: readonly (readonly Connection[])[];
}

export class KerasGraph {
  readonly #name: string;
  readonly #metadata: Readonly<Record<string, unknown>>;
  readonly #layers: LayerJson[] = [];
  readonly #inputs: string[] = [];
  readonly #weights: Weight[] = [];

  /** @param metadata what a program that loads the model may want to know of it */
  constructor(name: string, metadata: Readonly<Record<string, unknown>>) {
    this.#name = name;
    this.#metadata = metadata;
  }

  /** @param shape of one example; null: of any size */
  input(name: string, shape: readonly (number | null)[], dtype: 'int32' | 'float32'): Ref {
    const config = { batch_input_shape: [null, ...shape], dtype, sparse: false, name };
    this.#layers.push({ class_name: 'InputLayer', name, config, inbound_nodes: [] });
    this.#inputs.push(name);
    return { layer: name, output: 0 };
  }

  /** Adds a layer that reads these; the first of its outputs. */
  add(name: string, { className, config, weights = [] }: LayerSpec, ...inputs: readonly Ref[]): Ref {
    const connections = inputs.map(({ layer, output }): Connection => [layer, 0, output, {}]);
    const inbound = { name, config: { name, trainable: true, ...config }, inbound_nodes: [connections] };
    this.#layers.push({ class_name: className, ...inbound });
    for (const weight of weights) this.#weights.push({ ...weight, name: `${name}/${weight.name}` });
    return { layer: name, output: 0 };
  }

  /** @param folder of the export, with `/` at its end, or nothing */
  files(folder: string, outputs: readonly Ref[]): ExportFile[] {
    const refs = (all: readonly Ref[]) => all.map(({ layer, output }) => [layer, 0, output]);
    const model = {
      class_name: 'Model',
      config: {
        name: this.#name,
        layers: this.#layers,
        input_layers: refs(this.#inputs.map((layer) => ({ layer, output: 0 }))),
        output_layers: refs(outputs),
      },
    };
    const json = {
      format: 'layers-model',
      generatedBy: 'Unroll',
      convertedBy: null,
      userDefinedMetadata: this.#metadata,
      modelTopology: { keras_version: 'tfjs-layers 4.22.0', backend: 'tensor_flow.js', model_config: model },
      weightsManifest: [
        {
          paths: ['weights.bin'],
          weights: this.#weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
        },
      ],
    };
    return [
      { name: `${folder}model.json`, bytes: new TextEncoder().encode(JSON.stringify(json)) },
      { name: `${folder}weights.bin`, bytes: this.#bytes() },
    ];
  }

  #bytes(): Uint8Array {
    const bytes = new Uint8Array(this.#weights.reduce((sum, { data }) => sum + data.byteLength, 0));
    let at = 0;
    for (const { data } of this.#weights) {
      bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
      at += data.byteLength;
    }
    return bytes;
  }
}
