/**
 * The records of a TFRecord file (tensorflow/core/lib/io/record_writer.h): of each its length as uint64 and that number's masked
 * CRC-32C as uint32, its bytes, and their masked CRC-32C; little-endian.
 */
import { CorpusError } from '../corpus/errors.ts';
import { maskedCrc32c } from './crc32c.ts';

const headerBytes = 12;
const footerBytes = 4;
/** Pictures and histograms of a summary are far smaller. */
const mostRecordBytes = 64 * 2 ** 20;

/** Does the file begin with a record? */
export function isTfRecord(head: Uint8Array): boolean {
  if (head.length < headerBytes) return false;
  return viewOf(head).getUint32(8, true) === maskedCrc32c(head.subarray(0, 8));
}

/**
 * @param onCut called when the file ends in the middle of a record, as that of a program that was killed does
 * @throws CorpusError where a check sum is wrong, with the byte
 */
export async function* records(chunks: AsyncIterable<Uint8Array>, onCut: () => void): AsyncGenerator<Uint8Array> {
  let pending = new Uint8Array(0);
  let offset = 0;
  for await (const chunk of chunks) {
    const joined = new Uint8Array(pending.length + chunk.length);
    joined.set(pending);
    joined.set(chunk, pending.length);
    let at = 0;
    for (;;) {
      const record = recordAt(joined, at, offset + at);
      if (record === null) break;
      yield record;
      at += headerBytes + record.length + footerBytes;
    }
    offset += at;
    pending = joined.subarray(at);
  }
  if (pending.length > 0) onCut();
}

/** The record that begins at `at`; null: not all of it is there yet. @param byte where it begins in the file */
function recordAt(bytes: Uint8Array, at: number, byte: number): Uint8Array | null {
  if (bytes.length - at < headerBytes) return null;
  const view = viewOf(bytes);
  if (view.getUint32(at + 8, true) !== maskedCrc32c(bytes.subarray(at, at + 8))) throw damaged(byte);
  const length = Number(view.getBigUint64(at, true));
  if (length > mostRecordBytes) throw damaged(byte);
  const from = at + headerBytes;
  const to = from + length;
  if (bytes.length < to + footerBytes) return null;
  const data = bytes.subarray(from, to);
  if (view.getUint32(to, true) !== maskedCrc32c(data)) throw damaged(byte);
  return data;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(byte: number): CorpusError {
  return new CorpusError(
    `The event file is damaged: the check sum of the record at byte ${byte.toLocaleString('en-US')} is wrong. Copy it again from where it was written.`,
  );
}
