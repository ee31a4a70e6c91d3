import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeFiles, temporaryPrefix } from '../../src/main/files.ts';
import { temporaryFolder } from '../engine/corpus/texts.ts';

const files = nodeFiles();

/** Bytes in which every place is different from its neighbours. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);
}

async function readAll(path: string, start?: number, end?: number): Promise<{ bytes: Buffer; chunks: number }> {
  const chunks = [];
  for await (const chunk of files.readChunks(path, start, end)) chunks.push(Buffer.from(chunk));
  return { bytes: Buffer.concat(chunks), chunks: chunks.length };
}

describe('reading', () => {
  test('a file in chunks, all of it or a part', async () => {
    const path = join(temporaryFolder(), 'file');
    const bytes = pattern((1 << 20) * 2 + 123);
    writeFileSync(path, bytes);
    const whole = await readAll(path);
    expect(whole.bytes.equals(bytes)).toBe(true);
    expect(whole.chunks).toBe(3);
    expect((await readAll(path, 1000, 1_500_000)).bytes.equals(bytes.subarray(1000, 1_500_000))).toBe(true);
    expect((await readAll(path, bytes.length)).bytes.length).toBe(0);
    expect(await files.size(path)).toBe(bytes.length);
    expect(Buffer.from(await files.readFile(path)).equals(bytes)).toBe(true);
  });

  test('can be left in the middle', async () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, pattern(3 << 20));
    for await (const chunk of files.readChunks(path)) {
      expect(chunk.length).toBe(1 << 20);
      break;
    }
  });

  test('a file that is not there fails', async () => {
    await expect(readAll(join(temporaryFolder(), 'none'))).rejects.toHaveProperty('code', 'ENOENT');
  });

  test('a folder that is not there is empty', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'b'), '');
    writeFileSync(join(folder, 'a'), '');
    expect(await files.list(folder)).toEqual(['a', 'b']);
    expect(await files.list(join(folder, 'none'))).toEqual([]);
  });
});

describe('writing', () => {
  test('shows nothing at the final path before commit, everything after', async () => {
    const folder = join(temporaryFolder(), 'made', 'as needed');
    const path = join(folder, 'final');
    const sink = await files.create(folder, true);
    const bytes = pattern(100_000);
    await sink.write(bytes.subarray(0, 60_000));
    const half = createHash('sha256').update(bytes.subarray(0, 60_000)).digest('hex');
    expect(sink.sha256()).toBe(half);
    await sink.write(bytes.subarray(60_000));
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder).every((name) => name.startsWith(temporaryPrefix))).toBe(true);
    expect(sink.sha256()).toBe(createHash('sha256').update(bytes).digest('hex'));
    await sink.commit(path);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(folder)).toEqual(['final']);
    await sink.abort();
    expect(readdirSync(folder)).toEqual(['final']);
    await expect(sink.write(bytes)).rejects.toThrow(/committed/);
  });

  test('replaces what is there', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'final');
    writeFileSync(path, 'old');
    const sink = await files.create(folder);
    await sink.write(Buffer.from('new'));
    await sink.commit(path);
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  test('a hash that was not wanted from the beginning is an error', async () => {
    const sink = await files.create(temporaryFolder());
    await sink.write(pattern(10));
    expect(() => sink.sha256()).toThrow(/not created for it/);
    await sink.abort();
  });

  test('abort removes what was written', async () => {
    const folder = temporaryFolder();
    const sink = await files.create(folder);
    await sink.write(pattern(10));
    await sink.abort();
    await sink.abort();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a commit that fails leaves nothing', async () => {
    const folder = temporaryFolder();
    const sink = await files.create(folder);
    await expect(sink.commit(join(folder, 'no', 'such', 'folder'))).rejects.toHaveProperty('code', 'ENOENT');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('remove is content with a file that is gone', async () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, '');
    await files.remove(path);
    await files.remove(path);
    expect(existsSync(path)).toBe(false);
  });
});

describe('tokens', () => {
  test.each([2, 4] as const)('of %i bytes, little-endian, from a part of a file', async (bytesPerToken) => {
    const path = join(temporaryFolder(), 'tokens.bin');
    const ids = Array.from({ length: 5000 }, (_, i) => (bytesPerToken === 2 ? (i * 13) % 65_536 : i * 400_001));
    const buffer = Buffer.alloc(ids.length * bytesPerToken);
    ids.forEach((id, i) => buffer.writeUIntLE(id, i * bytesPerToken, bytesPerToken));
    writeFileSync(path, buffer);
    const source = await files.openTokens({ path, bytesPerToken, start: 1000, length: 3000 });
    expect(source.length).toBe(3000);
    for (const [start, count] of [
      [0, 3000],
      [2990, 10],
      [17, 1],
      [3000, 0],
    ] as const) {
      const out = new Int32Array(count);
      source.read(start, out);
      expect([...out]).toEqual(ids.slice(1000 + start, 1000 + start + count));
    }
    expect(() => source.read(2999, new Int32Array(2))).toThrow(RangeError);
    expect(() => source.read(-1, new Int32Array(1))).toThrow(RangeError);
    source.close();
  });

  test('of a file that was cut off are refused', async () => {
    const path = join(temporaryFolder(), 'tokens.bin');
    writeFileSync(path, Buffer.alloc(20));
    await expect(files.openTokens({ path, bytesPerToken: 2, start: 5, length: 6 })).rejects.toThrow(
      /holds 10 tokens, but 6 from 5/,
    );
  });
});
