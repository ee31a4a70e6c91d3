/** Curves of a file, whatever wrote it. */
import { TextNormalizer } from '../corpus/decode.ts';
import { CorpusError } from '../corpus/errors.ts';
import { gunzip, isGzip } from '../data/gunzip.ts';
import { readRange, type ByteSource } from '../documents/source.ts';
import { readCsv } from './csv.ts';
import type { ReadCurves } from './series.ts';
import { readTensorBoard } from './tensorboard.ts';
import { isTfRecord } from './tfrecord.ts';

/** Of a table, which is held in memory. */
const mostTableBytes = 32 * 2 ** 20;

/** @throws CorpusError saying what is wrong with the file */
export async function readCurves(source: ByteSource, name: string): Promise<ReadCurves> {
  if (source.size === 0) throw new CorpusError(`${name} is empty: there are no curves in it.`);
  if (isTfRecord(await readRange(source, 0, 12))) return readTensorBoard(source.chunks());
  if (name.includes('.tfevents.')) {
    throw new CorpusError(
      `${name} is named as an event file of TensorBoard, but does not begin as one: it is damaged.`,
    );
  }
  const packed = isGzip(await readRange(source, 0, 3));
  const normalizer = new TextNormalizer(null);
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of packed ? gunzip(source.chunks(), mostTableBytes) : source.chunks()) {
    bytes += chunk.length;
    if (bytes > mostTableBytes) {
      throw new CorpusError(
        `${name} is larger than ${mostTableBytes / 2 ** 20} MiB. Export fewer of its curves, or fewer points of each.`,
      );
    }
    text += decoder.decode(normalizer.push(chunk, false), { stream: true });
  }
  text += decoder.decode(normalizer.push(new Uint8Array(0), true));
  return readCsv(text, name.replace(/\.gz$/i, ''));
}
