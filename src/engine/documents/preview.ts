/** How a document would be imported, judged by the beginning of its text. */
import { Beginning } from '../corpus/beginning.ts';
import { documentOf, readingError, refuseEmpty } from '../corpus/import-text.ts';
import type { EngineFiles } from '../files.ts';
import type { DocumentPreview } from '../protocol.ts';
import { CorpusError } from '../corpus/errors.ts';
import { factsOf, type Reading } from './document.ts';

export interface PreviewRequest {
  readonly sourcePath: string;
  readonly sourceName: string;
  readonly classes: boolean;
  readonly encoding: string | null;
}

/** @throws CorpusError when it is damaged, or holds no text */
export async function previewDocument(
  files: EngineFiles,
  request: PreviewRequest,
  reading: Reading,
): Promise<DocumentPreview> {
  try {
    const document = await documentOf(files, request, reading);
    if (!document) throw new CorpusError(`${request.sourceName} changed while it was looked at. Choose it again.`);
    const beginning = new Beginning();
    for await (const utf8 of document.text(reading)) {
      beginning.push(utf8);
      if (beginning.full) break;
    }
    const { text } = beginning;
    refuseEmpty(await files.size(request.sourcePath), text.length, /\P{White_Space}/u.test(text) || beginning.full);
    return { text, detection: document.detection(), document: factsOf(document) };
  } catch (error) {
    throw readingError(request.sourcePath, error);
  }
}
