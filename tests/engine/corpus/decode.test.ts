import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TextNormalizer } from '../../../src/engine/corpus/decode.ts';
import { encodings } from '../../../src/engine/corpus/encoding.ts';
import { CorpusError } from '../../../src/engine/corpus/errors.ts';
import { previewText } from '../../../src/engine/corpus/import-text.ts';
import { haveShared, shared } from '../../shared.ts';
import { chunksOf, chunkSizes, decodeUtf8, text, utf8 } from './texts.ts';

function normalize(bytes: Uint8Array, sizes: readonly number[], chosen: string | null = null) {
  const normalizer = new TextNormalizer(chosen);
  const pieces = chunksOf(bytes, sizes).map((chunk) => decodeUtf8(normalizer.push(chunk, false)));
  pieces.push(decodeUtf8(normalizer.push(new Uint8Array(0), true)));
  const { encoding, encodingFrom } = normalizer.detection;
  return { text: pieces.join(''), encoding, encodingFrom, replaced: normalizer.replaced };
}

function utf16(string: string, littleEndian: boolean, mark: boolean): Uint8Array {
  const units = (mark ? `\ufeff${string}` : string).split('').map((unit) => unit.charCodeAt(0));
  return Uint8Array.from(units.flatMap((unit) => (littleEndian ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255])));
}

interface Expected {
  readonly encoding: string;
  readonly text?: string;
}

/** Our names (WHATWG) for what expected.json calls Python's names. */
const names: Readonly<Record<string, string>> = {
  'utf-16-le': 'utf-16le',
  'utf-16-be': 'utf-16be',
  'latin-1': 'windows-1252',
  'utf-8 (invalid)': 'utf-8',
};

describe.skipIf(!haveShared)('hostile files', () => {
  const folder = shared('data/synthetic/nasty');
  const expected: Record<string, Expected> = haveShared
    ? JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8'))
    : {};
  for (const [name, { encoding, text: wanted }] of Object.entries(expected)) {
    if (encoding === 'gzip') continue;
    const sizes = name === 'one_line_5mb.txt' ? [[1 << 20], [4093]] : [[1 << 20], [1], [3, 7]];
    test.each(sizes.map((one) => [one]))(`${name} in chunks of %j`, (sizes) => {
      const found = normalize(readFileSync(`${folder}/${name}`), sizes);
      expect(found.encoding).toBe(names[encoding] ?? encoding);
      if (wanted !== undefined) expect(found.text).toBe(wanted);
    });
  }

  test('damage is counted', () => {
    const bytes = readFileSync(`${folder}/utf8_invalid.txt`);
    expect(normalize(bytes, [5]).replaced).toBe(13);
  });

  test('gzip data is refused by name', () => {
    const bytes = readFileSync(`${folder}/gzip_named.txt`);
    expect(() => normalize(bytes, [1 << 20])).toThrow(/looks like gzip-compressed data, not text: decompress it first/);
  });
});

describe('well-formed text', () => {
  test('comes through UTF-8 unchanged, however it is cut, but for one byte-order mark', () => {
    fc.assert(
      fc.property(text, chunkSizes, fc.boolean(), (string, sizes, mark) => {
        fc.pre(!string.startsWith('\ufeff') && !/[\0\x1b]/.test(string)); // eslint-disable-line no-control-regex
        const found = normalize(utf8.encode(mark ? `\ufeff${string}` : string), sizes);
        expect(found).toEqual({ text: string, encoding: 'utf-8', encodingFrom: mark ? 'bom' : 'utf-8', replaced: 0 });
      }),
    );
  });

  test('comes through UTF-16 with a mark unchanged', () => {
    fc.assert(
      fc.property(text, chunkSizes, fc.boolean(), (string, sizes, littleEndian) => {
        // FF FE 00 00 begins UTF-32, and is refused.
        fc.pre(!string.startsWith('\0'));
        const found = normalize(utf16(string, littleEndian, true), sizes);
        const encoding = littleEndian ? 'utf-16le' : 'utf-16be';
        expect(found).toEqual({ text: string, encoding, encodingFrom: 'bom', replaced: 0 });
      }),
    );
  });

  test.each([true, false])('UTF-16 without a mark is found (little-endian: %s)', (littleEndian) => {
    const string = 'Zwölf Boxkämpfer jagen Viktor quer über den Sylter Deich.\n';
    expect(normalize(utf16(string, littleEndian, false), [7])).toMatchObject({
      text: string,
      encodingFrom: 'detected',
    });
  });
});

