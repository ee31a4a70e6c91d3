/** Keras' files of models, written as its three generations lay them out, with weights that are random but the same each time. */
import { zipSync, strToU8 } from 'fflate';
import { normals } from '../numbers.ts';

export type Layer = { readonly class_name: string; readonly config: Record<string, unknown> };

/** Weights of a layer: name in .h5 → values; the path in .keras is by number, within `inner`. */
export interface LayerWeights {
  readonly inner: string;
  readonly direction: string;
  readonly values: Readonly<Record<string, Matrix>>;
}

export interface Matrix {
  readonly shape: number[];
  readonly data: Float32Array;
}

export interface KerasModel {
  readonly layers: readonly Layer[];
  readonly weights: readonly (readonly LayerWeights[])[];
}

let seed = 0;
export function matrix(...shape: number[]): Matrix {
  const data = Float32Array.from(
    normals(
      ++seed,
      shape.reduce((a, b) => a * b),
      0.5,
    ),
  );
  return { shape, data };
}

/** As model.save('x.h5') writes it: description and weights by name. */
export async function h5File(model: KerasModel): Promise<Uint8Array> {
  return hdf5((create, attribute) => {
    attribute('model_config', JSON.stringify(description(model)));
    model.layers.forEach(({ config }, i) => {
      const name = String(config['name']);
      for (const { direction, values } of model.weights[i]!)
        for (const [variable, value] of Object.entries(values))
          create(`model_weights/${name}/${name}/${direction}cell/${variable}:0`, value);
    });
  });
}

/** As Keras 3's model.save('x.keras') writes it: an archive of the description and numbered weights in groups by class. */
export async function kerasFile(model: KerasModel): Promise<Uint8Array> {
  const counts = new Map<string, number>();
  const weights = await hdf5((create) => {
    model.layers.forEach(({ class_name }, i) => {
      const snake = class_name
        .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
        .replace(/([a-z])([A-Z])/g, '$1_$2')
        .toLowerCase();
      const before = counts.get(snake) ?? 0;
      counts.set(snake, before + 1);
      const group = before === 0 ? snake : `${snake}_${before}`;
      for (const { inner, values } of model.weights[i]!)
        Object.values(values).forEach((value, n) => create(`layers/${group}/${inner}vars/${n}`, value));
    });
  });
  return zipSync(
    {
      'metadata.json': strToU8('{"keras_version": "3.12.0"}'),
      'config.json': strToU8(JSON.stringify(description(model))),
      'model.weights.h5': weights,
    },
    { level: 0 },
  );
}

function description({ layers }: KerasModel) {
  return { module: 'keras', class_name: 'Sequential', config: { name: 'sequential', layers } };
}

type Create = (path: string, value: Matrix) => void;

async function hdf5(
  write: (create: Create, attribute: (name: string, text: string) => void) => void,
): Promise<Uint8Array> {
  const library = await import('h5wasm');
  const { FS } = await library.ready;
  const file = new library.File('written.h5', 'w');
  const create: Create = (path, { shape, data }) => {
    const parts = path.split('/');
    let at = '';
    for (const part of parts.slice(0, -1)) {
      at = at === '' ? part : `${at}/${part}`;
      if (file.get(at) === null) file.create_group(at);
    }
    file.create_dataset({ name: path, data, shape });
  };
  write(create, (name, text) => file.create_attribute(name, text));
  file.flush();
  file.close();
  const bytes = FS.readFile('written.h5').slice();
  FS.unlink('written.h5');
  return bytes;
}
