/**
 * Cutting UTF-8 text into pieces: the one place that knows where a word, a number, a symbol ends. All functions have the same
 * form, so that a text can be cut while it streams by:
 *
 *     end = pieceEnd(bytes, at, end, last)
 *
 * the end of the piece that begins at `at`, looking at the bytes before `end` only; -1 when that depends on what follows and
 * `last` says that more does. Bytes are well-formed UTF-8 and `at` and `end` stand between characters. The answer never
 * depends on where the buffer happens to end, so cutting in parts gives the same pieces as cutting the whole.
 */
import { asciiClass, CLASS, classOf } from './unicode-classes.ts';
import { characterStart, codePointAt, sequenceLength } from './utf8.ts';

export type PieceEnd = (bytes: Uint8Array, at: number, end: number, last: boolean) => number;

/** Longest piece in bytes; what is longer (a text without spaces, base64) is cut. Bounds memory and the cost of merging. */
export const longestPiece = 256;

const undecided = -1;
const { newline, space, letter, mark, number, unspaced, symbol, modifier, regional } = CLASS;

/** Class of the character that begins at `at`. */
export function classAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]!;
  return byte < 0x80 ? asciiClass[byte]! : classOf(codePointAt(bytes, at));
}

/** The end of a piece that reached `at`: there, or at the last character that fits if the piece is too long. */
function bounded(bytes: Uint8Array, start: number, at: number): number {
  return at - start > longestPiece ? characterStart(bytes, start + longestPiece) : at;
}

/** The end of the run of characters whose class `accepts` names (1 for yes), from `at` on, for a piece that began at `start`. */
function runEnd(bytes: Uint8Array, start: number, at: number, end: number, last: boolean, accepts: Uint8Array): number {
  while (at < end && at - start <= longestPiece) {
    const byte = bytes[at]!;
    if (byte < 0x80) {
      if (accepts[asciiClass[byte]!] === 0) return bounded(bytes, start, at);
      at++;
    } else {
      if (accepts[classOf(codePointAt(bytes, at))] === 0) return bounded(bytes, start, at);
      at += sequenceLength(byte);
    }
  }
  if (at - start > longestPiece) return bounded(bytes, start, at);
  return last ? at : undecided;
}

/** A table over all bytes: 1 for the ASCII characters that `accepts`, 0 for others and for bytes beyond ASCII. */
function asciiTable(accepts: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (byte < 0x80 && accepts(byte) ? 1 : 0));
}

function classes(...accepted: number[]): Uint8Array {
  const table = new Uint8Array(16);
  for (const one of accepted) table[one] = 1;
  return table;
}

// ---- words -----------------------------------------------------------------------------------------------------------

const inWord = classes(letter, mark, number);
const marks = classes(mark);

const apostrophe = 0x27;
const hyphen = 0x2d;
const fullStop = 0x2e;
const comma = 0x2c;
const zeroWidthJoiner = 0x200d;
const specials = ['<unk>', '<eos>'].map((text) => new TextEncoder().encode(text));

const asciiWord = asciiTable((byte) => inWord[asciiClass[byte]!] === 1);
/** ASCII after which a word has surely ended: no part of one, and no connector. */
const asciiEndsWord = asciiTable(
  (byte) => asciiWord[byte] === 0 && ![apostrophe, hyphen, fullStop, comma].includes(byte),
);

/** ASCII that is a word of its own if ASCII follows: a symbol (but `<` may begin <unk>), white space, a line end (but CR LF is one). */
const asciiAlone = asciiTable((byte) => asciiWord[byte] === 0 && byte !== 0x3c && byte !== 0x0d);

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** ' and - and their typographic forms ’ (U+2019), ‐ (U+2010), ‑ (U+2011) join letters; . and , join digits. Length or 0. */
function connectorLength(bytes: Uint8Array, at: number, end: number): number {
  const byte = bytes[at]!;
  if (byte === apostrophe || byte === hyphen) return 1;
  if (byte === fullStop || byte === comma) return isDigit(bytes[at - 1]) ? 1 : 0;
  if (byte !== 0xe2 || at + 3 > end || bytes[at + 1] !== 0x80) return 0;
  const third = bytes[at + 2]!;
  return third === 0x99 || third === 0x90 || third === 0x91 ? 3 : 0;
}

