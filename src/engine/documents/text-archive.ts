/** An archive of texts: each is read as what it is, in the order of their names. */
import { TextNormalizer } from '../corpus/decode.ts';
import { CorpusError } from '../corpus/errors.ts';
import { classFolderToTable, type ClassFile } from '../data/class-folder.ts';
import type { Archive, ArchiveEntry } from './archive.ts';
import type { OpenedDocument, Reading } from './document.ts';
import { documentEndings, endingOf, textEndings } from './kinds.ts';
import { openDocument } from './open.ts';
import { bytesSource } from './source.ts';

/** A document in an archive is unpacked into memory. */
const mostDocumentBytes = 64 * 2 ** 20;

/** What systems add to archives and folders. */
const systemFile = /(^|\/)(__MACOSX\/|\.|thumbs\.db$|desktop\.ini$)/i;

const readable = new Set([...textEndings, ...documentEndings, '']);

export interface ArchiveReading {
  /** Label of the encoding a person chose; null finds each file's. */
  readonly encoding: string | null;
  /** Files named by class, one example a line, where there is more than one: they become a table. */
  readonly classes: boolean;
}

/** @throws CorpusError when no text is in it */
export function openTextArchive(archive: Archive, { encoding, classes }: ArchiveReading): OpenedDocument {
  const files = archive.entries.filter(({ name }) => !systemFile.test(name));
  const texts = files.filter(({ name }) => readable.has(endingOf(name)));
  const leftOut = files.filter((file) => !texts.includes(file)).map(({ name }) => name);
  if (texts.length === 0) throw new CorpusError(nothingIn(files));
  let replaced = 0;
  const asClasses = classes && texts.length > 1;

  async function* one(entry: ArchiveEntry, reading: Reading): AsyncGenerator<Uint8Array> {
    const { signal } = reading;
    if (documentEndings.includes(endingOf(entry.name))) {
      const bytes = await entry.bytes(mostDocumentBytes, signal);
      const inner = await openDocument(bytesSource(bytes), { name: entry.name, encoding, signal });
      if (inner) {
        yield* inner.text({ signal, onProgress: () => undefined });
        return;
      }
    }
    const normalizer = new TextNormalizer(encoding);
    for await (const chunk of entry.chunks(signal)) yield normalizer.push(chunk, false);
    yield normalizer.push(new Uint8Array(0), true);
    replaced += normalizer.replaced;
  }

  async function* inOrder(reading: Reading): AsyncGenerator<Uint8Array> {
    for (const [at, entry] of texts.entries()) {
      reading.onProgress(at, texts.length);
      let last = lineEnd;
      try {
        for await (const utf8 of one(entry, reading)) {
          if (utf8.length > 0) last = utf8.at(-1)!;
          yield utf8;
        }
      } catch (error) {
        throw named(entry, error);
      }
      if (last !== lineEnd) yield new Uint8Array([lineEnd]);
    }
    reading.onProgress(texts.length, texts.length);
  }

  async function* asTable(reading: Reading): AsyncGenerator<Uint8Array> {
    const decoder = new TextDecoder();
    const entries: ClassFile[] = [];
    for (const [at, entry] of texts.entries()) {
      reading.onProgress(at, texts.length);
      let text = '';
      try {
        for await (const utf8 of one(entry, reading)) text += decoder.decode(utf8, { stream: true });
      } catch (error) {
        throw named(entry, error);
      }
      entries.push({ name: entry.name, text: text + decoder.decode() });
    }
    yield new TextEncoder().encode(classFolderToTable(entries));
  }

  return {
    ...{ kind: 'zip', title: null, parts: texts.length, leftOut, classes: asClasses },
    detection: () => null,
    replaced: () => replaced,
    text: asClasses ? asTable : inOrder,
  };
}

const lineEnd = 0x0a;

function named(entry: ArchiveEntry, error: unknown): unknown {
  if (!(error instanceof CorpusError) || error.message.startsWith(entry.name)) return error;
  return new CorpusError(`${entry.name}: ${error.message}`);
}

function nothingIn(files: readonly ArchiveEntry[]): string {
  const [first] = files;
  if (!first) return 'The archive is empty: there is no text to import.';
  const others = files.length > 1 ? ` and ${(files.length - 1).toLocaleString('en-US')} more` : '';
  return `The archive holds no text (${first.name}${others}). Texts in it are read by their endings: ${textEndings.slice(0, 3).map(dotted).join(', ')} … ${documentEndings.map(dotted).join(', ')}.`;
}

function dotted(ending: string): string {
  return `.${ending}`;
}
