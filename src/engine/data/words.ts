/** A typed sentence as tokens, where a corpus comes with tokens of its own. */
import { classAt, wordEnd } from '../corpus/pieces.ts';
import { CLASS } from '../corpus/unicode-classes.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Words, numbers, punctuation marks and symbols, as word tokenisers cut them; no white space. */
export function cutWords(text: string): string[] {
  const bytes = encoder.encode(text);
  const words: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = wordEnd(bytes, at, bytes.length, true);
    const kind = classAt(bytes, at);
    if (kind !== CLASS.space && kind !== CLASS.newline) words.push(decoder.decode(bytes.subarray(at, end)));
    at = end;
  }
  return words;
}
