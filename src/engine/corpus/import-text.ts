/** Importing a text: one pass over the bytes of a file, which leaves a well-formed UTF-8 file and knows what is in it. */
import { classFolderToTable, type ClassFile } from '../data/class-folder.ts';
import { gunzip, isGzip } from '../data/gunzip.ts';
import { factsOf, type OpenedDocument, type Reading } from '../documents/document.ts';
import { isDocument } from '../documents/kinds.ts';
import { fileSource, readRange } from '../documents/source.ts';
import type { EngineFiles } from '../files.ts';
import type { ImportedText } from '../protocol.ts';
import { Beginning, previewCharacters } from './beginning.ts';
import { TextNormalizer } from './decode.ts';
import type { Detection } from './encoding.ts';
import { CorpusError } from './errors.ts';
import { TextStatistics } from './statistics.ts';

export interface ImportRequest {
  /** A text, which may be compressed by gzip, or a document to take the text from. */
  readonly sourcePath: string;
  /** What the file is called, with its ending, where its path does not say. */
  readonly sourceName?: string;
  /** Files named by class, one example a line, that become one table; none: `sourcePath` is the text. */
  readonly classFiles?: readonly { readonly path: string; readonly name: string }[] | null;
  /** Files of an archive are named by class, one example a line. */
  readonly classes?: boolean;
  /** Folder of the stored texts; the file is named by its content. */
  readonly targetDir: string;
  /** Label of the encoding a person chose; null finds it. */
  readonly encoding: string | null;
}

/** Of bytes that are whole characters of UTF-8 already. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Sentences for what the file system says when a file cannot be read. */
const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there (moved, renamed or deleted?)',
  EACCES: 'this program is not allowed to read it',
  EPERM: 'this program is not allowed to read it',
  EISDIR: 'it is a folder, not a file',
};

export function readingError(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = unreadable[code];
  return reason ? new CorpusError(`Cannot read ${path}: ${reason}.`) : error;
}

/** Bytes by which a document is told. */
const headBytes = 1024;

export function refuseEmpty(sourceBytes: number, characters: number, hasText: boolean): void {
  if (sourceBytes === 0) throw new CorpusError('The file is empty: there is no text to import.');
  if (characters === 0) {
    throw new CorpusError('The file holds a byte-order mark and nothing else: there is no text to import.');
  }
  if (!hasText) {
    throw new CorpusError('The file holds only spaces and line ends: there is no text to import.');
  }
}

/** Bytes of a source, unpacked, as they come; `onRead` is told how many of the file were read. */
async function* sourceChunks(
  files: EngineFiles,
  path: string,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const raw = counted(files.readChunks(path), onRead);
  try {
    const first = await raw.next();
    if (first.done) return;
    const all = follow(first.value, raw);
    yield* isGzip(first.value) ? gunzip(all) : all;
  } finally {
    await raw.return(undefined);
  }
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onRead(chunk.length);
    yield chunk;
  }
}

