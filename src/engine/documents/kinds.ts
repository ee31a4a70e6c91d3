/** Which files are documents, from which a text has to be taken, told by their first bytes and their name. Pure module. */

export const documentKinds = ['html', 'epub', 'docx', 'pdf', 'zip'] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** What a document is, for a preview. */
export interface DocumentFacts {
  readonly kind: DocumentKind;
  /** The title that it gives itself. */
  readonly title: string | null;
  /** Pages of a PDF, chapters of a book, files of an archive; 1 of others. */
  readonly parts: number;
  /** Names of files in an archive that are no texts, and are left out. */
  readonly leftOut: readonly string[];
  /** The archive was read as files named by class, one example a line. */
  readonly classes: boolean;
}

/** Endings, without their dots, of files that can be imported as texts. */
export const textEndings: readonly string[] = [
  ...['txt', 'text', 'md', 'markdown', 'rst', 'tex', 'csv', 'tsv', 'tab', 'json', 'jsonl', 'ndjson', 'conllu', 'conll'],
  ...['xml', 'log', 'srt', 'vec'],
];
const htmlEndings: readonly string[] = ['html', 'htm', 'xhtml'];
export const documentEndings: readonly string[] = [...htmlEndings, 'epub', 'docx', 'pdf'];

/** A name's ending in lower case, without its dot; none: ''. */
export function endingOf(name: string): string {
  return /[^/\\]\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
}

/** Is it named as a page of HTML? Its bytes are those of any text. May be compressed by gzip. */
export function isHtmlName(name: string): boolean {
  return htmlEndings.includes(endingOf(name.replace(/\.gz$/i, '')));
}

/** How far into a file a PDF may begin (PDF 1.7, implementation note 13). */
const pdfWindow = 1024;

export function isPdf(head: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(head.subarray(0, pdfWindow)).includes('%PDF-');
}

/** A local file header, or the end of an archive without files. */
export function isZip(head: Uint8Array): boolean {
  const mark = new TextDecoder('latin1').decode(head.subarray(0, 4));
  return mark === 'PK\x03\x04' || mark === 'PK\x05\x06';
}

/** Whether a text has to be taken out of the file, instead of being it. */
export function isDocument(head: Uint8Array, name: string): boolean {
  return isZip(head) || isPdf(head) || isHtmlName(name);
}
