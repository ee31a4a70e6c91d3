/**
 * The passes over text that are compiled from C++. Each user makes an instance with a memory of its own, which goes when the user
 * goes; the compiled module is made once.
 */
import { classOf } from '../unicode-classes.ts';
import { moduleBase64 } from './module.ts';

/** Addresses and sizes are bytes in `memory`. What each function does is said where it is defined, in the C++. */
export interface TextExports {
  readonly memory: WebAssembly.Memory;
  __wasm_call_ctors(): void;
  reserve(bytes: number): number;
  release(address: number): void;
  // tokens.cpp
  packIds(ids: number, count: number, counts: number, packed: number, bytesPerId: 2 | 4): void;
  // characters.cpp
  countCharacters(text: number, length: number): void;
  characterCounts(): number;
  codePointsSeen(): number;
  codePointIds(): number;
  codePointIdsAreSet(): void;
  encodeCharacters(text: number, length: number, ids: number): number;
  // words.cpp
  textRoom(bytes: number): number;
  setLimit(words: number, bytes: number): void;
  countWords(stop: number, end: number, last: number): number;
  learnWords(prepared: number, stop: number, end: number, last: number): number;
  encodeWords(prepared: number, stop: number, end: number, last: number): number;
  encodedIds(): number;
  encodedCount(): number;
  wordsCounted(): number;
  textSeen(): number;
  addWord(length: number): void;
  wordCount(): number;
  wordStart(number: number): number;
  wordLength(number: number): number;
  wordCounts(): number;
  rankedWords(counts: number, limit: number): number;
}

/** Bytes that the passes may read behind a text. */
export const readBehind = 64;

const undecided = -1;

let compiled: WebAssembly.Module | undefined;

/**
 * A new instance.
 * @param pieceEnd the end of the piece at `at` of the text (see words.cpp), for passes over words
 */
export function instantiate(
  pieceEnd: (at: number, end: number, last: boolean) => number = () => undecided,
): TextExports {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(moduleBase64), (character) => character.charCodeAt(0)));
  const host = {
    classify: classOf,
    pieceEnd: (at: number, end: number, last: number) => pieceEnd(at, end, last !== 0),
  };
  const exports = new WebAssembly.Instance(compiled, { host }).exports as unknown as TextExports;
  exports.__wasm_call_ctors();
  return exports;
}
