/** Importing a text: one pass over the bytes of a file, which leaves a well-formed UTF-8 file and knows what is in it. */
import type { EngineFiles } from '../files.ts';
import type { ImportedText } from '../protocol.ts';
import { TextNormalizer } from './decode.ts';
import type { Detection } from './encoding.ts';
import { CorpusError } from './errors.ts';
import { TextStatistics } from './statistics.ts';
import { advance } from './utf8.ts';

export interface ImportRequest {
  readonly sourcePath: string;
  /** Folder of the stored texts; the file is named by its content. */
  readonly targetDir: string;
  /** Label of the encoding a person chose; null finds it. */
  readonly encoding: string | null;
}

/** Characters that a preview shows. */
const previewCharacters = 4000;
/** Bytes that surely hold them. */
const previewBytes = 4 * previewCharacters;

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

/**
 * Decodes a file into `<targetDir>/<sha256>.txt` and counts what is in it. Memory does not grow with the file.
 * @param onProgress bytes read so far, and in all
 * @throws CorpusError when the file is not text; the signal's reason when it was cancelled. Either leaves nothing behind.
 */
export async function importText(
  files: EngineFiles,
  { sourcePath, targetDir, encoding }: ImportRequest,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<ImportedText> {
  const normalizer = new TextNormalizer(encoding);
  const statistics = new TextStatistics();
  const preview = new Preview();
  const total = await files.size(sourcePath).catch((error: unknown) => {
    throw readingError(sourcePath, error);
  });
  const sink = await files.create(targetDir);
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
    for await (const chunk of files.readChunks(sourcePath)) {
      signal.throwIfAborted();
      sourceBytes += chunk.length;
      await take(normalizer.push(chunk, false));
      onProgress(sourceBytes, Math.max(total, sourceBytes));
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
