/**
 * Cutting a text into words fast: the pieces of `wordEnd` or `preparedWordEnd` (pieces.ts), a stretch of text at a time.
 *
 * Where a word ends is hard to foresee for a processor: a loop that looks for the end of each word spends most of its time on
 * wrong guesses. So the ends are found first, for a whole stretch, without a branch: each byte gets a class from a table, and
 * wherever it is another than that of the byte before, a run of bytes begins. Then the runs are turned into words. Whatever
 * classes alone do not decide is left to the function that decides everything.
 */
import { classAt, longestPiece, preparedWordEnd, wordEnd, type PieceEnd } from './pieces.ts';
import { asciiClass, CLASS, classOf } from './unicode-classes.ts';
import { codePointAt } from './utf8.ts';

/** Bytes of a stretch. */
const stretch = 1 << 14;

// Classes of bytes.
/** White space within a line. */
const white = 0;
/** Of a word, for sure. */
const inWord = 1;
/** A character that is a piece by itself if ASCII follows; it ends a word, unless that ends with a digit. */
const alone = 2;
/** To be decided by what stands around. */
const special = 4;
/** Before the first byte. */
const noClass = 7;

/** Bits of a class; in `edges` a position stands above them. */
const classBits = 4;
const classMask = (1 << classBits) - 1;

/**
 * By two bytes that stand side by side: the class of the first one and, above it, what the first one says about the second.
 * Continuation bytes say nothing of themselves: characters of two bytes are looked up by both, longer ones are special.
 */
function classTable(asciiClassOf: (byte: number) => number, acceptedBeyond: ReadonlySet<number>): Uint8Array {
  const table = new Uint8Array(1 << 16);
  const pair = new Uint8Array(2);
  for (let first = 0; first < 0x100; first++) {
    for (let second = 0; second < 0x100; second++) {
      const continues = (second & 0xc0) === 0x80;
      let of = 0;
      let ofNext = 0;
      if (first < 0x80) {
        of = asciiClassOf(first);
      } else if (first < 0xc0) {
        ofNext = continues ? special : 0;
      } else if (first < 0xe0) {
        pair.set([first, second]);
        of = ofNext = continues && acceptedBeyond.has(classOf(codePointAt(pair, 0))) ? inWord : special;
      } else {
        of = ofNext = special;
      }
      table[(first << 8) | second] = of | (ofNext << classBits);
    }
  }
  return table;
}

const undecidedAscii = new Set(Array.from("'-<\r", (character) => character.charCodeAt(0)));
const { letter, mark, number, symbol, space, newline } = CLASS;

const wordClasses = classTable(
  (byte) => {
    if (undecidedAscii.has(byte)) return special;
    const kind = asciiClass[byte]!;
    return kind === space ? white : kind === letter || kind === number ? inWord : alone;
  },
  new Set([letter, mark, number]),
);

const preparedClasses = classTable(
  (byte) => {
    if (byte === 0x0d) return special;
    const kind = asciiClass[byte]!;
    return kind === space ? white : kind === newline ? alone : inWord;
  },
  new Set([letter, mark, number, symbol]),
);

export class WordCutter {
  /** Where each piece of the last `cut` begins and ends, in turn; white space is left out. */
  readonly pieces = new Int32Array(2 * (stretch + longestPiece));
  /** How many they are. */
  count = 0;
  readonly #classes: Uint8Array;
  readonly #pieceEnd: PieceEnd;
  /** Where runs of one class begin, counted from the beginning of the stretch, times 2^classBits, plus the class. */
  readonly #edges = new Int32Array(stretch + 2);

  /** @param prepared the text was cut into words before: what stands between white space is a word */
  constructor(prepared: boolean) {
    this.#classes = prepared ? preparedClasses : wordClasses;
    this.#pieceEnd = prepared ? preparedWordEnd : wordEnd;
  }

  /**
   * Cuts the pieces that begin from `at` on, before `stop` and within a stretch. Bytes are well-formed UTF-8, and `at`, `stop`
   * and `end` stand between characters.
   * @param end bytes before this are there; the text may go on behind it unless `last`
   * @returns where the next piece begins; `at` if that depends on what follows
   */
  cut(bytes: Uint8Array, at: number, end: number, stop: number, last: boolean): number {
    let to = at + stretch;
    if (to >= stop) to = stop;
    else while ((bytes[to]! & 0xc0) === 0x80) to--;
    const runs = findRuns(this.#classes, bytes, at, to, this.#edges);
    return this.#cutRuns(bytes, at, end, last, runs);
  }

  #cutRuns(bytes: Uint8Array, from: number, end: number, last: boolean, runs: number): number {
    const edges = this.#edges;
    const pieces = this.pieces;
    let count = 0;
    /** Where the text has been cut to. */
    let at = from;
    for (let run = 0; run < runs;) {
      const edge = edges[run]!;
      const nextEdge = edges[run + 1]!;
      const kind = edge & classMask;
      const nextKind = nextEdge & classMask;
      const runEnd = from + (nextEdge >> classBits);
      at = from + (edge >> classBits);
      if (kind === inWord && nextKind <= alone && runEnd - at <= longestPiece && !isDigit(bytes[runEnd - 1]!)) {
        pieces[count] = at;
        pieces[count + 1] = runEnd;
        count += 2;
        run++;
        at = runEnd;
      } else if (kind === white) {
        run++;
        at = runEnd;
      } else if (kind === alone && runEnd < end && bytes[runEnd]! < 0x80) {
        for (; at < runEnd; at++, count += 2) {
          pieces[count] = at;
          pieces[count + 1] = at + 1;
        }
        run++;
      } else {
        // Piece by piece, until one ends where a run does.
        do {
          const next = this.#pieceEnd(bytes, at, end, last);
          if (next < 0) {
            this.count = count >> 1;
            return at;
          }
          if (classAt(bytes, at) !== space) {
            pieces[count] = at;
            pieces[count + 1] = next;
            count += 2;
          }
          at = next;
          while (run < runs && from + (edges[run]! >> classBits) < at) run++;
        } while (run < runs && from + (edges[run]! >> classBits) !== at);
      }
    }
    this.count = count >> 1;
    return at;
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Fills `edges` with the runs of `start` … `end` and one more edge, special, at the end. Returns the number of runs. */
function findRuns(classes: Uint8Array, bytes: Uint8Array, start: number, end: number, edges: Int32Array): number {
  const length = end - start;
  let runs = 0;
  let kindBefore = noClass;
  let entryBefore = 0;
  let byte = bytes[start]!;
  for (let i = 0; i < length; i++) {
    const next = i < length - 1 ? bytes[start + i + 1]! : 0;
    const entry = classes[(byte << 8) | next]!;
    const kind = (entry & classMask) | (entryBefore >> classBits);
    edges[runs] = (i << classBits) | kind;
    // 1 where the class changes, 0 elsewhere: both are below 8.
    runs += ((kind ^ kindBefore) + 7) >> 3;
    kindBefore = kind;
    entryBefore = entry;
    byte = next;
  }
  edges[runs] = (length << classBits) | special;
  return runs;
}
