/** Event files made for tests, by the protobuf library. */
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { maskedCrc32c } from '../../../src/engine/import-curves/crc32c.ts';
import { EventSchema } from '../../../src/engine/import-curves/event_pb.ts';
import { readCurves } from '../../../src/engine/import-curves/read.ts';
import type { ReadCurves } from '../../../src/engine/import-curves/series.ts';
import { bytesSource } from '../../../src/engine/documents/source.ts';

export function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + data.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return bytes;
}

export function eventFile(events: readonly MessageInitShape<typeof EventSchema>[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(events.map((event) => record(toBinary(EventSchema, create(EventSchema, event))))),
  );
}

/** @param scalars by tag */
export function scalars(step: number, values: Record<string, number>, wallTime = 1.7e9 + step) {
  const value = Object.entries(values).map(([tag, number]) => ({
    tag,
    value: { case: 'simpleValue' as const, value: number },
  }));
  return { wallTime, step: BigInt(step), summary: { value } };
}

export const readAll = (file: Uint8Array | string, name = 'curves.csv'): Promise<ReadCurves> =>
  readCurves(bytesSource(typeof file === 'string' ? new TextEncoder().encode(file) : file), name);