/**
 * Words, for the word tokeniser and statistics. A piece is
 * - a run of letters, marks and digits, with single apostrophes and hyphens between letters or digits (don't, mother-in-law,
 *   l’été) and full stops and commas between digits (3.14, 10,000) kept inside;
 * - one character, with its marks, of a script written without spaces (Chinese, Japanese, Thai …);
 * - a line end: LF, CR LF, CR and their Unicode cousins;
 * - <unk> or <eos>, as prepared corpora hold them;
 * - one symbol or punctuation mark, with marks, skin tones and joined emoji that belong to it; a flag;
 * - one character of white space, which callers pass over.
 */
export const wordEnd: PieceEnd = (bytes, at, end, last) => {
  const next = lettersEnd(bytes, at, end);
  if (next > at) {
    // Most of most texts: letters and then ASCII that ends the word.
    if (next < end && asciiEndsWord[bytes[next]!] === 1) return bounded(bytes, at, next);
    return wordRunEnd(bytes, at, next, end, last);
  }
  const byte = bytes[at]!;
  if (asciiAlone[byte] === 1 && at + 1 < end && bytes[at + 1]! < 0x80) return at + 1;
  switch (classAt(bytes, at)) {
    case space:
      return at + sequenceLength(byte);
    case newline:
      if (byte !== 0x0d) return at + sequenceLength(byte);
      if (at + 1 < end) return bytes[at + 1] === 0x0a ? at + 2 : at + 1;
      return last ? at + 1 : undecided;
    case unspaced:
      return runEnd(bytes, at, at + sequenceLength(byte), end, last, marks);
    default:
      return symbolEnd(bytes, at, end, last);
  }
};

/** The end of the letters, marks and digits from `at` on, or of the first `longestPiece` bytes of them and a little more. */
function lettersEnd(bytes: Uint8Array, at: number, end: number): number {
  const limit = Math.min(end, at + longestPiece + 1);
  let next = at;
  while (next < limit) {
    const byte = bytes[next]!;
    if (asciiWord[byte] === 1) {
      next++;
    } else {
      if (byte < 0x80 || inWord[classOf(codePointAt(bytes, next))] === 0) return next;
      next += sequenceLength(byte);
    }
  }
  return next;
}

/** The end of a word that began at `start` and whose letters go on to `from` at least. */
function wordRunEnd(bytes: Uint8Array, start: number, from: number, end: number, last: boolean): number {
  let at = from;
  for (;;) {
    at = runEnd(bytes, start, at, end, last, inWord);
    if (at === undecided || at === end || at - start >= longestPiece) return at;
    const length = connectorLength(bytes, at, end);
    if (length === 0) return at;
    const next = at + length;
    // A piece that is long enough ends before the connector, which would not fit in whole.
    if (next - start > longestPiece) return at;
    if (next >= end) return last ? at : undecided;
    const joinsDigits = bytes[at] === fullStop || bytes[at] === comma;
    if (joinsDigits ? !isDigit(bytes[next]) : inWord[classAt(bytes, next)] === 0) return at;
    at = next;
  }
}

function symbolEnd(bytes: Uint8Array, start: number, end: number, last: boolean): number {
  if (bytes[start] === 0x3c) {
    const special = specialEnd(bytes, start, end, last);
    if (special !== start) return special;
  }
  let at = start;
  for (;;) {
    const kind = classAt(bytes, at);
    at += sequenceLength(bytes[at]!);
    if (kind === regional) {
      if (at >= end) return last ? at : undecided;
      if (classAt(bytes, at) === regional) at += sequenceLength(bytes[at]!);
    }
    let joined = false;
    for (;;) {
      if (at - start > longestPiece) return bounded(bytes, start, at);
      if (at >= end) return last ? at : undecided;
      const byte = bytes[at]!;
      if (byte < 0x80) return at;
      const codePoint = codePointAt(bytes, at);
      const follower = classOf(codePoint);
      if (joined && follower === symbol) break;
      if (follower !== mark && (follower !== modifier || kind === modifier)) return at;
      joined = codePoint === zeroWidthJoiner;
      at += sequenceLength(byte);
    }
  }
}

