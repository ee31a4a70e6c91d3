/** Where the weights of each layer stand in a Keras file: three generations put them in three places. */
import { ModelFileError } from './errors.ts';
import type { KerasLayer } from './keras-config.ts';
import type { FileTensor, FileTensors } from './tensors.ts';

/** Names that Keras gives them, in the order in which it numbers them. */
const variableNames = {
  Embedding: ['embeddings'],
  Dense: ['kernel', 'bias'],
  recurrent: ['kernel', 'recurrent_kernel', 'bias'],
} as const;
type Kind = keyof typeof variableNames;

/** @param inner modules within the layer: `cell`, `forward_layer/cell`, `layer`, or none */
export type WeightsOf = (layer: number, kind: Kind, inner: string, name: string) => FileTensor | null;

/** @param layers all of the model, in order */
export function kerasWeights(tensors: FileTensors, layers: readonly KerasLayer[]): WeightsOf {
  const names = checkpointNames(layers);
  const paths = [...tensors.keys()];
  return (index, kind, inner, name) => {
    const layer = layers[index]!;
    const number = (variableNames[kind] as readonly string[]).indexOf(name);
    // Keras 3, and the .keras files of Keras 2.13 to 2.15: numbered in a group of the class' name.
    for (const folder of [names[index]!, layer.name]) {
      const wanted = ['', folder, ...(inner === '' ? [] : [inner]), 'vars', String(number)].join('/');
      const path = paths.find((one) => `/${one}`.endsWith(wanted));
      if (path !== undefined) return tensors.get(path)!;
    }
    // .h5: by name in a group of the layer's name; a wrapper's directions are told apart by name too.
    const direction = /^(forward|backward)/.exec(inner)?.[0] ?? '';
    const path = paths.find(
      (one) =>
        one.startsWith(`model_weights/${layer.name}/`) &&
        one.includes(direction) &&
        new RegExp(`(^|/)${name}(:0)?$`).test(one),
    );
    return path === undefined ? null : tensors.get(path)!;
  };
}

/** Keras numbers the layers of a class by itself, whatever they are called: lstm, lstm_1. */
function checkpointNames(layers: readonly KerasLayer[]): string[] {
  const seen = new Map<string, number>();
  return layers.map(({ className }) => {
    const name = snakeCase(className);
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return before === 0 ? name : `${name}_${before}`;
  });
}

/** "SimpleRNN" → "simple_rnn", "TimeDistributed" → "time_distributed", as Keras' `to_snake_case`. */
function snakeCase(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** @throws ModelFileError naming the layer */
export function requireWeight(found: FileTensor | null, layer: KerasLayer, name: string): FileTensor {
  if (found) return found;
  throw new ModelFileError(`The weights "${name}" of the layer "${layer.name}" are not in the file.`);
}
