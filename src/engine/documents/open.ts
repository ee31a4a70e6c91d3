/** Opens whatever kind of document a file is. */
import { CorpusError } from '../corpus/errors.ts';
import { openArchive, type Archive } from './archive.ts';
import type { OpenedDocument } from './document.ts';
import { isDocx, openDocx } from './docx.ts';
import { isEpub, openEpub } from './epub.ts';
import { openHtml } from './html.ts';
import { isHtmlName, isPdf, isZip } from './kinds.ts';
import { openPdf } from './pdf.ts';
import { readRange, type ByteSource } from './source.ts';
import { openTextArchive } from './text-archive.ts';

const headBytes = 4096;

export interface DocumentRequest {
  /** The file's, with its ending. */
  readonly name: string;
  /** Label of the encoding a person chose; null finds it. Only pages of HTML and archives of texts need one. */
  readonly encoding: string | null;
  /** Files of an archive are named by class, one example a line. */
  readonly classes?: boolean;
  readonly signal: AbortSignal;
}

/**
 * The document in `source`; null: it is no document, but a text or something else.
 * @throws CorpusError when it cannot be opened, with what to do
 */
export async function openDocument(source: ByteSource, request: DocumentRequest): Promise<OpenedDocument | null> {
  const { name, encoding, classes = false, signal } = request;
  const head = await readRange(source, 0, headBytes);
  if (isZip(head)) {
    const archive = await openArchive(source);
    if (isEpub(archive)) return openEpub(archive, signal);
    if (isDocx(archive)) return openDocx(archive);
    refuseOthers(archive);
    return openTextArchive(archive, { encoding, classes });
  }
  if (isPdf(head)) return openPdf(source);
  return isHtmlName(name) ? openHtml(source, encoding) : null;
}

const saveAsText = 'open it in the program it belongs to and save it as plain text (UTF-8)';

/** Archives that are something else, by a file in them. */
const others: readonly (readonly [string, string])[] = [
  ['xl/workbook.xml', 'an Excel workbook (.xlsx): save the sheet as CSV'],
  ['ppt/presentation.xml', `a PowerPoint presentation (.pptx): ${saveAsText}`],
  ['META-INF/manifest.xml', `an OpenDocument file (.odt, .ods): ${saveAsText}, or as .docx`],
  [
    'history.json',
    'a run shared by Unroll (.unroll), if its name was changed: give it back its ending and open it under Runs',
  ],
];

function refuseOthers(archive: Archive): void {
  const found = others.find(([name]) => archive.find(name) !== null);
  if (found) throw new CorpusError(`This is ${found[1]}.`);
}
