/** A stored text as characters with line ends of one kind, and as numbered lines. Memory does not grow with the text. */
import { textBlocks } from '../corpus/text-stream.ts';
import type { EngineFiles } from '../files.ts';

export interface Reading {
  readonly signal: AbortSignal;
  /** Called with the bytes read. */
  readonly onRead?: (bytes: number) => void;
}

export interface Line {
  /** Counted from 1. */
  readonly line: number;
  /** Without its end; the beginning of a line that is too long. */
  readonly text: string;
  readonly tooLong: boolean;
}

/** Characters (UTF-16 units) of the longest line or record; what is longer is no row of a data file. */
export const longestLine = 1 << 20;

const nothing = () => {};

/**
 * The text in pieces whose line ends are \n. A lone \r ends a line only in a text without \n: elsewhere it is a stray character, and
 * taking it for an end would put line-aligned files out of step.
 * @throws CorpusError when the file is not well-formed UTF-8
 */
export async function* textPieces(
  files: EngineFiles,
  path: string,
  { signal, onRead }: Reading,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let returnEnds: boolean | null = null;
  let held = '';
  for await (const block of textBlocks(files, path, { lowercase: false, onRead: onRead ?? nothing, signal })) {
    let piece = held + decoder.decode(block);
    if (!piece) continue;
    if (piece.includes('\n')) returnEnds ??= false;
    else if (/\r[^\n]/.test(piece)) returnEnds ??= true;
    held = '';
    if (returnEnds) {
      yield piece.replaceAll('\r', '\n');
      continue;
    }
    if (piece.endsWith('\r')) {
      held = '\r';
      piece = piece.slice(0, -1);
    }
    yield piece.replaceAll('\r\n', '\n');
  }
  if (held) yield '\n';
}

/** The lines of a text, those of each piece together. */
export async function* textLines(files: EngineFiles, path: string, reading: Reading): AsyncGenerator<Line[]> {
  let rest = '';
  let line = 1;
  let tooLong = false;
  for await (const piece of textPieces(files, path, reading)) {
    const lines: Line[] = [];
    let from = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', from)) {
      const text = rest + piece.slice(from, end);
      lines.push({ line, text, tooLong: tooLong || text.length > longestLine });
      rest = '';
      tooLong = false;
      line++;
      from = end + 1;
    }
    if (!tooLong) rest += piece.slice(from);
    if (rest.length > longestLine) tooLong = true;
    yield lines;
  }
  if (rest) yield [{ line, text: rest, tooLong }];
}

/** The sentence for a line that is too long. */
export const tooLongMessage = `The line has more than ${longestLine.toLocaleString('en-US')} characters: this does not look like one example a line.`;
