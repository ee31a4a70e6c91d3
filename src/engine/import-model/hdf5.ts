/**
 * HDF5 files through h5wasm, which is the HDF Group's own library compiled to WebAssembly: it sees a file system of its own, in memory,
 * with nothing in it but the file. What a group or an attribute claims is checked before it is read.
 */
import type { Attribute, Dataset, File as HdfFile, Group } from 'h5wasm';
import { ModelFileError } from './errors.ts';
import { elementsOf, type FileTensor } from './tensors.ts';

/** Groups within groups, and entries of all together, that a model has at most. */
const deepest = 12;
const mostEntries = 2_000;
/** Numbers of a data set that is not compressed cannot be more than its file's bytes; compressed ones by deflate's ratio. */
const mostPacked = 1032;
/** A description of layers. */
const mostText = 64 * 2 ** 20;

export interface Hdf5 {
  /** Data sets by path, without a `/` before it, in the file's order. */
  readonly tensors: ReadonlyMap<string, FileTensor>;
  /** A text attribute of a group ("" is the root); null: it has none. */
  text(group: string, name: string): string | null;
}

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

export function isHdf5(bytes: Uint8Array): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

const fileName = 'model.h5';

/**
 * Hands the file to `work`; its tensors can be read only meanwhile.
 * @throws ModelFileError when it is damaged; what `work` throws
 */
export async function withHdf5<T>(bytes: Uint8Array, work: (file: Hdf5) => T): Promise<T> {
  const library = await import('h5wasm');
  const { FS, activate_throwing_error_handler: throwErrors } = await library.ready;
  // Otherwise they are printed.
  throwErrors();
  FS.writeFile(fileName, bytes);
  let file: HdfFile | null = null;
  try {
    file = new library.File(fileName, 'r');
    return work(new Opened(file, library.Group, library.Dataset, bytes.length));
  } catch (error) {
    if (error instanceof ModelFileError) throw error;
    throw new ModelFileError(`The file is damaged: it is HDF5, but cannot be read (${reason(error)}).`);
  } finally {
    try {
      file?.close();
    } finally {
      FS.unlink(fileName);
    }
  }
}

function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]!.slice(0, 200);
}

class Opened implements Hdf5 {
  readonly tensors: ReadonlyMap<string, FileTensor>;
  readonly #groups = new Map<string, Group>();
  readonly #bytes: number;

  constructor(file: HdfFile, GroupClass: typeof Group, DatasetClass: typeof Dataset, bytes: number) {
    this.#bytes = bytes;
    const tensors = new Map<string, FileTensor>();
    const visit = (group: Group, path: string, depth: number): void => {
      this.#groups.set(path, group);
      for (const key of group.keys()) {
        if (depth > deepest || this.#groups.size + tensors.size > mostEntries)
          throw new ModelFileError('The file is damaged: its groups contain each other.');
        const inner = path === '' ? key : `${path}/${key}`;
        const entry = group.get(key);
        if (entry instanceof GroupClass) visit(entry, inner, depth + 1);
        else if (entry instanceof DatasetClass) {
          const tensor = this.#tensor(inner, entry);
          if (tensor) tensors.set(inner, tensor);
        }
      }
    };
    visit(file, '', 0);
    this.tensors = tensors;
  }

  text(group: string, name: string): string | null {
    const value = this.#attribute(group, name);
    return typeof value === 'string' ? value : null;
  }

  #attribute(group: string, name: string): unknown {
    const attribute: Attribute | undefined = this.#groups.get(group)?.attrs[name];
    if (!attribute) return null;
    const { total_size: count, size } = attribute.metadata;
    if (count * size > Math.min(mostText, this.#bytes * mostPacked))
      throw new ModelFileError(`The file is damaged: "${name}" is impossibly long.`);
    return attribute.value;
  }

  /** Floating-point numbers; null: something else. */
  #tensor(path: string, dataset: Dataset): FileTensor | null {
    const { shape, metadata } = dataset;
    // The library's name for floating-point numbers.
    const isFloat = metadata.type === 1;
    if (shape === null || !isFloat) return null;
    if (elementsOf(path, shape) * metadata.size > this.#bytes * mostPacked)
      throw new ModelFileError(`The file is damaged: "${path}" is larger than the file could hold.`);
    if ((metadata.virtual_sources?.length ?? 0) > 0)
      throw new ModelFileError(`The numbers of "${path}" lie in another file. Save the model as one file.`);
    return {
      shape,
      read: () => {
        const { value } = dataset;
        if (!(value instanceof Float32Array || value instanceof Float64Array))
          throw new ModelFileError(
            `"${path}" has numbers of the type ${String(dataset.dtype)}; float32 and float64 can be read.`,
          );
        return Float32Array.from(value);
      },
    };
  }
}
