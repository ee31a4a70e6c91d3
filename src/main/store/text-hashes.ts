/** The texts that a run is made from, each by the SHA-256 of its bytes: a corpus may be renamed or removed, its text stays. */
export interface TextHashes {
  readonly corpusHash: string;
  /** Pairs in two files: of the targets. */
  readonly targetHash: string | null;
  readonly validHash: string | null;
  readonly validTargetHash: string | null;
  readonly testHash: string | null;
  readonly testTargetHash: string | null;
  /** Word vectors. */
  readonly vectorsHash: string | null;
}

/** Those that there are, in the order above. */
export function hashesOf(texts: TextHashes): string[] {
  const { corpusHash, targetHash, validHash, validTargetHash, testHash, testTargetHash, vectorsHash } = texts;
  const all = [corpusHash, targetHash, validHash, validTargetHash, testHash, testTargetHash, vectorsHash];
  return all.filter((hash) => hash !== null);
}

/** Of a run that has no text but its corpus, or none at all. */
export const noOtherTexts = {
  ...{ targetHash: null, validHash: null, validTargetHash: null, testHash: null, testTargetHash: null },
  vectorsHash: null,
} as const;
