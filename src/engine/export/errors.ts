/** A model cannot be exported in this format; the message says why, and what can be done instead. */
export class ExportError extends Error {
  override readonly name = 'ExportError';
}
