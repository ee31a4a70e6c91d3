/** What a checkpoint's file remembers, read without holding it in memory. */
import { type FileHandle, open } from 'node:fs/promises';
import type { ByteSource } from '../../engine/export/safetensors.ts';
import { type Checkpoint, readCheckpointRecord } from '../../engine/training/checkpoint.ts';

export type CheckpointRecord = Omit<Checkpoint, 'tensors'>;

/** @throws CheckpointError, SafetensorsError when the file is no whole checkpoint */
export async function checkpointRecordAt(path: string): Promise<CheckpointRecord> {
  const file = await open(path);
  try {
    return await readCheckpointRecord(sourceOf(file, (await file.stat()).size));
  } finally {
    await file.close();
  }
}

function sourceOf(file: FileHandle, size: number): ByteSource {
  return {
    size,
    async read(from, to) {
      const bytes = new Uint8Array(to - from);
      let length = 0;
      while (length < bytes.length) {
        const { bytesRead } = await file.read(bytes, length, bytes.length - length, from + length);
        if (bytesRead === 0) throw new Error(`The file became shorter than ${to} bytes while it was read.`);
        length += bytesRead;
      }
      return bytes;
    },
  };
}
