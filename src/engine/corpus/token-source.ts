/** Where tokens come from: a long sequence of ids that need not fit in memory. */
export interface TokenSource {
  /** Number of tokens. */
  readonly length: number;
  /** Fills `out` with the ids from position `start`; throws RangeError if they are not all there. */
  read(start: number, out: Int32Array): void;
}

/** Tokens that are in memory. */
export function tokensInMemory(ids: Int32Array | Uint16Array | Uint32Array): TokenSource {
  return {
    length: ids.length,
    read(start, out) {
      if (start < 0 || start + out.length > ids.length) {
        throw new RangeError(`tokens ${start} … ${start + out.length - 1} asked of a source of ${ids.length}`);
      }
      out.set(ids.subarray(start, start + out.length));
    },
  };
}

/** At most the first `count` tokens of a source. */
export function firstTokens(source: TokenSource, count: number): TokenSource {
  if (source.length <= count) return source;
  return {
    length: count,
    read(start, out) {
      if (start + out.length > count) {
        throw new RangeError(`tokens ${start} … ${start + out.length - 1} asked of the first ${count}`);
      }
      source.read(start, out);
    },
  };
}
