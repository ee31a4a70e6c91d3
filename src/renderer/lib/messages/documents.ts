import { integer, plural } from '../format.ts';

/** Texts that are taken out of documents. */
export const documents = {
  /** What it was read from, and how. */
  html: 'The text of a web page: paragraphs are set apart, scripts and styles left out.',
  docx: 'The text of a Word document: a paragraph a line, without headers, footers, notes and comments.',
  epub: (chapters: number) =>
    `The text of a book: ${plural(chapters, 'chapter file')} in reading order, without the table of contents.`,
  pdf: (pages: number) =>
    `The text of a PDF: ${plural(pages, 'page')}, line by line. Words divided at the end of a line are put together.`,
  zip: (files: number) => `${plural(files, 'file')} of an archive, in the order of their names.`,
  leftOut: (names: readonly string[], more: number) =>
    `Left out, for they are no texts: ${names.join(', ')}${more > 0 ? ` and ${integer(more)} more` : ''}.`,
  filesAre: 'Its files are',
  oneText: 'Parts of one text',
  classes: 'Classes, an example a line',
};