describe('any bytes at all', () => {
  test('with a chosen encoding, chunks give what TextDecoder gives for the whole', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        chunkSizes,
        fc.constantFrom('utf-8', 'utf-16le', 'windows-1252', 'shift_jis', 'gb18030', 'big5', 'euc-kr', 'koi8-r'),
        (bytes, sizes, encoding) => {
          const whole = new TextDecoder(encoding).decode(bytes);
          let found;
          try {
            found = normalize(bytes, sizes, encoding);
          } catch (error) {
            expect(error).toBeInstanceOf(CorpusError); // by chance a known binary format
            return;
          }
          expect(found.text).toBe(whole);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('replacements are counted, those already in the text are not', () => {
    const bytes = Uint8Array.from([...utf8.encode('é\ufffdé'), 0x80, ...utf8.encode('é\ufffd'), 0xe2, 0x82]);
    expect(normalize(bytes, [2])).toMatchObject({ text: 'é\ufffdé\ufffdé\ufffd\ufffd', replaced: 2 });
    const units = utf16('a\ufffdb', true, true);
    expect(normalize(Uint8Array.from([...units, 0x00, 0xd8, 0x41, 0x00, 0x42]), [3])).toMatchObject({
      text: 'a\ufffdb\ufffdA\ufffd',
      replaced: 2,
    });
  });
});

/** Bytes of a text in a single-byte or double-byte encoding, by asking the decoder about every byte or pair. */
function encodeAs(encoding: string, string: string): Uint8Array {
  const decoder = new TextDecoder(encoding);
  const table = new Map<string, number[]>();
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second++) {
      const pair = decoder.decode(Uint8Array.of(first, second));
      if ([...pair].length === 1 && pair !== '\ufffd' && !table.has(pair)) table.set(pair, [first, second]);
    }
  }
  for (let byte = 0; byte < 256; byte++) table.set(decoder.decode(Uint8Array.of(byte)), [byte]);
  return Uint8Array.from([...string].flatMap((character) => table.get(character) ?? []));
}

describe('legacy encodings are detected', () => {
  const languages: readonly (readonly [string, string])[] = [
    ['windows-1251', 'Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.\n'],
    ['koi8-r', 'Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.\n'],
    ['windows-1252', 'L’été, à l’hôtel « Beau Séjour », où l’on déjeunait près des forêts, il fut très gêné… “CAFÉ”\n'],
    ['gb18030', '学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？\n'],
    ['big5', '學而時習之，不亦說乎？有朋自遠方來，不亦樂乎？人不知而不慍，不亦君子乎？\n'],
    ['euc-kr', '나는 생각한다, 고로 나는 존재한다. 오늘은 날씨가 매우 좋습니다.\n'],
    ['shift_jis', '吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n'],
    ['euc-jp', '吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n'],
  ];
  test.each(languages)('%s', (encoding, string) => {
    const long = string.repeat(8);
    expect(normalize(encodeAs(encoding, long), [1000])).toMatchObject({ encoding, text: long, replaced: 0 });
  });

  test.each(['Grüße', 'Größe', 'naïve', 'café', 'Müller', 'über'])('one word is enough: %s', (word) => {
    expect(normalize(encodeAs('windows-1252', word), [100]).text).toBe(word);
  });

  test('after a long stretch of ASCII', () => {
    const ascii = 'All happy families are alike.\n'.repeat(20_000);
    const bytes = Uint8Array.from([...utf8.encode(ascii), ...encodeAs('windows-1251', languages[0]![1].repeat(20))]);
    const found = normalize(bytes, [100_000]);
    expect(found.encoding).toBe('windows-1251');
    expect(found.text.startsWith(ascii)).toBe(true);
    expect(found.text.endsWith('по-своему.\n')).toBe(true);
  });

  test('a person’s choice goes before what is found', () => {
    const bytes = encodeAs('koi8-r', 'Привет\n');
    expect(normalize(bytes, [2], 'KOI8-R')).toMatchObject({
      text: 'Привет\n',
      encoding: 'koi8-r',
      encodingFrom: 'chosen',
    });
  });

  test('an encoding nobody knows is refused by name', () => {
    expect(() => new TextNormalizer('latin-99')).toThrow(/"latin-99" is not an encoding this program knows/);
  });

  test('every encoding offered has a decoder and goes by that name', () => {
    for (const encoding of encodings) expect(new TextDecoder(encoding).encoding).toBe(encoding);
  });
});

