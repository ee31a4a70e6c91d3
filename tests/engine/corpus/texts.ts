/** Texts that are hard to cut, and files that come in small pieces. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { onTestFinished } from 'vitest';
import type { EngineFiles } from '../../../src/engine/files.ts';
import { nodeFiles } from '../../../src/main/files.ts';

const hard = [
  ...[
    'a',
    'b',
    'the',
    'don',
    'I',
    'Z',
    '1',
    '42',
    ' ',
    '  ',
    '\t',
    '\n',
    '\r\n',
    '\r',
    "'",
    '-',
    '.',
    ',',
    '!',
    '"',
    '(',
    ')',
  ],
  ...[
    "'s",
    "'ll",
    "n't",
    '--',
    '...',
    '3.14',
    '<unk>',
    '<eos>',
    '<un',
    '<',
    '>',
    '\0',
    '\x85',
    '\u2028',
    '\u00a0',
    '\u3000',
  ],
  ...[
    'é',
    'e\u0301',
    '\u0301',
    '\u200d',
    '\u200c',
    '\ufeff',
    '\ufffd',
    '’',
    '‐',
    '“',
    '”',
    'ß',
    'İ',
    'Σ',
    'ΑΣ',
    'Привет',
    'שלום',
    'ى',
  ],
  ...[
    '漢',
    '字',
    'か\u3099',
    'ア',
    'ー',
    '。',
    'กำ',
    'ไทย',
    'क्ष',
    'हिन्दी',
    '한',
    '\u1112',
    '\u1161',
    '\u11ab',
    '\u0600',
    '𝔘',
    '𠀀',
  ],
  ...['😀', '👍🏽', '🏽', '👨‍👩‍👧', '🇨🇭', '🇨', '❤️', '1️⃣', '☎'],
];

/** Well-formed Unicode text full of hard places. */
export const text = fc
  .array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...hard) }, fc.string({ unit: 'binary', maxLength: 3 })), {
    maxLength: 40,
  })
  .map((parts) => parts.join('').toWellFormed());

/** Sizes of chunks that a stream comes in. */
export const chunkSizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });

/** The chunks of `bytes`, of these sizes in turn. */
export function chunksOf(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    chunks.push(bytes.slice(at, at + size));
    at += size;
  }
  return chunks;
}

/** Node's files, but read in chunks of these sizes, each overwritten when the next is asked for. */
export function filesInChunks(sizes: readonly number[]): EngineFiles {
  const files = nodeFiles();
  return {
    ...files,
    async *readChunks(path, start = 0, end = Infinity) {
      const bytes = await files.readFile(path);
      for (const chunk of chunksOf(bytes.subarray(start, end), sizes)) {
        yield chunk;
        chunk.fill(0xff);
      }
    },
  };
}

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const never = new AbortController().signal;
export const utf8 = new TextEncoder();

/** Strict, and keeps a byte-order mark. */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}
