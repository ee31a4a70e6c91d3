/** Computation graphs in ONNX's format: the pieces that networks are put together from, and their file. */
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as AttributeType,
  ModelProtoSchema,
  TensorProto_DataType as DataType,
  type AttributeProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from './onnx_pb.ts';

/** The oldest with LayerNormalization, and the oldest format that goes with it: most programs read them. */
const OPSET = 17n;
const IR_VERSION = 8n;

/** What a node gives or reads. The names of values that a graph gives are known only when all of it stands. */
export interface Value {
  name: string;
}

export type ElementType = 'float' | 'int32' | 'int64';
/** Sizes; names for those that are known only when the network runs. */
export type Shape = readonly (number | string)[];
/** An integer for a whole `number`; what ONNX calls floats are given as `{ float }`. */
export type Attribute = number | string | readonly number[] | readonly string[] | { readonly float: number };

/** Who made a model, and what people and programs may want to know of it. */
export interface ModelInfo {
  readonly producer: string;
  readonly documentation: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The number by which the format, and the operator Cast, know a type. */
export const elementTypes: Record<ElementType, DataType> = {
  float: DataType.FLOAT,
  int32: DataType.INT32,
  int64: DataType.INT64,
};

const utf8 = new TextEncoder();

/** One graph, built node by node: each after those that it reads from, as the format wants them. */
export class Graph {
  readonly #name: string;
  readonly #inputs: MessageInitShape<typeof ValueInfoProtoSchema>[] = [];
  readonly #outputs: MessageInitShape<typeof ValueInfoProtoSchema>[] = [];
  readonly #nodes: {
    readonly type: string;
    readonly name: string;
    readonly inputs: readonly (Value | null)[];
    readonly outputs: readonly Value[];
    readonly attributes: Readonly<Record<string, Attribute>>;
  }[] = [];
  readonly #initializers = new Map<string, MessageInitShape<typeof TensorProtoSchema>>();
  readonly #constants = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor(name: string) {
    this.#name = name;
  }

  /** @param documentation one sentence for who feeds it */
  input(name: string, type: ElementType, shape: Shape, documentation: string): Value {
    this.#inputs.push(valueInfo(name, type, shape, documentation));
    return { name };
  }

  /** Gives a node's value, which is of floats, under a name of its own. */
  output(name: string, value: Value, shape: Shape, documentation: string): void {
    this.#outputs.push(valueInfo(name, 'float', shape, documentation));
    value.name = name;
  }

  /** Numbers that never change, under a name of their own; kept once, however often they are asked for. @param data row-major */
  floats(name: string, shape: readonly number[], data: Float32Array): Value {
    return this.#initializer(name, DataType.FLOAT, shape, littleEndian(data));
  }

  /** A few numbers that the arithmetic takes. */
  float(value: number): Value {
    return this.floats(this.#constantName(`float ${value}`), [], Float32Array.of(value));
  }

  integer(value: number): Value {
    return this.#integers(`integer ${value}`, [], [value]);
  }

  /** A vector of axes, sizes or indices. */
  integers(...values: readonly number[]): Value {
    return this.#integers(`integers ${values.join(' ')}`, [values.length], values);
  }

  /** A node with one output. @param inputs null: left out */
  node(type: string, inputs: readonly (Value | null)[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
    return this.nodes(type, inputs, 1, attributes)[0]!;
  }

  /** A node with several outputs. */
  nodes(
    type: string,
    inputs: readonly (Value | null)[],
    count: number,
    attributes: Readonly<Record<string, Attribute>> = {},
    name = this.#numbered(type),
  ): Value[] {
    const outputs = Array.from({ length: count }, (_, i) => ({ name: i === 0 ? name : `${name}.${i}` }));
    this.#nodes.push({ type, name, inputs, outputs, attributes });
    return outputs;
  }

  /** The model's file. */
  encode({ producer, documentation, metadata }: ModelInfo): Uint8Array {
    const model = create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      producerName: producer,
      docString: documentation,
      opsetImport: [{ domain: '', version: OPSET }],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name: this.#name,
        docString: documentation,
        input: this.#inputs,
        output: this.#outputs,
        initializer: [...this.#initializers.values()],
        node: this.#nodes.map(
          ({ type, name, inputs, outputs, attributes }): MessageInitShape<typeof NodeProtoSchema> => ({
            opType: type,
            name,
            input: inputs.map((value) => value?.name ?? ''),
            output: outputs.map((value) => value.name),
            attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
          }),
        ),
      },
    });
    return toBinary(ModelProtoSchema, model);
  }

  #integers(meaning: string, shape: readonly number[], values: readonly number[]): Value {
    const data = littleEndian(BigInt64Array.from(values, BigInt));
    return this.#initializer(this.#constantName(meaning), DataType.INT64, shape, data);
  }

  #initializer(name: string, dataType: DataType, shape: readonly number[], rawData: Uint8Array): Value {
    if (!this.#initializers.has(name)) {
      this.#initializers.set(name, { name, dataType, dims: shape.map(BigInt), rawData });
    }
    return { name };
  }

  /** The same name for what means the same. */
  #constantName(meaning: string): string {
    const known = this.#constants.get(meaning);
    if (known !== undefined) return known;
    const name = this.#numbered('constant');
    this.#constants.set(meaning, name);
    return name;
  }

  #numbered(kind: string): string {
    const count = this.#counts.get(kind) ?? 0;
    this.#counts.set(kind, count + 1);
    return `${kind}_${count}`;
  }
}

function valueInfo(
  name: string,
  type: ElementType,
  shape: Shape,
  docString: string,
): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : { case: 'dimParam' as const, value: size },
  }));
  const tensor = { elemType: elementTypes[type], shape: { dim } };
  return { name, docString, type: { value: { case: 'tensorType', value: tensor } } };
}

function attribute(name: string, value: Attribute): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: BigInt(value) };
  if (typeof value === 'string') return { name, type: AttributeType.STRING, s: utf8.encode(value) };
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  if (value.every((item) => typeof item === 'number')) {
    return { name, type: AttributeType.INTS, ints: value.map(BigInt) };
  }
  return { name, type: AttributeType.STRINGS, strings: value.map((item) => utf8.encode(String(item))) };
}

/** The bytes of numbers. Unroll runs on little-endian processors only, and so does every program that reads these files. */
function littleEndian({ buffer, byteOffset, byteLength }: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
