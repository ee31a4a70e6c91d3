import { expect, test } from 'vitest';
import { pdf } from './make.ts';
import { read } from './read.ts';

test('pages are read in order, line by line', async () => {
  const found = await read(pdf([['The Time Machine', 'by H. G. Wells'], ['I (Introduction)']]), 'book.pdf');
  expect(found).toMatchObject({ kind: 'pdf', parts: 2 });
  expect(found.text).toBe('The Time Machine\nby H. G. Wells\nI (Introduction)\n');
});

test('a word divided at the end of a line is whole again; a dash or a capital stays', async () => {
  const lines = ['a recurrent net-', 'work, Jean-', 'Luc, 1914-', '1918 and so -', 'on'];
  expect((await read(pdf([lines]), 'x.pdf')).text).toBe('a recurrent network, Jean-\nLuc, 1914-\n1918 and so -\non\n');
});

test('pages without text are passed over; a document of such pages is a scan', async () => {
  expect((await read(pdf([[], ['text']]), 'x.pdf')).text).toBe('text\n');
  await expect(read(pdf([[], []]), 'scan.pdf')).rejects.toThrow(/its 2 pages are pictures.*text recognition \(OCR\)/);
});

test('one with a password is refused', async () => {
  const key = `<${'00'.repeat(32)}>`;
  const locked = pdf(
    [['secret']],
    `/Encrypt << /Filter /Standard /V 1 /R 2 /O ${key} /U ${key} /P -4 >> /ID [<00> <00>] `,
  );
  await expect(read(locked, 'x.pdf')).rejects.toThrow(/protected by a password/);
});

test('one that is damaged is refused, or read as far as it can be repaired', async () => {
  await expect(read(new TextEncoder().encode('%PDF-1.7\nnothing'), 'x.pdf')).rejects.toThrow(/damaged or cut off/);
  // Where the table of objects is not, they are found by looking for them.
  const lost = Buffer.from(pdf([['kept']]))
    .toString('latin1')
    .replace(/startxref\n\d+/, 'startxref\n7');
  expect((await read(new Uint8Array(Buffer.from(lost, 'latin1')), 'x.pdf')).text).toBe('kept\n');
});