describe('UTF-8 with damage', () => {
  const text =
    'Wer reitet so spät durch Nacht und Wind? Es ist der Vater mit seinem Kind; er hat den Knaben wohl in dem Arm. äöü ';
  test('stays UTF-8 when the damage is rare', () => {
    const bytes = utf8.encode(text.repeat(20));
    bytes[bytes.indexOf(0xc3)] = 0x20;
    expect(normalize(bytes, [100])).toMatchObject({ encoding: 'utf-8', replaced: 1 });
  });
  test('is not seen in Latin text that holds well-formed pairs by accident', () => {
    // É followed by a closing quotation mark is C9 94: well-formed UTF-8.
    const bytes = encodeAs('windows-1252', 'Le “CAFÉ” était fermé, hélas, dès l’été.');
    expect(normalize(bytes, [100]).encoding).toBe('windows-1252');
  });
});

describe('what is not text', () => {
  const latin1 = (string: string) => Uint8Array.from(string, (c) => c.charCodeAt(0));
  const pad = (string: string) => latin1(string.padEnd(300, '\0'));
  test.each([
    ['gzip', latin1('\x1f\x8b\x08\0\0')],
    ['ZIP', pad('PK\x03\x04\x14')],
    ['Word', pad('PK\x03\x04\x14\0\x06\0word/document.xml')],
    ['Excel', pad('PK\x03\x04\x14\0\x06\0xl/workbook.xml')],
    ['PDF', latin1('%PDF-1.7\n%\xe2\xe3')],
    ['PNG', latin1('\x89PNG\r\n\x1a\n')],
    ['JPEG', latin1('\xff\xd8\xff\xe0')],
    ['MP3', pad('ID3\x04')],
    ['Windows program', pad('MZ\x90')],
    ['SQLite', pad('SQLite format 3\0')],
    ['UTF-32', latin1('\xff\xfe\0\0A\0\0\0')],
    ['tar', latin1(`${'name'.padEnd(257, '\0')}ustar\0`)],
  ])('%s is refused', (name, bytes) => {
    expect(() => normalize(bytes, [1000])).toThrow(new RegExp(`looks like .*${name}.*, not text`, 'i'));
  });

  test('data of no known format is refused by its control characters', () => {
    const random = Uint8Array.from({ length: 4096 }, (_, i) => (i * 2654435761) >>> 23);
    expect(() => normalize(random, [500])).toThrow(/binary data, not text: \d+ % of its first bytes are control/);
  });

  test.each([
    'MZ was a famous tank.',
    'RIFF raff',
    'GIF89a is a format',
    'BZh! she cried',
    'ID3 tags, explained',
    'PAR1 for 18',
  ])('text that only begins like it is let in: %s', (string) => {
    expect(normalize(utf8.encode(string), [100]).text).toBe(string);
  });
});

describe('preview', () => {
  test('shows the first characters as they would be imported', () => {
    const string = 'Der Vater hört die Grüße des Königs über das weite Land. '.repeat(400);
    const bytes = encodeAs('windows-1252', string);
    const found = previewText(bytes.subarray(0, 10_001), bytes.length, null);
    expect(found.text).toBe(string.slice(0, 4000));
    expect(found).toMatchObject({ encoding: 'windows-1252', encodingFrom: 'detected' });
    expect(found.candidates[0]).toBe('windows-1252');
    expect(found.candidates).toContain('utf-8');
    expect(new Set(found.candidates).size).toBe(found.candidates.length);
  });
  test('follows a choice', () => {
    const bytes = encodeAs('koi8-r', 'Привет');
    expect(previewText(bytes, bytes.length, 'koi8-r').text).toBe('Привет');
    expect(previewText(bytes, bytes.length, 'windows-1251').text).not.toBe('Привет');
  });
  test('refuses what the import would refuse', () => {
    expect(() => previewText(new Uint8Array(0), 0, null)).toThrow(/empty/);
    expect(() => previewText(utf8.encode('\ufeff'), 3, null)).toThrow(/byte-order mark and nothing else/);
    expect(() => previewText(utf8.encode(' \n\t'), 3, null)).toThrow(/only spaces and line ends/);
  });
});