async function* follow(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

/** A folder of classes as the table that it means, in UTF-8. */
async function classTable(
  files: EngineFiles,
  classFiles: NonNullable<ImportRequest['classFiles']>,
  encoding: string | null,
  onRead: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const entries: ClassFile[] = [];
  for (const { path, name } of classFiles) {
    const normalizer = new TextNormalizer(encoding);
    let text = '';
    try {
      for await (const chunk of sourceChunks(files, path, onRead)) {
        signal.throwIfAborted();
        text += decoder.decode(normalizer.push(chunk, false), { stream: true });
      }
      text += decoder.decode(normalizer.push(new Uint8Array(0), true));
    } catch (error) {
      throw error instanceof CorpusError ? new CorpusError(`${name}: ${error.message}`) : readingError(path, error);
    }
    entries.push({ name, text });
  }
  return new TextEncoder().encode(classFolderToTable(entries));
}

/** The document that a file is; null: it is a text. `onProgress` is told as soon as it is known to be one. */
export async function documentOf(
  files: EngineFiles,
  { sourcePath, sourceName = sourcePath, encoding, classes = false }: Omit<ImportRequest, 'targetDir'>,
  { signal, onProgress }: Reading,
): Promise<OpenedDocument | null> {
  const source = await fileSource(files, sourcePath);
  if (!isDocument(await readRange(source, 0, headBytes), sourceName)) return null;
  onProgress(0, 0);
  // Libraries that most imports do not need.
  const { openDocument } = await import('../documents/open.ts');
  return openDocument(source, { name: sourceName, encoding, classes, signal });
}

/**
 * Decodes a file into `<targetDir>/<sha256>.txt` and counts what is in it. Memory does not grow with the file.
 * @param onProgress bytes read so far, and in all; of a document its parts
 * @throws CorpusError when the file is not text; the signal's reason when it was cancelled. Either leaves nothing behind.
 */
export async function importText(
  files: EngineFiles,
  request: ImportRequest,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<ImportedText> {
  const { sourcePath, classFiles, targetDir, encoding } = request;
  const normalizer = new TextNormalizer(classFiles ? 'utf-8' : encoding);
  const statistics = new TextStatistics();
  const preview = new Beginning();
  const paths = classFiles ? classFiles.map(({ path }) => path) : [sourcePath];
  let total = 0;
  for (const path of paths) {
    total += await files.size(path).catch((error: unknown) => {
      throw readingError(path, error);
    });
  }
  const document = classFiles
    ? null
    : await documentOf(files, request, { signal, onProgress }).catch((error: unknown) => {
        throw readingError(sourcePath, error);
      });
  const sink = await files.create(targetDir, true);
  let sourceBytes = 0;
  let bytes = 0;

  const take = async (utf8: Uint8Array): Promise<void> => {
    bytes += utf8.length;
    const written = sink.write(utf8);
    preview.push(utf8);
    statistics.push(utf8);
    await written;
  };

  try {
    const onRead = (read: number) => {
      sourceBytes += read;
      onProgress(sourceBytes, Math.max(total, sourceBytes));
    };
    if (classFiles) {
      await take(normalizer.push(await classTable(files, classFiles, encoding, onRead, signal), false));
    } else if (document) {
      sourceBytes = total;
      for await (const utf8 of document.text({ signal, onProgress })) await take(utf8);
    } else {
      for await (const chunk of sourceChunks(files, sourcePath, onRead)) {
        signal.throwIfAborted();
        await take(normalizer.push(chunk, false));
      }
    }
    signal.throwIfAborted();
    await take(normalizer.push(new Uint8Array(0), true));
    const counted = statistics.finish();
    refuseEmpty(sourceBytes, counted.characters, statistics.hasText);
    const sha256 = sink.sha256();
    await sink.commit(files.join(targetDir, `${sha256}.txt`));
    // Where the format says how characters are written, the text is what this program makes of it: UTF-8.
    const { encoding: found, encodingFrom } = document?.detection() ?? normalizer.detection;
    return {
      sha256,
      encoding: found,
      encodingFrom,
      sourceBytes,
      bytes,
      ...counted,
      replaced: document ? document.replaced() : normalizer.replaced,
      preview: preview.text,
      document: document && factsOf(document),
    };
  } catch (error) {
    await sink.abort();
    throw readingError(sourcePath, error);
  }
}

/**
 * The beginning of a text as it would be imported.
 * @param head the first bytes of the file (256 kB or more are best, or all of them)
 * @param size bytes of the whole file
 * @param encoding label of the encoding a person chose; null finds it
 * @throws CorpusError when the data is not text
 */
export function previewText(
  head: Uint8Array,
  size: number,
  encoding: string | null,
): { text: string } & Pick<Detection, 'encoding' | 'encodingFrom' | 'candidates'> {
  const normalizer = new TextNormalizer(encoding);
  const complete = head.length >= size;
  const first = normalizer.push(head, complete).slice();
  // What waited for a larger sample is decided by what is there.
  const rest = complete ? new Uint8Array(0) : normalizer.push(new Uint8Array(0), true);
  const preview = new Beginning();
  preview.push(first);
  preview.push(rest);
  const { text } = preview;
  if (complete) refuseEmpty(size, text.length, /\P{White_Space}/u.test(text) || text.length >= previewCharacters);
  const { encoding: found, encodingFrom, candidates } = normalizer.detection;
  return { text, encoding: found, encodingFrom, candidates };
}
