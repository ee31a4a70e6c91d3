/** How a source would be imported, judged by its beginning: nothing is written, however large it is. */
import type { Preview } from '../../api/types.ts';
import { CorpusError } from '../../engine/corpus/errors.ts';
import { previewText } from '../../engine/corpus/import-text.ts';
import { classFolderToTable } from '../../engine/data/class-folder.ts';
import { gunzip, isGzip } from '../../engine/data/gunzip.ts';
import { isDocument, type DocumentFacts } from '../../engine/documents/kinds.ts';
import type { DocumentPreview } from '../../engine/protocol.ts';
import { nodeFiles } from '../files.ts';
import { badInput } from './errors.ts';
import { headOf, type ClassSource, type SourceFile } from './import-sources.ts';

/** Enough to recognise an encoding and to see whether it is the right one. */
const headBytes = 256 * 1024;
/** Enough to tell a document from a text. */
const documentHeadBytes = 1024;
/** Names of files that an archive's preview shows. */
const mostLeftOutShown = 20;
/** Of each of a folder's files: the preview shows some lines of each. */
const classHeadBytes = 4 * 1024;
/** Characters of a folder's preview, as of a text's. */
const previewCharacters = 4000;

/** Whether an engine process has to take the text out of it. */
export async function needsEngine({ path, fileName, classFiles }: SourceFile): Promise<boolean> {
  if (classFiles !== null) return false;
  // What cannot be read is told by whoever reads it next.
  const beginning = await headOf(path, documentHeadBytes).catch(() => null);
  return beginning !== null && isDocument(beginning.head, fileName);
}

/** Of a text, or of files named by class. @throws ServiceError BAD_INPUT when it is not text */
export async function previewOf({ path, classFiles }: SourceFile, encoding: string | null): Promise<Preview> {
  return refusing(async () => {
    if (classFiles) return previewClasses(classFiles, encoding);
    return previewBeginning(await beginning(path, headBytes), encoding);
  });
}

/** Of a document, whose text an engine process took out. @param bytes of the file */
export function previewTaken({ text, detection, document }: DocumentPreview, bytes: number): Preview {
  const { encoding, encodingFrom, candidates } = detection ?? utf8ByFormat;
  return { text, encoding, encodingFrom, candidates: [...candidates], bytes, document: shown(document) };
}

const utf8ByFormat = { encoding: 'utf-8', encodingFrom: 'utf-8', candidates: ['utf-8'] } as const;

function shown({ leftOut, ...facts }: DocumentFacts): Preview['document'] {
  return {
    ...facts,
    leftOut: leftOut.slice(0, mostLeftOutShown),
    moreLeftOut: Math.max(0, leftOut.length - mostLeftOutShown),
  };
}

/** @throws ServiceError BAD_INPUT when it is not text */
export async function previewPasted(text: string, encoding: string | null): Promise<Preview> {
  const bytes = new TextEncoder().encode(text);
  const head = bytes.subarray(0, headBytes);
  const isWhole = head.length === bytes.length;
  return refusing(async () => previewBeginning({ head, isWhole, bytes: bytes.length }, encoding));
}

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CorpusError ? badInput(error.message, error) : error;
  }
}

interface Beginning {
  readonly head: Uint8Array;
  readonly isWhole: boolean;
  /** Of the whole file, as it is. */
  readonly bytes: number;
}

function previewBeginning({ head, isWhole, bytes }: Beginning, encoding: string | null): Preview {
  const preview = previewText(head, isWhole ? head.length : Infinity, encoding);
  return { ...preview, candidates: [...preview.candidates], bytes, document: null };
}

/** The first lines of every class, as the table that the folder becomes. */
async function previewClasses(classFiles: readonly ClassSource[], encoding: string | null): Promise<Preview> {
  let bytes = 0;
  let first: Omit<Preview, 'text' | 'bytes'> | null = null;
  const entries: { name: string; text: string }[] = [];
  const perFile = Math.max(1, Math.floor(previewCharacters / classFiles.length));
  for (const { path, name } of classFiles) {
    const file = await beginning(path, classHeadBytes);
    const { text, ...found } = nameErrors(name, () => previewBeginning(file, encoding));
    bytes += file.bytes;
    first ??= found;
    entries.push({ name, text: firstLines(text, perFile) });
  }
  const text = classFolderToTable(entries).slice(0, previewCharacters).toWellFormed();
  return { ...first!, text, bytes };
}

/** Whole lines of up to so many characters; at least one. */
function firstLines(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const end = text.lastIndexOf('\n', characters);
  return end > 0 ? text.slice(0, end) : text.slice(0, characters);
}

function nameErrors<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof CorpusError ? new CorpusError(`${name}: ${error.message}`) : error;
  }
}

/** The first bytes of what a file holds, unpacked if it is compressed. */
async function beginning(path: string, length: number): Promise<Beginning> {
  const { head, bytes } = await headOf(path, length);
  if (!isGzip(head)) return { head, isWhole: head.length >= bytes, bytes };
  const parts: Uint8Array[] = [];
  let have = 0;
  for await (const part of gunzip(nodeFiles().readChunks(path))) {
    parts.push(part.slice());
    have += part.length;
    if (have > length) break;
  }
  return { head: new Uint8Array(Buffer.concat(parts).subarray(0, length)), isWhole: have <= length, bytes };
}
