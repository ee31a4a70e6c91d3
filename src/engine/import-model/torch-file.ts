/**
 * Files of `torch.save`, in both of its formats: a ZIP archive of a pickle and one entry for each storage (torch ≥ 1.6), and before
 * that a row of pickles with the storages behind them. What is pickled becomes plain data (unpickler.ts); the numbers are read when
 * a tensor is.
 */
import { numberTypes, readNumbers, type NumberTypeName } from '../export/number-types.ts';
import { ModelFileError } from './errors.ts';
import { storageName } from './pickle-globals.ts';
import type { PickledTensor } from './pickle-values.ts';
import { PickledGlobal, PickledStorage, type PickleValue } from './pickle-values.ts';
import { elementsOf, shapeText, type FileTensor } from './tensors.ts';
import { unpickle } from './unpickler.ts';
import type { ZipFile } from './zip.ts';

export interface TorchFile {
  readonly value: PickleValue;
  tensor(name: string, pickled: PickledTensor): FileTensor;
}

/** `torch.save`'s first pickle before 1.6: this number, as float64 has it. */
const legacyMagic = Number(0x1950a86a20f9469cfc6cn);
const legacyProtocol = 1001;
/** The pickle of that number: protocol 2, a long of 10 bytes. */
const legacyStart = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

const numberTypeOf: Readonly<Partial<Record<string, NumberTypeName>>> = {
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

export function isLegacyTorch(bytes: Uint8Array): boolean {
  return legacyStart.every((byte, i) => bytes[i] === byte);
}

/** Whether an archive is one of `torch.save`. */
export function torchPickleName(zip: ZipFile): string | null {
  return zip.names.find((name) => /^([^/]+\/)?data\.pkl$/.test(name)) ?? null;
}

/** @param pickleName of the entry @throws ModelFileError */
export function readTorchZip(zip: ZipFile, pickleName: string): TorchFile {
  const folder = pickleName.slice(0, -'data.pkl'.length);
  const order = zip.has(`${folder}byteorder`) ? new TextDecoder().decode(zip.read(`${folder}byteorder`)) : 'little';
  if (order !== 'little')
    throw new ModelFileError(
      `The file's numbers are in ${order.slice(0, 20)}-endian order; little-endian can be read.`,
    );
  const { value } = unpickle(zip.read(pickleName), 0, new Storages().load);
  return { value, tensor: tensorsOf(({ key }) => zip.read(`${folder}data/${key}`)) };
}

/** @throws ModelFileError */
export function readLegacyTorch(bytes: Uint8Array): TorchFile {
  const magic = unpickle(bytes, 0, refuseStorage);
  const protocol = unpickle(bytes, magic.end, refuseStorage);
  if (magic.value !== legacyMagic || protocol.value !== legacyProtocol)
    throw new ModelFileError('The file begins as one of torch.save, but is of no version that is known.');
  const system = unpickle(bytes, protocol.end, refuseStorage);
  if (!(system.value instanceof Map) || system.value.get('little_endian') === false)
    throw new ModelFileError("The file's numbers are in big-endian order; little-endian can be read.");
  const storages = new Storages();
  const object = unpickle(bytes, system.end, storages.load);
  const keys = unpickle(bytes, object.end, refuseStorage);
  const places = placesOf(bytes, keys.value, keys.end, storages.byKey);
  const read = ({ key }: PickledStorage) => {
    const place = places.get(key);
    if (!place) throw new ModelFileError(`The file is damaged: the numbers "${key.slice(0, 100)}" are not in it.`);
    return place;
  };
  return { value: object.value, tensor: tensorsOf(read) };
}

/** The storages that a pickle names by persistent id, ("storage", type, key, device, elements, …). */
class Storages {
  readonly byKey = new Map<string, PickledStorage>();

  readonly load = (id: PickleValue): PickleValue => {
    const [kind, type, key, , elements] = Array.isArray(id) ? id : [];
    // A module's class with its source text, as torch < 1.6 adds it: the class is wanted, the text is not.
    if (kind === 'module' && type instanceof PickledGlobal) return type;
    const name = type instanceof PickledGlobal ? storageName.exec(type.name)?.[1] : undefined;
    if (kind !== 'storage' || typeof key !== 'string' || typeof elements !== 'number' || name === undefined)
      throw new ModelFileError('The file is damaged: it names numbers that it cannot have.');
    const storage = new PickledStorage(key, name, elements);
    this.byKey.set(key, storage);
    return storage;
  };
}

function refuseStorage(): never {
  throw new ModelFileError('The file is damaged: there are tensors where none belong.');
}

/** In the older format: for each key the number of elements (int64), then their bytes. */
function placesOf(
  bytes: Uint8Array,
  keys: PickleValue,
  start: number,
  storages: ReadonlyMap<string, PickledStorage>,
): Map<string, Uint8Array> {
  const places = new Map<string, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  for (const key of Array.isArray(keys) ? keys : []) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (!storage || at + 8 > bytes.length)
      throw new ModelFileError('The file is damaged or cut off before its numbers.');
    const from = at + 8;
    at = from + Number(view.getBigInt64(at, true)) * numberTypes[numberType(storage)].bytes;
    if (at < from || at > bytes.length)
      throw new ModelFileError(`The file ends at byte ${bytes.length}, in the middle of its numbers: it is cut off.`);
    places.set(storage.key, bytes.subarray(from, at));
  }
  return places;
}

function numberType({ type }: PickledStorage): NumberTypeName {
  const found = numberTypeOf[type];
  if (!found)
    throw new ModelFileError(`The file has numbers of the type ${type}, which cannot be read. Save it as float32.`);
  return found;
}

function tensorsOf(bytesOf: (storage: PickledStorage) => Uint8Array): TorchFile['tensor'] {
  return (name, { storage, offset, shape, strides }) => {
    const count = elementsOf(name, shape);
    // An expanded tensor repeats few numbers many times; no parameter is one.
    if (count > storage.elements)
      throw new ModelFileError(
        `"${name}" ${shapeText(shape)} has more numbers than the ${storage.elements} that are kept for it: the file is damaged.`,
      );
    const read = () => {
      const type = numberType(storage);
      const { bytes: width } = numberTypes[type];
      const bytes = bytesOf(storage);
      const last = offset + shape.reduce((sum, n, axis) => sum + (n - 1) * strides[axis]!, 0);
      if (count > 0 && Math.max(last + 1, count) * width > bytes.length)
        throw new ModelFileError(`"${name}" reaches beyond the numbers that are kept for it: the file is damaged.`);
      if (isRowMajor(shape, strides))
        return Float32Array.from(readNumbers(bytes.subarray(offset * width, (offset + count) * width), type));
      return gather(
        readNumbers(bytes.subarray(0, Math.floor(bytes.length / width) * width), type),
        offset,
        shape,
        strides,
      );
    };
    return { shape, read };
  };
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/** The elements of a view in row-major order. */
function gather(
  numbers: ArrayLike<number>,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): Float32Array {
  let positions = [offset];
  shape.forEach((n, axis) => {
    positions = positions.flatMap((at) => Array.from({ length: n }, (_, i) => at + i * strides[axis]!));
  });
  return Float32Array.from(positions, (at) => numbers[at]!);
}
