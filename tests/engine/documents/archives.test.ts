import { describe, expect, test } from 'vitest';
import { docxFiles, epubFiles, paragraph, pdf, zip } from './make.ts';
import { read } from './read.ts';

const page = (body: string) =>
  `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>${body}</body></html>`;

describe('a book', () => {
  const chapters = { 'b.xhtml': page('<h1>I</h1><p>Begins.</p>'), 'a one.xhtml': page('<p>Goes on.</p>') };

  test('is its chapters in the order of its spine, under its title', async () => {
    const book = await zip(epubFiles(chapters, { title: 'The &amp; Book' }));
    const found = await read(book, 'book.epub');
    expect(found).toMatchObject({ kind: 'epub', title: 'The & Book', parts: 2 });
    expect(found.text).toBe('I\n\nBegins.\n\nGoes on.\n');
  });

  test('leaves out what is beside the line of reading, and its table of contents', async () => {
    const spine = '<itemref idref="nav"/><itemref idref="c1"/><itemref idref="c0" linear="no"/>';
    expect((await read(await zip(epubFiles(chapters, { spine })), 'x')).text).toBe('Goes on.\n');
  });

  test('that is protected is refused; obfuscated fonts do not matter', async () => {
    const lock = (path: string) => ({
      'META-INF/encryption.xml': `<encryption><enc:CipherReference URI="${path}"/></encryption>`,
    });
    const locked = await zip(epubFiles(chapters, { more: lock('OEBPS/a%20one.xhtml') }));
    await expect(read(locked, 'book.epub')).rejects.toThrow(/protected against copying \(DRM\)/);
    const fonts = await zip(epubFiles(chapters, { more: lock('OEBPS/font.otf') }));
    expect((await read(fonts, 'book.epub')).parts).toBe(2);
  });

  test('that names a chapter it has not is damaged', async () => {
    const { ['OEBPS/b.xhtml']: _, ...files } = epubFiles(chapters);
    await expect(read(await zip(files), 'book.epub')).rejects.toThrow(/it names OEBPS\/b\.xhtml, which is not in it/);
    await expect(read(await zip(epubFiles({})), 'book.epub')).rejects.toThrow(/has no chapters/);
  });
});

describe('a Word document', () => {
  const textOf = async (body: string) => (await read(await zip(docxFiles(body)), 'a.docx')).text;

  test.each([
    [paragraph('One &amp; two') + paragraph('three'), 'One & two\nthree\n'],
    ['<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>', 'a\tb\nc\n'],
    [
      '<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>',
      'new\n',
    ],
    ['<w:p><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>' + paragraph('x'), '\nx\n'],
    [
      `<w:tbl><w:tr><w:tc>${paragraph('a')}</w:tc><w:tc>${paragraph('b')}${paragraph('c')}</w:tc></w:tr></w:tbl>`,
      'a\tb c\n',
    ],
    [
      '<w:p><mc:AlternateContent><mc:Choice><w:r><w:t>said</w:t></w:r></mc:Choice><mc:Fallback><w:r><w:t>again</w:t></w:r></mc:Fallback></mc:AlternateContent></w:p>',
      'said\n',
    ],
  ])('%s', async (body, expected) => expect(await textOf(body)).toBe(expected));

  test('without a body is damaged', async () => {
    const files = { ...docxFiles(''), 'word/document.xml': '<x/>' };
    await expect(read(await zip(files), 'a.docx')).rejects.toThrow(/word\/document\.xml holds no document/);
  });
});

describe('an archive of texts', () => {
  test('is read in the order of names, each as what it is; others are left out by name', async () => {
    const files = {
      'b/02.html': '<p>two',
      'a.txt': new Uint8Array(Buffer.from('caf\xe9', 'latin1')),
      'c.pdf': pdf([['three']]),
      'cover.jpg': new Uint8Array(10),
      '__MACOSX/._a.txt': 'x',
      '.DS_Store': 'x',
      'd.docx': await zip(docxFiles(paragraph('four'))),
      README: 'five\n',
    };
    const found = await read(await zip(files), 'texts.zip');
    expect(found).toMatchObject({ kind: 'zip', parts: 5, leftOut: ['cover.jpg'] });
    expect(found.text).toBe('five\ncafé\ntwo\nthree\nfour\n');
  });

  test('may be files named by class, one example a line', async () => {
    const files = { 'names/Irish.txt': "O'Neal\nDuffy\n", 'names/Greek.txt': 'Pappas' };
    expect((await read(await zip(files), 'names.zip', { classes: true })).text).toBe(
      "text,label\nPappas,Greek\nO'Neal,Irish\nDuffy,Irish\n",
    );
    const one = await zip({ 'table.csv': 'text,label\na,b\n' });
    expect((await read(one, 'table.zip', { classes: true })).text).toBe('text,label\na,b\n');
  });

  test.each([
    [{ 'a.jpg': 'x', 'b.png': 'y' }, /holds no text \(a\.jpg and 1 more\)\. .*\.txt/],
    [{}, /archive is empty/],
    [{ 'xl/workbook.xml': 'x' }, /an Excel workbook \(\.xlsx\): save the sheet as CSV/],
    [{ 'a.txt': 'fine', 'b.txt': new Uint8Array(5000) }, /^b\.txt: This looks like binary data/],
    [{ 'a.pdf': '%PDF-1.4 nonsense' }, /^a\.pdf: This PDF is damaged/],
  ])('without a text says so: %j', async (files, message) => {
    await expect(zip(files).then((bytes) => read(bytes, 'x.zip'))).rejects.toThrow(message);
  });

  test('that fills memory is refused before it does', async () => {
    const bomb = await zip({ 'zeros.txt': new Uint8Array(80 * 2 ** 20) });
    await expect(read(bomb, 'bomb.zip')).rejects.toThrow(
      /zeros\.txt unpacks to 84 MB or more, over 200 times its size/,
    );
  });

  test('that is damaged or cut off is refused', async () => {
    const whole = await zip({ 'a.txt': 'some text that is long enough to be packed, packed, packed, packed' });
    await expect(read(whole.slice(0, -30), 'a.zip')).rejects.toThrow(/archive is damaged or cut off/);
    const flipped = whole.slice();
    flipped[45]! ^= 0xff;
    await expect(read(flipped, 'a.zip')).rejects.toThrow(/^a\.txt is damaged or cut off: it cannot be unpacked/);
    const locked = whole.slice();
    // General purpose flag, bit 0, in the local header and in the directory.
    locked[6]! |= 1;
    locked[Buffer.from(whole).indexOf('PK\x01\x02', 0, 'latin1') + 8]! |= 1;
    await expect(read(locked, 'a.zip')).rejects.toThrow(/^a\.txt is protected by a password/);
  });
});
