/** A file that is no model which can be used here; the message says what is wrong, where, and what would fit. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';
}
