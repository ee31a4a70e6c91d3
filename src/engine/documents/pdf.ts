/**
 * PDF documents through PDF.js: the text of every page in the order in which the page writes it, line by line. A word divided by a
 * hyphen at the end of a line is put together again. Nothing in the document is run, and nothing is fetched.
 */
import type { PDFDocumentProxy } from 'unpdf/pdfjs';
import { CorpusError } from '../corpus/errors.ts';
import { encodedByFormat, type OpenedDocument } from './document.ts';
import { readWhole, type ByteSource } from './source.ts';

/** PDF.js wants all of it at once. */
const mostBytes = 256 * 2 ** 20;

/** @throws CorpusError when it is damaged, protected or too large */
export async function openPdf(source: ByteSource): Promise<OpenedDocument> {
  const data = await readWhole(source, mostBytes, 'This PDF');
  const { getDocument, PasswordException, VerbosityLevel } = await import('unpdf/pdfjs');
  const task = getDocument({
    ...{ data, verbosity: VerbosityLevel.ERRORS, stopAtErrors: false },
    ...{
      isEvalSupported: false,
      useWorkerFetch: false,
      useSystemFonts: false,
      disableFontFace: true,
      enableXfa: false,
    },
  });
  const pdf = await task.promise.catch(async (error: unknown) => {
    await task.destroy();
    if (error instanceof PasswordException) {
      throw new CorpusError(
        'This PDF is protected by a password. Open it with the password, print or save it without one, and import that.',
      );
    }
    throw new CorpusError(`This PDF is damaged or cut off: it cannot be opened (${reasonOf(error)}). Fetch it again.`);
  });
  const pages = pdf.numPages;
  return {
    ...{ ...encodedByFormat, kind: 'pdf', title: null, parts: pages },
    async *text({ signal, onProgress }) {
      const encoder = new TextEncoder();
      let found = false;
      try {
        for (let number = 1; number <= pages; number++) {
          signal.throwIfAborted();
          onProgress(number - 1, pages);
          const text = await pageText(pdf, number).catch((error: unknown) => {
            throw new CorpusError(`This PDF is damaged: its page ${number} cannot be read (${reasonOf(error)}).`);
          });
          found ||= /\S/.test(text);
          yield encoder.encode(text);
        }
      } finally {
        await task.destroy();
      }
      if (!found) {
        throw new CorpusError(
          `This PDF holds no text: its ${pages === 1 ? 'page is a picture' : `${pages.toLocaleString('en-US')} pages are pictures`}, as a scanner makes them. Run it through text recognition (OCR) first.`,
        );
      }
      onProgress(pages, pages);
    },
  };
}

async function pageText(pdf: PDFDocumentProxy, number: number): Promise<string> {
  const page = await pdf.getPage(number);
  try {
    const { items } = await page.getTextContent();
    let text = '';
    for (const item of items) {
      // Items without `str` are marks of the document's structure.
      if ('str' in item) text += item.hasEOL ? `${item.str}\n` : item.str;
    }
    return joinDivided(text);
  } finally {
    page.cleanup();
  }
}

/** Lines without spaces at their ends, and divided words whole: "net-⏎work" is "network"; so is a compound that was divided at its hyphen. */
function joinDivided(page: string): string {
  const lines = page
    .replaceAll('\0', '')
    .replace(/[ \t]+$/gm, '')
    .trim();
  if (lines === '') return '';
  return `${lines.replace(/(\p{Ll})[-\u2010\u00ad]\n(?=\p{Ll})/gu, '$1').replaceAll('\u00ad', '')}\n`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}
