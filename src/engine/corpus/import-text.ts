/** Importing a text: one pass over the bytes of a file, which leaves a well-formed UTF-8 file and knows what is in it. */
import { classFolderToTable, type ClassFile } from '../data/class-folder.ts';
import { gunzip, isGzip } from '../data/gunzip.ts';
import type { EngineFiles } from '../files.ts';
import type { ImportedText } from '../protocol.ts';
import { TextNormalizer } from './decode.ts';
import type { Detection } from './encoding.ts';
import { CorpusError } from './errors.ts';
import { TextStatistics } from './statistics.ts';
import { advance } from './utf8.ts';

export interface ImportRequest {
  /** A text, which may be compressed by gzip. */
  readonly sourcePath: string;
  /** Files named by class, one example a line, that become one table; none: `sourcePath` is the text. */
  readonly classFiles?: readonly { readonly path: string; readonly name: string }[] | null;
  /** Folder of the stored texts; the file is named by its content. */
  readonly targetDir: string;
  /** Label of the encoding a person chose; null finds it. */
  readonly encoding: string | null;
}

/** Characters that a preview shows. */
const previewCharacters = 4000;
/** Bytes that surely hold them. */
const previewBytes = 4 * previewCharacters;

/** Of bytes that are whole characters of UTF-8 already. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The first characters of a text, kept while it streams by. */
class Preview {
  #bytes = new Uint8Array(0);

  push(bytes: Uint8Array): void {
    const missing = previewBytes - this.#bytes.length;
    if (missing <= 0) return;
    const joined = new Uint8Array(this.#bytes.length + Math.min(missing, bytes.length));
    joined.set(this.#bytes);
    joined.set(bytes.subarray(0, missing), this.#bytes.length);
    this.#bytes = joined;
  }

  get text(): string {
    return decoder.decode(this.#bytes.subarray(0, advance(this.#bytes, 0, this.#bytes.length, previewCharacters)));
  }
}

/** Sentences for what the file system says when a file cannot be read. */
const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there (moved, renamed or deleted?)',
  EACCES: 'this program is not allowed to read it',
  EPERM: 'this program is not allowed to read it',
  EISDIR: 'it is a folder, not a file',
};

function readingError(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = unreadable[code];
  return reason ? new CorpusError(`Cannot read ${path}: ${reason}.`) : error;
}

function refuseEmpty(sourceBytes: number, characters: number, hasText: boolean): void {
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

/**
 * Decodes a file into `<targetDir>/<sha256>.txt` and counts what is in it. Memory does not grow with the file.
 * @param onProgress bytes read so far, and in all
 * @throws CorpusError when the file is not text; the signal's reason when it was cancelled. Either leaves nothing behind.
 */
export async function importText(
  files: EngineFiles,
  { sourcePath, classFiles, targetDir, encoding }: ImportRequest,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<ImportedText> {
  const normalizer = new TextNormalizer(classFiles ? 'utf-8' : encoding);
  const statistics = new TextStatistics();
  const preview = new Preview();
  const paths = classFiles ? classFiles.map(({ path }) => path) : [sourcePath];
  let total = 0;
  for (const path of paths) {
    total += await files.size(path).catch((error: unknown) => {
      throw readingError(path, error);
    });
  }
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
    return {
      sha256,
      encoding: normalizer.detection.encoding,
      encodingFrom: normalizer.detection.encodingFrom,
      sourceBytes,
      bytes,
      ...counted,
      replaced: normalizer.replaced,
      preview: preview.text,
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
  const preview = new Preview();
  preview.push(first);
  preview.push(rest);
  const { text } = preview;
  if (complete) refuseEmpty(size, text.length, /\P{White_Space}/u.test(text) || text.length >= previewCharacters);
  const { encoding: found, encodingFrom, candidates } = normalizer.detection;
  return { text, encoding: found, encodingFrom, candidates };
}
