/** Exported files as TensorFlow.js loads them, on its own plain JavaScript backend. */
import '@tensorflow/tfjs-backend-cpu';
import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import type { ExportFile } from '../../../../src/engine/export/portable.ts';

await core.setBackend('cpu');

/** What the package @tensorflow/tfjs gives to a page. */
const tf = { ...core, ...layers };

/** Registers the layers of an export, if it comes with any. */
export async function registerLayers(files: readonly ExportFile[]): Promise<void> {
  const module = files.find(({ name }) => name === 'layers.js');
  if (!module) return;
  const url = `data:text/javascript;base64,${Buffer.from(module.bytes).toString('base64')}`;
  const { register } = (await import(/* @vite-ignore */ url)) as { register: (all: typeof tf) => void };
  register(tf);
}

/** @param folder of the export, with `/` at its end, or nothing */
export async function loadModel(files: readonly ExportFile[], folder = ''): Promise<layers.LayersModel> {
  const bytes = (name: string) => files.find((file) => file.name === `${folder}${name}`)!.bytes;
  const json = JSON.parse(new TextDecoder().decode(bytes('model.json'))) as core.io.ModelJSON;
  const [group] = json.weightsManifest;
  const weightData = Uint8Array.from(bytes(group!.paths[0]!)).buffer;
  const { modelTopology, userDefinedMetadata } = json;
  const artifacts = { modelTopology, userDefinedMetadata, weightSpecs: group!.weights, weightData };
  return layers.loadLayersModel(core.io.fromMemory(artifacts as core.io.ModelArtifacts));
}

/** Numbers for an input: ids where it reads ids. */
export interface Numbers {
  readonly shape: number[];
  readonly data: ArrayLike<number>;
}

/** What a model answers to inputs of these names: its outputs in their order. */
export function answer(model: layers.LayersModel, given: Readonly<Record<string, Numbers>>): Numbers[] {
  return core.tidy(() => {
    const inputs = model.inputs.map(({ dtype }, i) => {
      const name = model.inputNames[i]!;
      const numbers = given[name];
      if (!numbers) throw new Error(`the model reads "${name}", which is not given`);
      return core.tensor(Float32Array.from(numbers.data), numbers.shape, dtype as 'int32' | 'float32');
    });
    const outputs = model.predict(inputs);
    return (Array.isArray(outputs) ? outputs : [outputs]).map((tensor) => ({
      shape: tensor.shape,
      data: tensor.dataSync(),
    }));
  });
}

/** [T,B,K] → [B,T,K], and back. */
export function swapped(data: ArrayLike<number>, outer: number, inner: number): Float64Array {
  const K = data.length / (outer * inner);
  const result = new Float64Array(data.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      for (let k = 0; k < K; k++) result[(i * outer + o) * K + k] = data[(o * inner + i) * K + k]!;
    }
  }
  return result;
}
