/** XML in archives of documents, read element by element: nothing is fetched, and no entity is defined. */
import { Parser, type Handler } from 'htmlparser2';
import type { ArchiveEntry } from './archive.ts';

/**
 * Feeds an entry to `handler` as it is unpacked.
 * @param made what the handler has ready after each piece; '' for nothing yet
 */
export async function* parseXml(
  entry: ArchiveEntry,
  handler: Partial<Handler>,
  signal: AbortSignal,
  made: () => string,
): AsyncGenerator<string> {
  const parser = new Parser(handler, { xmlMode: true });
  let decoder: TextDecoder | null = null;
  for await (const chunk of entry.chunks(signal)) {
    decoder ??= new TextDecoder(encodingOf(chunk));
    parser.write(decoder.decode(chunk, { stream: true }));
    const piece = made();
    if (piece !== '') yield piece;
  }
  if (decoder) parser.write(decoder.decode());
  parser.end();
  const last = made();
  if (last !== '') yield last;
}

/** Reads an entry for what `handler` keeps of it. */
export async function readXml(entry: ArchiveEntry, handler: Partial<Handler>, signal: AbortSignal): Promise<void> {
  for await (const _ of parseXml(entry, handler, signal, () => ''));
}

/** XML is UTF-8 or, by its mark, UTF-16 (XML 1.0, 4.3.3). */
function encodingOf(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}
