/** Arrays of numbers as files of other programs hold them, little-endian, read into the arrays of this one. */

interface NumberType {
  readonly bytes: number;
  read(view: DataView, offset: number): number;
  /** The array that holds every value (64-bit integers: up to 2^53). */
  readonly into: Float32ArrayConstructor | Float64ArrayConstructor | Int32ArrayConstructor;
}

/** By safetensors' names. */
export const numberTypes = {
  F64: { bytes: 8, read: (view, at) => view.getFloat64(at, true), into: Float64Array },
  F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true), into: Float32Array },
  F16: { bytes: 2, read: (view, at) => halfPrecision(view.getUint16(at, true)), into: Float32Array },
  BF16: { bytes: 2, read: (view, at) => brainFloat(view.getUint16(at, true)), into: Float32Array },
  I64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)), into: Float64Array },
  U64: { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)), into: Float64Array },
  I32: { bytes: 4, read: (view, at) => view.getInt32(at, true), into: Int32Array },
  U32: { bytes: 4, read: (view, at) => view.getUint32(at, true), into: Float64Array },
  I16: { bytes: 2, read: (view, at) => view.getInt16(at, true), into: Int32Array },
  U16: { bytes: 2, read: (view, at) => view.getUint16(at, true), into: Int32Array },
  I8: { bytes: 1, read: (view, at) => view.getInt8(at), into: Int32Array },
  U8: { bytes: 1, read: (view, at) => view.getUint8(at), into: Int32Array },
  BOOL: { bytes: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1), into: Int32Array },
} as const satisfies Record<string, NumberType>;

export type NumberTypeName = keyof typeof numberTypes;

export function isNumberType(name: string): name is NumberTypeName {
  return Object.hasOwn(numberTypes, name);
}

/** The numbers that `bytes`, a whole number of them, hold. */
export function readNumbers(bytes: Uint8Array, type: NumberTypeName): Float32Array | Float64Array | Int32Array {
  const { bytes: width, read, into: Into }: NumberType = numberTypes[type];
  if (type === 'F32' || type === 'F64' || type === 'I32') {
    // Not `slice`: that of a Node Buffer does not copy, and its memory holds more than the file.
    return new Into(new Uint8Array(bytes).buffer);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new Into(bytes.length / width);
  for (let i = 0; i < numbers.length; i++) numbers[i] = read(view, i * width);
  return numbers;
}

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
function halfPrecision(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new DataView(new ArrayBuffer(4));

/** The upper half of a float32. */
function brainFloat(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}
