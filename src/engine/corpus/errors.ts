/** Something about a text that its owner can mend; the message is a sentence for them. */
export class CorpusError extends Error {
  override readonly name = 'CorpusError';
  readonly kind = 'input';
}
