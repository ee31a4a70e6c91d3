/** What a network reads, step by step, as text for people. */
import type { Tokenizer } from '../corpus/tokenizer.ts';
import type { ExampleCodec } from '../data/codec.ts';
import type { AnyBatch } from '../model/task-model.ts';

/** The text that each token adds: together they are the text. Of a token that is a part of a character it may be empty. */
export function textPieces(tokenizer: Tokenizer, ids: ArrayLike<number>): string[] {
  const decoder = tokenizer.decoder();
  const pieces = Array.from(ids, (id) => decoder.push(id));
  const rest = decoder.end();
  if (rest && pieces.length > 0) pieces[pieces.length - 1] += rest;
  return pieces;
}

/**
 * Of one example (B = 1): what is read at each step, of an encoder–decoder in the encoder; and the tokens that a decoder, or a generator,
 * predicts.
 */
export function examplePieces(
  codec: ExampleCodec,
  { inputs, targets, source, T }: AnyBatch,
): { readonly pieces: readonly string[]; readonly targets: readonly string[] | null } {
  const { task, kind } = codec.json;
  const generated = (ids: ArrayLike<number>) => Array.from(ids, (id) => spaced(codec.targetTokenText(id)));
  if (task === 'translation') {
    return {
      pieces: Array.from(source!, (id) => spaced(codec.tokenText(id))),
      targets: targets ? generated(targets) : [],
    };
  }
  if (task === 'conditional-generation') {
    return { pieces: generated(inputs), targets: targets ? generated(targets) : [] };
  }
  if (codec.json.inputColumns.length > 0) {
    const width = codec.json.inputColumns.length;
    const values = codec.inputScaler!.invert(Float64Array.from(inputs));
    return { pieces: Array.from({ length: T }, (_, t) => spaced(shortNumber(values[t * width]))), targets: null };
  }
  return {
    pieces:
      kind === 'tagged'
        ? Array.from(inputs, (id) => spaced(codec.tokenText(id)))
        : textPieces(codec.tokenizer!, inputs),
    targets: null,
  };
}

const spaced = (text: string) => `${text} `;

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}
