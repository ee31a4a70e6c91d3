/** A document from which a text can be taken. Nothing in it is trusted: it may be damaged, or made to do harm. */
import type { Detection } from '../corpus/encoding.ts';
import type { DocumentFacts } from './kinds.ts';

export interface Reading {
  readonly signal: AbortSignal;
  /** How far it is: in pages, chapters, files or bytes, of how many. */
  onProgress(done: number, total: number): void;
}

export interface OpenedDocument extends DocumentFacts {
  /**
   * Its text from the beginning, in well-formed UTF-8. What was begun and is left ends the work.
   * @throws CorpusError when it is damaged or too large, or holds no text
   */
  text(reading: Reading): AsyncGenerator<Uint8Array>;
  /** How its characters were decoded, once the text has been read; null where the format says it. */
  detection(): Detection | null;
  /** Bytes that were not valid in that encoding and became U+FFFD. */
  replaced(): number;
}

/** Of formats that say themselves how characters are written. */
export const encodedByFormat = { detection: () => null, replaced: () => 0, leftOut: [], classes: false } as const;

/** What a preview says of a document. */
export function factsOf({ kind, title, parts, leftOut, classes }: DocumentFacts): DocumentFacts {
  return { kind, title, parts, leftOut, classes };
}
