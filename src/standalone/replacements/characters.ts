/** In place of engine/corpus/characters.ts: a page encodes short texts, which need no WebAssembly. */

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Ids of code points: their place in a list + 1; 0 for others. */
export class CharacterIds {
  readonly #ids: ReadonlyMap<string, number>;

  /** @param known characters of one code point each, all different */
  constructor(known: readonly string[]) {
    this.#ids = new Map(known.map((character, index) => [character, index + 1]));
  }

  /** Writes the ids of the characters that begin in the first `end` bytes; returns how many they are. */
  encode(bytes: Uint8Array, end: number, ids: Int32Array): number {
    let count = 0;
    for (const character of decoder.decode(bytes.subarray(0, end))) ids[count++] = this.#ids.get(character) ?? 0;
    return count;
  }
}
