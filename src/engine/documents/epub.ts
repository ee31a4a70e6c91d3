/**
 * EPUB books (EPUB 3.3; EPUB 2 alike): the chapters of the spine in its order, without the table of contents and what the book
 * itself says is beside the line of reading.
 */
import { TextNormalizer } from '../corpus/decode.ts';
import { CorpusError } from '../corpus/errors.ts';
import type { Archive, ArchiveEntry } from './archive.ts';
import { encodedByFormat, type OpenedDocument } from './document.ts';
import { MarkupText } from './markup-text.ts';
import { readXml } from './xml.ts';

const containerName = 'META-INF/container.xml';
const encryptionName = 'META-INF/encryption.xml';

export function isEpub(archive: Archive): boolean {
  return archive.find(containerName) !== null;
}

interface Package {
  readonly title: string | null;
  /** Paths in the archive. */
  readonly chapters: readonly string[];
}

/** @throws CorpusError when the book is damaged or protected */
export async function openEpub(archive: Archive, signal: AbortSignal): Promise<OpenedDocument> {
  const path = await packagePath(archive, signal);
  const { title, chapters } = await readPackage(required(archive, path), path, signal);
  const locked = await encrypted(archive, signal);
  if (chapters.some((chapter) => locked.has(chapter))) {
    throw new CorpusError(
      'This book is protected against copying (DRM): its chapters are encrypted. Only a copy without protection can be read.',
    );
  }
  const entries = chapters.map((chapter) => required(archive, chapter));
  if (entries.length === 0) throw new CorpusError('This book has no chapters: its reading order (spine) is empty.');
  return {
    ...{ ...encodedByFormat, kind: 'epub', title, parts: entries.length },
    async *text({ signal, onProgress }) {
      const encoder = new TextEncoder();
      let begun = false;
      for (const [at, entry] of entries.entries()) {
        onProgress(at, entries.length);
        for await (const piece of chapterText(entry, signal)) {
          // An empty line between chapters.
          if (piece.begins && begun) yield lineEnd;
          begun = true;
          yield encoder.encode(piece.text);
        }
      }
      onProgress(entries.length, entries.length);
    },
  };
}

const lineEnd = new Uint8Array([0x0a]);

async function* chapterText(
  entry: ArchiveEntry,
  signal: AbortSignal,
): AsyncGenerator<{ text: string; begins: boolean }> {
  const normalizer = new TextNormalizer(null);
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  const markup = new MarkupText();
  let begins = true;
  for await (const chunk of entry.chunks(signal)) {
    markup.write(utf8.decode(normalizer.push(chunk, false)));
    const text = markup.take(false);
    if (text !== '') yield { text, begins };
    begins &&= text === '';
  }
  markup.write(utf8.decode(normalizer.push(new Uint8Array(0), true)));
  markup.end();
  const text = markup.take(true);
  if (text !== '') yield { text, begins };
}

function required(archive: Archive, path: string): ArchiveEntry {
  const entry = archive.find(path);
  if (entry) return entry;
  throw new CorpusError(`This book is damaged: it names ${path}, which is not in it. Fetch it again.`);
}

async function packagePath(archive: Archive, signal: AbortSignal): Promise<string> {
  let path: string | null = null;
  await readXml(
    required(archive, containerName),
    {
      onopentag: (name, attributes) => {
        if (local(name) === 'rootfile') path ??= attributes['full-path'] ?? null;
      },
    },
    signal,
  );
  if (path === null)
    throw new CorpusError(`This book is damaged: ${containerName} does not say where its contents are.`);
  return path;
}

async function readPackage(entry: ArchiveEntry, path: string, signal: AbortSignal): Promise<Package> {
  const items = new Map<string, { href: string; properties: string }>();
  const spine: string[] = [];
  let title = '';
  let inTitle = false;
  await readXml(
    entry,
    {
      onopentag: (name, attributes) => {
        const { id, href, idref, linear, properties = '' } = attributes as Record<string, string | undefined>;
        if (local(name) === 'item' && id !== undefined && href !== undefined) items.set(id, { href, properties });
        if (local(name) === 'itemref' && idref !== undefined && linear !== 'no') spine.push(idref);
        if (local(name) === 'title' && title === '') inTitle = true;
      },
      ontext: (text) => {
        if (inTitle) title += text;
      },
      onclosetag: (name) => {
        if (local(name) === 'title') inTitle = false;
      },
    },
    signal,
  );
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
  const chapters = spine
    .map((id) => items.get(id))
    .filter((item) => item !== undefined && !item.properties.split(/\s+/).includes('nav'))
    .map((item) => resolved(folder, item!.href));
  return { title: title.replace(/\s+/g, ' ').trim() || null, chapters: [...new Set(chapters)] };
}

/** Paths of encrypted chapters; fonts are often obfuscated, which harms nothing here. */
async function encrypted(archive: Archive, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const paths = new Set<string>();
  const entry = archive.find(encryptionName);
  if (entry) {
    await readXml(
      entry,
      {
        onopentag: (name, attributes) => {
          const { URI } = attributes;
          if (local(name) === 'CipherReference' && URI !== undefined) paths.add(resolved('', URI));
        },
      },
      signal,
    );
  }
  return paths;
}

/** A relative address as a path in the archive. */
function resolved(folder: string, href: string): string {
  const path = decoded(folder + href.replace(/[#?].*$/s, ''));
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