/** The end of a literal <unk> or <eos> at `start`; `start` if there is none. */
function specialEnd(bytes: Uint8Array, start: number, end: number, last: boolean): number {
  for (const special of specials) {
    const available = Math.min(special.length, end - start);
    let same = 0;
    while (same < available && bytes[start + same] === special[same]) same++;
    if (same === special.length) return start + same;
    if (same === available && !last) return undecided;
  }
  return start;
}

// ---- prepared words --------------------------------------------------------------------------------------------------

const notWhite = classes(letter, mark, number, unspaced, symbol, modifier, regional);

/** For corpora that are cut into words already (Penn Treebank, WikiText): whatever stands between white space is a word. */
export const preparedWordEnd: PieceEnd = (bytes, at, end, last) => {
  const kind = classAt(bytes, at);
  return kind === space || kind === newline
    ? wordEnd(bytes, at, end, last)
    : runEnd(bytes, at, at, end, last, notWhite);
};

// ---- pieces of byte-pair encoding ------------------------------------------------------------------------------------

const letters = classes(letter, mark, unspaced);
const numbers = classes(number);
const white = classes(space, newline);
const others = classes(symbol, modifier, regional);
const asciiLetter = asciiTable((byte) => letters[asciiClass[byte]!] === 1);
const asciiNotLetter = asciiTable((byte) => asciiLetter[byte] === 0);
const contractions = ['s', 't', 're', 've', 'm', 'll', 'd'].map((text) => new TextEncoder().encode(text));

/**
 * GPT-2's pieces (Radford et al. 2019, encoder.py), within which byte pairs are merged:
 *
 *     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 *
 * with combining marks counted as letters, which GPT-2 does not and which tears words of Indic scripts apart.
 */
export const bpePieceEnd: PieceEnd = (bytes, at, end, last) => {
  const body = bytes[at] === 0x20 ? at + 1 : at;
  if (body < end && asciiLetter[bytes[body]!] === 1) {
    // Most of most texts: an ASCII word, with the space before it.
    let next = body + 1;
    while (next < end && asciiLetter[bytes[next]!] === 1) next++;
    if (next < end && asciiNotLetter[bytes[next]!] === 1) return bounded(bytes, at, next);
  }
  const first = classAt(bytes, at);
  if (bytes[at] === apostrophe) {
    const contraction = contractionEnd(bytes, at, end, last);
    if (contraction !== at) return contraction;
  }
  if (white[first] === 0) return bodyEnd(bytes, at, at, first, end, last);
  if (bytes[at] === 0x20) {
    if (at + 1 >= end) return last ? at + 1 : undecided;
    const next = classAt(bytes, at + 1);
    if (white[next] === 0) return bodyEnd(bytes, at, at + 1, next, end, last);
  }
  return whiteEnd(bytes, at, end, last);
};

function bodyEnd(bytes: Uint8Array, start: number, at: number, kind: number, end: number, last: boolean): number {
  const accepts = letters[kind] === 1 ? letters : numbers[kind] === 1 ? numbers : others;
  return runEnd(bytes, start, at, end, last, accepts);
}

/** \s+(?!\S)|\s+ : all of the white space but its last character, which goes with what follows; all of it at the end. */
function whiteEnd(bytes: Uint8Array, start: number, end: number, last: boolean): number {
  const run = runEnd(bytes, start, start, end, last, white);
  if (run === undecided || run === end || white[classAt(bytes, run)] === 1) return run;
  const lastCharacter = characterStart(bytes, run - 1);
  return lastCharacter > start ? lastCharacter : run;
}

function contractionEnd(bytes: Uint8Array, start: number, end: number, last: boolean): number {
  let mayFollow = false;
  for (const ending of contractions) {
    const available = Math.min(ending.length, end - start - 1);
    let same = 0;
    while (same < available && bytes[start + 1 + same] === ending[same]) same++;
    if (same === ending.length) return start + 1 + same;
    if (same === available) mayFollow = true;
  }
  return mayFollow && !last ? undecided : start;
}
