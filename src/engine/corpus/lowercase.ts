/** Lower-casing that can be done piece by piece. */

/**
 * Lower case by Unicode's full mapping, but Σ becomes σ everywhere: the rule of the final ς depends on the text around it,
 * and with it the result on how the text was cut.
 */
export function lowerCase(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase();
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** The same for UTF-8 of whole characters. */
export function lowerCaseBytes(bytes: Uint8Array): Uint8Array {
  return encoder.encode(lowerCase(decoder.decode(bytes)));
}

/** UTF-8 of a text as a tokeniser takes it. Lone surrogates, which no text file can hold, become U+FFFD. */
export function textBytes(text: string, lowercase: boolean): Uint8Array {
  return encoder.encode(lowercase ? lowerCase(text) : text);
}
