/**
 * A vocabulary from elsewhere as one of this program's tokenisers, in which id 0 stands for all unknown tokens, and the parameters
 * brought into its order. A vocabulary that knows no unknown token is given one: its rows are the means of all others, and its bias so far
 * below theirs that (Jensen's inequality) it is chosen less often than once in 10⁸·V times.
 */
import { deserializeTokenizer, type Tokenizer } from '../corpus/tokenizer.ts';
import type { TokenizerConfig } from '../training/config.ts';
import { ModelFileError } from './errors.ts';
import type { FileTensor } from './tensors.ts';

/** Rows of the file by our id; -1: the mean of all. */
export type RowOrder = readonly number[];

export interface PlacedTokens {
  readonly tokenizer: Tokenizer;
  readonly order: RowOrder;
}

const unknownNames = ['<unk>', '<UNK>', '[UNK]', '<unknown>', '<oov>', '<OOV>', 'UNK', '\ufffd'];
const lineEndNames = ['<eos>', '<EOS>', '</s>'];
const biasBelow = 20; // e^-20 ≈ 2·10⁻⁹

/** @param tokens of ids 0 … V-1 @throws ModelFileError when a token is there twice */
export function placeTokens(tokens: readonly string[]): PlacedTokens {
  const unknown = tokens.findIndex((token) => unknownNames.includes(token));
  const others = tokens.map((_, id) => id).filter((id) => id !== unknown);
  const kind: 'char' | 'word' = others.every((id) => isCharacter(tokens[id]!) || isNamed(tokens[id]!))
    ? 'char'
    : 'word';
  const names = others.map((id) => tokens[id]!);
  if (kind === 'word' && !names.includes('\n')) {
    const lineEnd = names.findIndex((name) => lineEndNames.includes(name));
    if (lineEnd >= 0) names[lineEnd] = '\n';
  }
  const known = names.map((name) => (name === '' ? '<pad>' : name));
  const seen = new Set<string>();
  const twice = known.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined)
    throw new ModelFileError(`The vocabulary has ${JSON.stringify(twice.slice(0, 100))} twice: it is damaged.`);
  const config: TokenizerConfig = { kind, unit: 'codepoint', lowercase: false, minFrequency: 1 };
  const tokenizer = deserializeTokenizer({
    ...{ format: 'unroll-tokenizer/1', kind, config, tokens: kind === 'char' ? withPlaceholders(known) : known },
    // Its programs cut text at white space and nowhere else.
    ...(kind === 'word' && { prepared: true }),
  });
  return { tokenizer, order: [unknown, ...others] };
}

/** Of a tokeniser that is this program's own: nothing moves. */
export function inPlace(tokenizer: Tokenizer): PlacedTokens {
  return { tokenizer, order: Array.from({ length: tokenizer.vocabularySize }, (_, id) => id) };
}

/** Rows [V,…] of a tensor in our order. */
export function placeRows({ shape, read }: FileTensor, order: RowOrder, isBias: boolean): FileTensor {
  const [V, ...rest] = shape as [number, ...number[]];
  const width = rest.reduce((product, n) => product * n, 1);
  return {
    shape: [order.length, ...rest],
    read: () => {
      const from = read();
      const to = new Float32Array(order.length * width);
      order.forEach((row, id) => {
        if (row >= 0) to.set(from.subarray(row * width, (row + 1) * width), id * width);
        else
          for (let column = 0; column < width; column++) {
            let sum = 0;
            for (let other = 0; other < V; other++) sum += from[other * width + column]!;
            to[id * width + column] = sum / V - (isBias ? biasBelow : 0);
          }
      });
      return to;
    },
  };
}

function isCharacter(token: string): boolean {
  return token.length === (token.codePointAt(0)! > 0xffff ? 2 : 1);
}

/** A special token, or an id without one. */
function isNamed(token: string): boolean {
  return /^(<[^<>]*>|\[[A-Z]+\])?$/.test(token);
}

/** Special tokens of a character model never stand in a text: each becomes a character of the private use area (Unicode 23.5). */
function withPlaceholders(tokens: readonly string[]): string[] {
  const used = new Set(tokens);
  let next = 0xe000;
  const placeholder = (): string => {
    const character = String.fromCodePoint(next++);
    return used.has(character) ? placeholder() : character;
  };
  return tokens.map((token) => (isCharacter(token) ? token : placeholder()));
}
