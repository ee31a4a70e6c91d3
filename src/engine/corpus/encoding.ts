/**
 * Which encoding a text is in. In this order: what the person chose; a byte-order mark; UTF-16 without a mark, by where its
 * zero bytes are; valid UTF-8; a legacy encoding by statistics of bytes (chardet). Names are those of the WHATWG Encoding
 * Standard, where "iso-8859-1" and "us-ascii" are windows-1252.
 */
import { analyse } from 'chardet';
import { CorpusError } from './errors.ts';
import { aligned, sequenceLength } from './utf8.ts';

export interface Detection {
  /** WHATWG name, in lower case. */
  readonly encoding: string;
  readonly encodingFrom: 'bom' | 'utf-8' | 'detected' | 'chosen';
  /** Plausible encodings, best first; `encoding` is the first. */
  readonly candidates: readonly string[];
}

/** Every encoding a person may choose. */
export const encodings: readonly string[] = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1252',
  'iso-8859-2',
  'iso-8859-3',
  'iso-8859-4',
  'iso-8859-5',
  'iso-8859-6',
  'iso-8859-7',
  'iso-8859-8',
  'iso-8859-10',
  'iso-8859-13',
  'iso-8859-14',
  'iso-8859-15',
  'iso-8859-16',
  'windows-874',
  'windows-1250',
  'windows-1251',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-1258',
  'koi8-r',
  'koi8-u',
  'ibm866',
  'macintosh',
  'x-mac-cyrillic',
  'shift_jis',
  'euc-jp',
  'iso-2022-jp',
  'gb18030',
  'gbk',
  'big5',
  'euc-kr',
];

/** The WHATWG name of a label such as "latin1"; null for labels that no decoder knows. */
function nameOf(label: string): string | null {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return null;
  }
}

/**
 * The WHATWG name of an encoding a person chose.
 * @throws CorpusError for one that is not known
 */
export function chosenEncoding(label: string): string {
  const name = nameOf(label.trim());
  if (name) return name;
  throw new CorpusError(
    `"${label}" is not an encoding this program knows. Known ones are ${encodings.slice(0, 4).join(', ')}, shift_jis, gb18030, koi8-r and the others of the WHATWG Encoding Standard.`,
  );
}

/** The encoding that a byte-order mark at the beginning announces. */
export function byteOrderMark(head: Uint8Array): string | null {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return null;
}

/** Share of zero bytes on one side of the byte pairs that makes them UTF-16: text in any script has spaces and line ends. */
const utf16Zeros = 0.1;

/** UTF-16 without a mark: zero bytes at odd places (little-endian) or at even places (big-endian), hardly any at the others. */
export function unmarkedUtf16(head: Uint8Array): string | null {
  const zeros = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) zeros[i & 1]!++;
  const [even, odd] = zeros as [number, number];
  const enough = (head.length / 2) * utf16Zeros;
  if (head.length < 4 || head.length % 2 === 1) return null;
  if (odd > enough && even * 20 < odd) return 'utf-16le';
  if (even > enough && odd * 20 < even) return 'utf-16be';
  return null;
}

const escape = 0x1b;

/** The first byte that ASCII does not explain: above 7F, or the escape that begins an ISO-2022 sequence. -1 if there is none. */
export function firstBeyondAscii(bytes: Uint8Array): number {
  const high = firstHighByte(bytes);
  const escaped = bytes.subarray(0, high < 0 ? bytes.length : high).indexOf(escape);
  return escaped >= 0 ? escaped : high;
}

/** The first byte above 7F, or -1. Looks at four at a time where they are aligned: most text is ASCII for long. */
function firstHighByte(bytes: Uint8Array): number {
  const { words, from, to } = aligned(bytes, 0, bytes.length);
  for (let at = 0; at < from; at++) if (bytes[at]! >= 0x80) return at;
  const word = words.findIndex((four) => (four & 0x80808080) !== 0);
  for (let at = word < 0 ? to : from + 4 * word; at < bytes.length; at++) if (bytes[at]! >= 0x80) return at;
  return -1;
}

interface Utf8Evidence {
  /** Well-formed sequences of two bytes or more. */
  readonly wellFormed: number;
  /** Maximal ill-formed subparts: what decoding would turn into U+FFFD. */
  readonly illFormed: number;
}

/**
 * Counts what speaks for and against UTF-8.
 * @param complete the text ends here; otherwise a sequence cut off by the end speaks for neither
 */
