/** Reading documents in tests. */
import { openDocument } from '../../../src/engine/documents/open.ts';
import { bytesSource } from '../../../src/engine/documents/source.ts';

export interface Read {
  readonly text: string;
  readonly kind: string;
  readonly title: string | null;
  readonly parts: number;
  readonly leftOut: readonly string[];
  readonly encoding: string | null;
}

/** All of a document's text. @throws what reading it throws; Error when it is no document */
export async function read(
  bytes: Uint8Array,
  name: string,
  { encoding = null, classes = false }: { encoding?: string | null; classes?: boolean } = {},
): Promise<Read> {
  const { signal } = new AbortController();
  const document = await openDocument(bytesSource(bytes), { name, encoding, classes, signal });
  if (!document) throw new Error('no document');
  const parts: Uint8Array[] = [];
  for await (const utf8 of document.text({ signal, onProgress: () => undefined })) parts.push(utf8.slice());
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
  const { kind, title, leftOut } = document;
  return { text, kind, title, parts: document.parts, leftOut, encoding: document.detection()?.encoding ?? null };
}
