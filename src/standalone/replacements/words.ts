/** In place of engine/corpus/words.ts: a page encodes short texts, which need no WebAssembly. What a word is says pieces.ts. */
import { classAt, preparedWordEnd, wordEnd, type PieceEnd } from '../../engine/corpus/pieces.ts';
import { CLASS } from '../../engine/corpus/unicode-classes.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Every kind of line end is this word. */
const newline = '\n';

/** Ids of words: their place in a list + 1; 0 for others. */
export class WordIds {
  readonly #pieceEnd: PieceEnd;
  readonly #ids: ReadonlyMap<string, number>;

  /** @param words all different */
  constructor(prepared: boolean, words: readonly string[]) {
    this.#pieceEnd = prepared ? preparedWordEnd : wordEnd;
    this.#ids = new Map(words.map((word, index) => [word, index + 1]));
  }

  /** Encodes as `Tokenizer.encodeBytes` says. */
  encode(
    bytes: Uint8Array,
    end: number,
    stop: number,
    last: boolean,
    ids: Int32Array,
  ): { consumed: number; count: number } {
    let at = 0;
    let count = 0;
    while (at < stop) {
      const next = this.#pieceEnd(bytes, at, end, last);
      if (next < 0) break;
      const kind = classAt(bytes, at);
      if (kind !== CLASS.space) {
        const word = kind === CLASS.newline ? newline : decoder.decode(bytes.subarray(at, next));
        ids[count++] = this.#ids.get(word) ?? 0;
      }
      at = next;
    }
    return { consumed: at, count };
  }
}
