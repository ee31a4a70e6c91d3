/** Lower-casing that can be done piece by piece. */
import { characterStart, isAscii } from './utf8.ts';

/**
 * Lower case by Unicode's full mapping, but Σ becomes σ everywhere: the rule of the final ς depends on the text around it,
 * and with it the result on how the text was cut.
 */
export function lowerCase(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase();
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** Bytes of a stretch that is looked at in one go: most stretches of most texts are ASCII. */
const stretch = 1 << 14;

/** The same for UTF-8 of whole characters. */
export function lowerCaseBytes(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let start = 0; start < bytes.length;) {
    const end = start + stretch < bytes.length ? characterStart(bytes, start + stretch) : bytes.length;
    const part = bytes.subarray(start, end);
    const lower = isAscii(bytes, start, end) ? lowerCaseAscii(part) : encoder.encode(lowerCase(decoder.decode(part)));
    parts.push(lower);
    length += lower.length;
    start = end;
  }
  if (parts.length === 1) return parts[0]!;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function lowerCaseAscii(bytes: Uint8Array): Uint8Array {
  const lower = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    // Bit 5 is what tells a from A.
    lower[i] = byte | (byte >= 0x41 && byte <= 0x5a ? 0x20 : 0);
  }
  return lower;
}

/** UTF-8 of a text as a tokeniser takes it. Lone surrogates, which no text file can hold, become U+FFFD. */
export function textBytes(text: string, lowercase: boolean): Uint8Array {
  return encoder.encode(lowercase ? lowerCase(text) : text);
}
