/** Telling what is not text: known formats by their first bytes, anything else by its control bytes. */
import { CorpusError } from './errors.ts';
import { isUtf8, wholeCharacters } from './utf8.ts';

const decompress = 'decompress it first, then import the text inside';
const saveAsText = 'open it in the program it belongs to and save it as plain text (UTF-8)';
const notText = 'only text can be imported';
const byItself = 'import it by itself and uncompressed';

interface Format {
  /** First bytes, as Latin-1. */
  readonly magic: string;
  readonly at?: number;
  readonly name: string;
  readonly advice: string;
  /** The magic could begin a text, so a zero byte must follow nearby as well. */
  readonly weak?: true;
}

const formats: readonly Format[] = [
  { magic: '\x1f\x8b', name: 'gzip-compressed data', advice: decompress },
  { magic: 'BZh', name: 'bzip2-compressed data', advice: decompress, weak: true },
  { magic: '\xfd7zXZ\0', name: 'xz-compressed data', advice: decompress },
  { magic: '\x28\xb5\x2f\xfd', name: 'Zstandard-compressed data', advice: decompress },
  { magic: '\x04\x22\x4d\x18', name: 'LZ4-compressed data', advice: decompress },
  { magic: '7z\xbc\xaf\x27\x1c', name: 'a 7-Zip archive', advice: decompress },
  { magic: 'Rar!\x1a\x07', name: 'a RAR archive', advice: decompress },
  { magic: 'ustar', at: 257, name: 'a tar archive', advice: 'unpack it first, then import the text inside' },
  { magic: '%PDF-', name: 'a PDF document', advice: byItself },
  {
    magic: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
    name: 'an old Office document (.doc, .xls), or one with a password',
    advice: saveAsText,
  },
  { magic: '{\\rtf', name: 'a Rich Text document', advice: saveAsText },
  { magic: '\x89PNG\r\n\x1a\n', name: 'a PNG image', advice: notText },
  { magic: '\xff\xd8\xff', name: 'a JPEG image', advice: notText },
  { magic: 'GIF8', name: 'a GIF image', advice: notText, weak: true },
  { magic: 'RIFF', name: 'audio, video or an image (RIFF)', advice: notText, weak: true },
  { magic: 'ID3', name: 'MP3 audio', advice: notText, weak: true },
  { magic: 'OggS\0', name: 'Ogg audio', advice: notText },
  { magic: 'fLaC', name: 'FLAC audio', advice: notText, weak: true },
  { magic: 'ftyp', at: 4, name: 'MP4 video', advice: notText, weak: true },
  { magic: 'SQLite format 3\0', name: 'an SQLite database', advice: 'export the table you want as text' },
  { magic: '\x7fELF', name: 'a program (ELF)', advice: notText },
  { magic: 'MZ', name: 'a Windows program', advice: notText, weak: true },
  { magic: '\0asm', name: 'a WebAssembly module', advice: notText },
  { magic: '\x93NUMPY', name: 'a NumPy array', advice: notText },
  { magic: 'PAR1', name: 'a Parquet table', advice: 'export the column you want as text', weak: true },
  { magic: '\xff\xfe\0\0', name: 'UTF-32 text', advice: 'save it as UTF-8' },
  { magic: '\0\0\xfe\xff', name: 'UTF-32 text', advice: 'save it as UTF-8' },
];

/** What a ZIP file is in truth, by a name near its beginning. */
const zipped: readonly (readonly [string, string, string])[] = [
  ['word/', 'a Word document (.docx)', byItself],
  ['xl/', 'an Excel workbook (.xlsx)', 'save the sheet as CSV or plain text'],
  ['ppt/', 'a PowerPoint presentation (.pptx)', saveAsText],
  ['application/epub+zip', 'an EPUB book', byItself],
  ['opendocument', 'an OpenDocument file', saveAsText],
];

const weakWindow = 512;

function known(head: Uint8Array): { name: string; advice: string } | null {
  const startsWith = ({ magic, at = 0 }: Format) =>
    head.length >= at + magic.length && [...magic].every((c, i) => head[at + i] === c.charCodeAt(0));
  const zeroNearby = head.subarray(0, weakWindow).includes(0);
  if (startsWith({ magic: 'PK\x03\x04', name: '', advice: '' })) {
    const names = new TextDecoder('latin1').decode(head.subarray(0, 8192));
    const inside = zipped.find(([mark]) => names.includes(mark));
    return inside ? { name: inside[1], advice: inside[2] } : { name: 'a ZIP archive', advice: decompress };
  }
  return formats.find((format) => startsWith(format) && (!format.weak || zeroNearby)) ?? null;
}

/** Share of control bytes that no text has, even one with odd separators. */
const mostControlBytes = 0.3;
/** The same where the bytes are not UTF-8 either: random bytes have 10 %, legacy texts none. */
const mostControlBytesInvalid = 0.04;

function isControl(byte: number): boolean {
  // Tab, line feed, vertical tab, form feed, carriage return, and the escape of ISO-2022 and terminal colours are text.
  return byte === 0x7f || (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d) && byte !== 0x1b);
}

/**
 * Refuses data in a known binary format.
 * @param head the first bytes of the file (a few kilobytes do)
 */
export function refuseKnownBinary(head: Uint8Array): void {
  const format = known(head);
  if (format) throw new CorpusError(`This looks like ${format.name}, not text: ${format.advice}.`);
}

/** Refuses data that no encoding of text explains. Not for UTF-16, where zero bytes are ordinary. */
export function refuseControlBytes(head: Uint8Array): void {
  if (head.length === 0) return;
  const controls = head.reduce((count, byte) => count + (isControl(byte) ? 1 : 0), 0);
  const share = controls / head.length;
  if (share <= mostControlBytesInvalid) return;
  const valid = isUtf8(head.subarray(0, wholeCharacters(head, head.length)));
  if (share > mostControlBytes || !valid) {
    throw new CorpusError(
      `This looks like binary data, not text: ${Math.round(share * 100)} % of its first bytes are control characters. ` +
        'If it is text, choose its encoding and import it again.',
    );
  }
}
