/** What a pickle holds once it is plain data: nothing of it was called, imported or run. */

/** A class or function by name. Nothing but its name is known of it. */
export class PickledGlobal {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** An object of a class that this program does not have, such as a module of PyTorch: its fields, and none of its code. */
export class PickledObject {
  readonly className: string;
  fields: ReadonlyMap<PickleValue, PickleValue> = new Map();

  constructor(className: string) {
    this.className = className;
  }

  field(name: string): PickleValue | undefined {
    return this.fields.get(name);
  }
}

/** A view of numbers that lie elsewhere in the file. */
export class PickledTensor {
  readonly storage: PickledStorage;
  /** First element, sizes and strides, in elements. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: PickledStorage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/** Numbers by the key under which the file has them. */
export class PickledStorage {
  readonly key: string;
  /** As PyTorch calls its storages: "FloatStorage". */
  readonly type: string;
  readonly elements: number;

  constructor(key: string, type: string, elements: number) {
    this.key = key;
    this.type = type;
    this.elements = elements;
  }
}

/** Lists, tuples and sets are arrays. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickledGlobal
  | PickledObject
  | PickledTensor
  | PickledStorage;
