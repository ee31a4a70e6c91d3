/**
 * The safetensors container (github.com/huggingface/safetensors): an 8-byte little-endian header length, a JSON header that
 * names each tensor's type, shape and byte range, then the bytes. Checkpoints and exported models are both of this format.
 */
import { isNumberType, type NumberTypeName, numberTypes, readNumbers } from './number-types.ts';

type SafetensorsDtype = 'F64' | 'F32' | 'I32';

export interface SafetensorsEntry {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A file is not what it should be; the message says what is wrong with it. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
}

const headerLengthBytes = 8;
const maxHeaderBytes = 100_000_000; // the format's own limit

function dtypeOf(data: SafetensorsEntry['data']): SafetensorsDtype {
  if (data instanceof Float64Array) return 'F64';
  return data instanceof Float32Array ? 'F32' : 'I32';
}

/** The bytes of a safetensors file. Numbers are stored as they are, little-endian. */
export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const end = offset + data.byteLength;
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8; // keeps the numbers aligned
  const file = new Uint8Array(headerLengthBytes + padded + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.fill(0x20, headerLengthBytes, headerLengthBytes + padded);
  file.set(json, headerLengthBytes);
  let at = headerLengthBytes + padded;
  for (const { data } of tensors.values()) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/** A file that need not be in memory as a whole. */
export interface ByteSource {
  /** Bytes. */
  readonly size: number;
  /** Those from `from` to before `to`, which are in the file. */
  read(from: number, to: number): Promise<Uint8Array>;
}

/** A tensor that has not been read. */
export interface TensorPlace {
  readonly shape: readonly number[];
  readonly type: NumberTypeName;
  /** Its bytes in the file. */
  readonly from: number;
  readonly to: number;
}

/** What a file says of itself. */
export interface SafetensorsLayout {
  readonly places: ReadonlyMap<string, TensorPlace>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a safetensors file. Numbers that no array here holds are widened exactly: F16 and BF16 to float32, small integers to int32,
 * 64-bit integers to float64 (exact to 2^53).
 * @throws SafetensorsError when the bytes are not one (truncated, ranges that do not fit, unknown types)
 */
export function readSafetensors(file: Uint8Array): Safetensors {
  const end = headerEnd(file.subarray(0, headerLengthBytes), file.length);
  const { places, metadata } = layoutOf(file.subarray(headerLengthBytes, end), end, file.length);
  const tensors = new Map<string, SafetensorsEntry>();
  for (const [name, { shape, type, from, to }] of places) {
    tensors.set(name, { shape, data: readNumbers(file.subarray(from, to), type) });
  }
  return { tensors, metadata };
}

/** All but the numbers of a file, of which only the header is read. @throws SafetensorsError as `readSafetensors` */
export async function readSafetensorsLayout(file: ByteSource): Promise<SafetensorsLayout> {
  const end = headerEnd(await file.read(0, Math.min(headerLengthBytes, file.size)), file.size);
  return layoutOf(await file.read(headerLengthBytes, end), end, file.size);
}

/** One tensor of a file. */
export async function readTensor(file: ByteSource, { shape, type, from, to }: TensorPlace): Promise<SafetensorsEntry> {
  return { shape, data: readNumbers(await file.read(from, to), type) };
}

/** Where the numbers begin. @param start the first bytes, at most those that say how long the header is @param size of the file */
function headerEnd(start: Uint8Array, size: number): number {
  if (start.length < headerLengthBytes) throw new SafetensorsError(`The file has ${size} bytes, less than a header.`);
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > maxHeaderBytes || headerLengthBytes + headerBytes > size) {
    throw new SafetensorsError(
      `The header should have ${headerBytes} bytes, but the file has ${size}: it is cut off, or not a safetensors file.`,
    );
  }
  return headerLengthBytes + headerBytes;
}

function layoutOf(json: Uint8Array, start: number, size: number): SafetensorsLayout {
  const places = new Map<string, TensorPlace>();
  let metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(parseHeader(json))) {
    if (name === '__metadata__') metadata = readMetadata(value);
    else {
      const place = placeOf(name, value, start, size);
      // A short header could otherwise ask for the same bytes a million times.
      bytes += place.to - place.from;
      if (bytes > size - start)
        throw new SafetensorsError(`Tensor "${name}" shares bytes with another: the file is damaged.`);
      places.set(name, place);
    }
  }
  return { places, metadata };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new SafetensorsError('The header is not JSON: the file is damaged, or not a safetensors file.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new SafetensorsError('The header is not a JSON object.');
  }
  return parsed as Record<string, unknown>;
}

function readMetadata(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null || !Object.values(value).every((one) => typeof one === 'string')) {
    throw new SafetensorsError('The metadata are not text by name: the file is damaged.');
  }
  return value as Record<string, string>;
}

function placeOf(name: string, value: unknown, start: number, fileSize: number): TensorPlace {
  const { dtype, shape, data_offsets: range } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !isNumberType(dtype)) {
    const known = Object.keys(numberTypes).join(', ');
    throw new SafetensorsError(`Tensor "${name}" has type ${JSON.stringify(dtype)}; ${known} can be read.`);
  }
  const isCount = (n: unknown): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0;
  if (
    !Array.isArray(shape) ||
    !shape.every(isCount) ||
    !Array.isArray(range) ||
    range.length !== 2 ||
    !range.every(isCount)
  ) {
    throw new SafetensorsError(`Tensor "${name}" has no valid shape and range.`);
  }
  const [from, to] = range as [number, number];
  const size = shape.reduce((product, n) => product * n, 1);
  if (to < from || to - from !== size * numberTypes[dtype].bytes || start + to > fileSize) {
    throw new SafetensorsError(
      `Tensor "${name}" of shape [${shape.join(', ')}] does not fit its bytes ${from} … ${to}: the file is cut off or damaged.`,
    );
  }
  return { shape, type: dtype, from: start + from, to: start + to };
}
