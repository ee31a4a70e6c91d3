/** UTF-8 at the level of bytes: where characters begin, how long they are, which code point they hold. */
import { CorpusError } from './errors.ts';

/** Bytes of a character by its first byte, for well-formed UTF-8 (RFC 3629); 1 for bytes that begin none. */
export function sequenceLength(lead: number): number {
  if (lead < 0xc2) return 1;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 1;
}

/** The code point that begins at `at`. The bytes must be well-formed there. */
export function codePointAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return lead;
  if (lead < 0xe0) return ((lead & 0x1f) << 6) | (bytes[at + 1]! & 0x3f);
  if (lead < 0xf0) return ((lead & 0x0f) << 12) | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f);
  return (
    ((lead & 0x07) << 18) | ((bytes[at + 1]! & 0x3f) << 12) | ((bytes[at + 2]! & 0x3f) << 6) | (bytes[at + 3]! & 0x3f)
  );
}

/** How many of the first `end` bytes are left when a character cut off by the end is taken away. Bytes need not be valid. */
export function wholeCharacters(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back]!;
    if (byte < 0x80) return end;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? end - back : end;
  }
  return end;
}

/**
 * The bytes `start` … `end` four at a time, as far as they are aligned: words begin at `from` and end at `to`. Which byte of a
 * word is which depends on the machine.
 */
export function aligned(
  bytes: Uint8Array,
  start: number,
  end: number,
): { words: Uint32Array; from: number; to: number } {
  const from = start + (-(bytes.byteOffset + start) & 3);
  const count = Math.max(0, end - from) >> 2;
  if (count === 0) return { words: new Uint32Array(0), from: start, to: start };
  return { words: new Uint32Array(bytes.buffer, bytes.byteOffset + from, count), from, to: from + 4 * count };
}

/** Whether all bytes of `start` … `end` are ASCII. */
export function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  const { words, from, to } = aligned(bytes, start, end);
  let all = 0;
  for (let i = start; i < from; i++) all |= bytes[i]!;
  for (let i = to; i < end; i++) all |= bytes[i]!;
  if (all >= 0x80) return false;
  const inFours = words.length & ~3;
  for (let i = 0; i < inFours; i += 4) all |= words[i]! | words[i + 1]! | words[i + 2]! | words[i + 3]!;
  for (let i = inFours; i < words.length; i++) all |= words[i]!;
  return (all & 0x80808080) === 0;
}

/** Number of characters (code points) that begin in `start` … `end`: bytes that are not 10xxxxxx, four at a time. */
export function countCharacters(bytes: Uint8Array, start: number, end: number): number {
  const { words, from, to } = aligned(bytes, start, end);
  let continuations = 0;
  for (let i = start; i < from; i++) continuations += (bytes[i]! & 0xc0) === 0x80 ? 1 : 0;
  for (let i = to; i < end; i++) continuations += (bytes[i]! & 0xc0) === 0x80 ? 1 : 0;
  for (let i = 0; i < words.length; i += mostWords) {
    continuations += countContinuations(words, i, Math.min(words.length, i + mostWords));
  }
  return end - start - continuations;
}

/** Words whose continuation bytes can be counted in one byte each place. */
const mostWords = 255;

/** Bytes 10xxxxxx of at most 255 words. */
function countContinuations(words: Uint32Array, start: number, end: number): number {
  // Four counts side by side, one a byte, added up at the end.
  let counts = 0;
  for (let i = start; i < end; i++) {
    const word = words[i]!;
    counts = (counts + ((word >>> 7) & ~(word >>> 6) & 0x01010101)) | 0;
  }
  return (counts & 0xff) + ((counts >>> 8) & 0xff) + ((counts >>> 16) & 0xff) + (counts >>> 24);
}

/** Position of the character `count` characters after the one that begins at `start`; `end` if there are not so many. */
export function advance(bytes: Uint8Array, start: number, end: number, count: number): number {
  let at = start;
  for (let left = count; left > 0 && at < end; left--) at += sequenceLength(bytes[at]!);
  return Math.min(at, end);
}

/** The largest position ≤ `limit` where a character begins, for well-formed bytes. */
export function characterStart(bytes: Uint8Array, limit: number): number {
  let at = limit;
  while (at > 0 && (bytes[at]! & 0xc0) === 0x80) at--;
  return at;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether `bytes` are well-formed UTF-8 from end to end. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/**
 * Text of UTF-8 bytes that this program wrote.
 * @throws CorpusError when they are not well-formed: the file was changed since
 */
export function decodeStored(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    throw new CorpusError('The stored text is damaged: it is no longer valid UTF-8. Import the text again.');
  }
}
