/** Vocabularies as other programs keep them, and as they would have learnt them from a text: the token of every id. */
import { deserializeTokenizer, type Tokenizer } from '../corpus/tokenizer.ts';
import type { VocabularyWay } from './answers.ts';
import { ModelFileError } from './errors.ts';
import { PickledObject } from './pickle-values.ts';

/** Names under which a file may have its vocabulary, likeliest first. */
const usualNames = [
  ...['tokenizer', 'idx_to_token', 'idx_to_char', 'ix_to_char', 'itos', 'idx2word', 'int2char', 'id2token'],
  ...['token_to_idx', 'char_to_idx', 'char_to_ix', 'stoi', 'word2idx', 'char2int', 'word_index', 'vocab', 'vocabulary'],
  ...['chars', 'tokens', 'words', 'characters', 'alphabet', 'model'],
];
/** Objects within objects. */
const deepest = 4;

/** Python's `string.printable`: the alphabet of several character models, whatever text they were trained on. */
export const printable = [
  ...'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~ \t\n\r\u000b\u000c',
];

/**
 * The tokens of ids 0 … V-1.
 * @param raw a string of characters, a list, token → id, id → token, or an object that holds one of those
 * @throws ModelFileError when it is none, or not of V tokens
 */
export function tokensOf(raw: unknown, V: number): string[] {
  const tokens = listIn(raw, V, 0);
  if (tokens === null)
    throw new ModelFileError(
      'This is no vocabulary: a list of tokens, an object from token to number or from number to token, or a text with one token a line is wanted.',
    );
  return requireSize(tokens, V);
}

/** The vocabulary in a file: JSON as `tokensOf` says, one of this program's tokenisers, or one token a line. */
export function readVocabularyFile(text: string, V: number): string[] | Tokenizer {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    const lines = text.split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    return requireSize(lines, V);
  }
  return ownTokenizer(json, V) ?? tokensOf(json, V);
}

/** What a program of that habit would have learnt. */
export function learnTokens(text: string, way: VocabularyWay, V: number): string[] {
  const found = new Set<string>();
  if (way === 'words') {
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    for (const line of lines) {
      for (const word of line.split(/\s+/u)) if (word !== '') found.add(word);
      found.add('<eos>');
    }
  } else for (const character of text) found.add(character);
  const tokens = [...found];
  if (way === 'sorted-characters') tokens.sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  return requireSize(tokens, V);
}

/** A tokeniser of this program, as it is saved; null: something else. */
function ownTokenizer(json: unknown, V: number): Tokenizer | null {
  if (typeof json !== 'object' || json === null) return null;
  const { format, tokenizer } = json as { format?: unknown; tokenizer?: unknown };
  if (format === 'unroll-codec/1') return ownTokenizer(tokenizer, V);
  if (format !== 'unroll-tokenizer/1') return null;
  const own = deserializeTokenizer(json);
  if (own.vocabularySize !== V) throw ofOtherSize(own.vocabularySize, V);
  return own;
}

function listIn(raw: unknown, V: number, depth: number): string[] | null {
  if (depth > deepest) return null;
  if (typeof raw === 'string') return Array.from(raw);
  if (Array.isArray(raw)) return raw.length > 0 && raw.every((one) => typeof one === 'string') ? raw : null;
  const entries = entriesOf(raw);
  if (entries === null || entries.length === 0) return null;
  if (entries.every(([, value]) => isId(value)))
    return byId(
      entries.map(([key, id]) => [String(key), id as number]),
      V,
    );
  if (entries.every(([key, value]) => isId(Number(key)) && typeof value === 'string'))
    return byId(
      entries.map(([key, token]) => [token as string, Number(key)]),
      V,
    );
  const inner = new Map(entries);
  for (const name of usualNames) {
    const list = inner.has(name) ? listIn(inner.get(name), V, depth + 1) : null;
    if (list) return list;
  }
  return null;
}

function entriesOf(raw: unknown): [unknown, unknown][] | null {
  if (raw instanceof Map) return [...raw];
  if (raw instanceof PickledObject) return [...raw.fields];
  return typeof raw === 'object' && raw !== null ? Object.entries(raw) : null;
}

const isId = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** Ids from 0, or from 1 where so many fill the model; those without a token are named by their number. */
function byId(entries: readonly (readonly [string, number])[], V: number): string[] {
  const ids = entries.map(([, id]) => id);
  const least = ids.reduce((a, b) => Math.min(a, b), Infinity);
  const most = ids.reduce((a, b) => Math.max(a, b), -Infinity);
  const first = least === 1 && most === V ? 1 : 0;
  if (most - first >= V) throw ofOtherSize(most - first + 1, V);
  const tokens = Array.from({ length: V }, (_, id) => `<${id}>`);
  for (const [token, id] of entries) tokens[id - first] = token;
  return tokens;
}

function requireSize(tokens: string[], V: number): string[] {
  if (tokens.length !== V) throw ofOtherSize(tokens.length, V);
  return tokens;
}

function ofOtherSize(found: number, wanted: number): ModelFileError {
  const [has, needs] = [found, wanted].map((n) => n.toLocaleString('en'));
  return new ModelFileError(
    `The vocabulary has ${has} tokens and the model ${needs}: it is not the one that the model was trained with.`,
  );
}
