/** A trained model as it lies in a page: JSON, and its parameters one after the other in base64. */
import { deserializeTokenizer, type SerializedTokenizer, type Tokenizer } from '../../corpus/tokenizer.ts';
import { ExampleCodec, type CodecJson } from '../../data/codec.ts';
import type { HostArray } from '../../kernels/kernels.ts';
import type { DataSizes } from '../../model/task-model.ts';
import type { RunConfig } from '../../training/config.ts';
import { ExportError } from '../errors.ts';
import type { PortableModel, Provenance } from '../portable.ts';
import { fromHalf, LARGEST_HALF, toHalf } from './float16.ts';

/** float16 is half as large, and keeps three significant digits of each parameter. */
export type PagePrecision = 'float32' | 'float16';

/** A heading of the model's card and what stands under it. */
export interface CardPart {
  readonly title: string;
  readonly rows: readonly (readonly [name: string, value: string])[];
}

export interface PageModel extends Provenance {
  readonly format: 'unroll-page/1';
  readonly precision: PagePrecision;
  readonly config: RunConfig;
  readonly sizes: DataSizes;
  readonly tokenizer: SerializedTokenizer | null;
  readonly codec: CodecJson | null;
  /** In the order in which their numbers lie in the weights. */
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly card: readonly CardPart[];
}

/** A page's model, ready to be put on a device. */
export interface OpenedModel {
  readonly page: PageModel;
  readonly tokenizer: Tokenizer | null;
  readonly codec: ExampleCodec | null;
  readonly parameters: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: HostArray }>;
}

/** @throws ExportError when a parameter is too large for float16 */
export function pageModel(
  model: PortableModel,
  precision: PagePrecision,
  card: readonly CardPart[],
): { readonly page: PageModel; readonly weights: Uint8Array } {
  const { name, corpusName, corpusHash, trainedWith, createdAt, state, sizes, parameters } = model;
  return {
    page: {
      ...{ format: 'unroll-page/1', name, corpusName, corpusHash, trainedWith, createdAt, precision, sizes, card },
      config: state.config,
      tokenizer: model.tokenizer?.toJSON() ?? null,
      codec: model.codec?.json ?? null,
      parameters: Array.from(parameters, ([parameter, { shape }]) => ({ name: parameter, shape })),
    },
    weights: weightBytes(model, precision),
  };
}

/** @param weights what `pageModel` gave; a whole memory of their own */
export function openPageModel(page: PageModel, weights: Uint8Array<ArrayBuffer>): OpenedModel {
  const numbers = page.precision === 'float16' ? new Uint16Array(weights.buffer) : new Float32Array(weights.buffer);
  let at = 0;
  const parameters = page.parameters.map(({ name, shape }) => {
    const own = numbers.subarray(at, (at += shape.reduce((product, n) => product * n, 1)));
    return [name, { shape, data: own instanceof Float32Array ? own : Float32Array.from(own, fromHalf) }] as const;
  });
  return {
    page,
    tokenizer: page.tokenizer && deserializeTokenizer(page.tokenizer),
    codec: page.codec && new ExampleCodec(page.codec),
    parameters: new Map(parameters),
  };
}

function weightBytes({ parameters }: PortableModel, precision: PagePrecision): Uint8Array {
  const all = [...parameters];
  const count = all.reduce((sum, [, { data }]) => sum + data.length, 0);
  const numbers = precision === 'float16' ? new Uint16Array(count) : new Float32Array(count);
  let at = 0;
  for (const [name, { data }] of all) {
    if (precision === 'float16') requireHalves(name, data);
    numbers.set(precision === 'float16' ? Uint16Array.from(data, toHalf) : data, at);
    at += data.length;
  }
  return new Uint8Array(numbers.buffer);
}

function requireHalves(name: string, data: Float32Array): void {
  const large = data.find((value) => !(Math.abs(value) <= LARGEST_HALF));
  if (large === undefined) return;
  throw new ExportError(`"${name}" holds ${large}, and float16 ends at ${LARGEST_HALF}: export with float32 instead.`);
}