export function utf8Evidence(bytes: Uint8Array, complete: boolean): Utf8Evidence {
  let wellFormed = 0;
  let illFormed = 0;
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i]!;
    if (lead < 0x80) {
      i++;
      continue;
    }
    const length = sequenceLength(lead);
    let have = 1;
    // The second byte of some leads is limited further: no overlong forms, no surrogates, nothing beyond U+10FFFF.
    let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    while (have < length && i + have < bytes.length && bytes[i + have]! >= low && bytes[i + have]! <= high) {
      have++;
      low = 0x80;
      high = 0xbf;
    }
    if (length > 1 && have === length) wellFormed++;
    else if (complete || length === 1 || i + have < bytes.length) illFormed++;
    i += have;
  }
  return { wellFormed, illFormed };
}

/** chardet's confidence (0 … 100) below which a guess is noise. */
const leastConfidence = 10;
/** What it says of double-byte encodings that are possible, when a text is too short to tell. */
const possibleConfidence = 10;

/** Legacy encodings by likelihood. Unicode is left out: what could be UTF-8 or UTF-16 was looked at before. */
function legacyCandidates(sample: Uint8Array): string[] {
  const guesses = analyse(sample).filter(
    ({ confidence, name }) => confidence >= leastConfidence && !/^(UTF|ASCII)/i.test(name),
  );
  // Too short to tell: Western text is ASCII for the most part, East Asian text hardly has any.
  const western = beyondAscii(sample) * 2 < sample.length ? possibleConfidence : leastConfidence - 1;
  const likely = guesses.filter(({ confidence }) => confidence > western);
  const possible = guesses.filter(({ confidence }) => confidence <= western);
  const ordered = [...likely.map(({ name }) => name), 'windows-1252', ...possible.map(({ name }) => name)];
  return [...new Set(ordered.map(nameOf).filter((name) => name !== null))];
}

function beyondAscii(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => count + (byte >= 0x80 ? 1 : 0), 0);
}

/** Share of the characters beyond ASCII that may be wrong in a text that is only a little damaged. */
const mostDamage = 0.01;

/**
 * Whether decoding gives text (almost) without the marks of a wrong guess: U+FFFD; C1 control characters, which no text
 * holds and which single-byte encodings give for the bytes they leave undefined (U+0085, next line, is let pass); and
 * private-use and unassigned characters, which double-byte encodings give for pairs they leave undefined.
 */
function decodesCleanly(sample: Uint8Array, encoding: string): boolean {
  const text = new TextDecoder(encoding).decode(sample, { stream: true });
  const characters = text.match(/[^\0-\x7f]/g)?.length ?? 0;
  const wrong = text.match(/[\ufffd\u0080-\u0084\u0086-\u009f\p{Private_Use}\p{Unassigned}]/gu)?.length ?? 0;
  return wrong <= characters * mostDamage;
}

/**
 * Decides between UTF-8 and legacy encodings, from a sample that begins a little before the first byte beyond ASCII.
 *
 * No ill-formed sequence: UTF-8. Otherwise the numbers of well-formed and ill-formed sequences decide. In UTF-8 with some
 * damage the well-formed outnumber the ill-formed. In legacy text well-formed sequences come about by accident only (É
 * followed by a closing quotation mark in windows-1252, one pair in seven in GBK, and then the bytes around them are
 * ill-formed), so they are the fewer. Where they are the fewer but not zero, legacy must also *work*: one of the
 * likely legacy encodings has to decode to clean text; if none does, the text is badly damaged UTF-8.
 */
export function detectBeyondAscii(sample: Uint8Array, complete: boolean): Detection {
  const { wellFormed, illFormed } = utf8Evidence(sample, complete);
  const legacy = legacyCandidates(sample);
  const clean = legacy.filter((name) => decodesCleanly(sample, name));
  const utf8 =
    sample.includes(escape) && clean[0]?.startsWith('iso-2022')
      ? false
      : illFormed === 0 || (wellFormed > 0 && (wellFormed >= illFormed || clean.length === 0));
  if (utf8) return { encoding: 'utf-8', encodingFrom: 'utf-8', candidates: ['utf-8', ...legacy] };
  const ordered = [...new Set([...clean, ...legacy])];
  return { encoding: ordered[0]!, encodingFrom: 'detected', candidates: [...ordered, 'utf-8'] };
}
