/**
 * PDF.js, on a damaged document, now and then leaves a rejected promise behind that nobody waits for; whoever asked has been told as
 * well. A process would end for it.
 */

/** Names of PDF.js's own errors. */
const names = /^(ParserEOF|XRefEntry|XRefParse|MissingData|InvalidPDF|UnknownError)Exception$|^FormatError$/;

/** Is it an error of PDF.js that says no more than that the document is damaged? */
export function isStray(reason: unknown): boolean {
  return typeof reason === 'object' && reason !== null && 'name' in reason && names.test(String(reason.name));
}
