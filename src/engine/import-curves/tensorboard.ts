/** TensorBoard's event files: their scalars, in the old form (`simple_value`) and in that of TensorFlow 2 (a tensor of one number). */
import { fromBinary } from '@bufbuild/protobuf';
import { CorpusError } from '../corpus/errors.ts';
import { EventSchema, TensorProto_DataType, type Event, type Summary_Value, type TensorProto } from './event_pb.ts';
import { mostPoints, mostSteps, SeriesBuilder, type ReadCurves } from './series.ts';
import { records } from './tfrecord.ts';

/** @throws CorpusError when the file is damaged, or holds no scalars */
export async function readTensorBoard(chunks: AsyncIterable<Uint8Array>): Promise<ReadCurves> {
  const builders = new Map<string, SeriesBuilder>();
  const notes: string[] = [];
  let points = 0;
  let unusable = 0;
  const onCut = () => notes.push('The file ends in the middle of a record: what stands before it was read.');
  for await (const record of records(chunks, onCut)) {
    const { wallTime, step: counted, summary } = eventOf(record);
    if (!summary) continue;
    const step = Number(counted);
    for (const { tag, value } of summary.value) {
      const number = scalarOf(value);
      if (number === null) continue;
      if (step < 0 || step > mostSteps || !Number.isFinite(number)) {
        unusable++;
        continue;
      }
      if (++points > mostPoints) throw tooMany();
      let builder = builders.get(tag);
      if (!builder) builders.set(tag, (builder = new SeriesBuilder()));
      builder.add(step, number, Number.isFinite(wallTime) && wallTime > 0 ? wallTime : null);
    }
  }
  if (builders.size === 0) {
    throw new CorpusError(
      'The event file holds no scalars: no losses or other single numbers. TensorBoard shows them under "Scalars"; choose the file of a run that has some.',
    );
  }
  if (unusable > 0) notes.push(passedOver(unusable));
  const series = [...builders].map(([tag, builder]) => builder.series(tag));
  return { format: 'tensorboard', runs: [{ run: null, series }], notes };
}

export function tooMany(): CorpusError {
  return new CorpusError(
    `The file holds more than ${mostPoints.toLocaleString('en-US')} numbers. Export fewer of its curves, or fewer points of each.`,
  );
}

export function passedOver(count: number): string {
  const what = count === 1 ? '1 value was' : `${count.toLocaleString('en-US')} values were`;
  return `${what} passed over: not a finite number, or at a step below 0 or above ${mostSteps.toLocaleString('en-US')}.`;
}

function eventOf(record: Uint8Array): Event {
  try {
    return fromBinary(EventSchema, record, { readUnknownFields: false });
  } catch (error) {
    throw new CorpusError(
      'A record of this file is no event of TensorBoard. Is it a TFRecord file of training data? Only event files (events.out.tfevents…) hold curves.',
      { cause: error },
    );
  }
}

/** The one number of a value; null for pictures, histograms, texts and tensors of more. */
function scalarOf(value: Summary_Value['value']): number | null {
  if (value.case === 'simpleValue') return value.value;
  return value.case === 'tensor' ? firstOf(value.value) : null;
}

function firstOf({
  dtype,
  tensorShape,
  tensorContent,
  floatVal,
  doubleVal,
  intVal,
  int64Val,
}: TensorProto): number | null {
  const size = (tensorShape?.dim ?? []).reduce((product, dim) => product * Number(dim.size), 1);
  if (size !== 1) return null;
  const view = new DataView(tensorContent.buffer, tensorContent.byteOffset, tensorContent.byteLength);
  const raw = <T>(bytes: number, read: () => T): T | undefined => (view.byteLength === bytes ? read() : undefined);
  switch (dtype) {
    case TensorProto_DataType.FLOAT:
      return floatVal[0] ?? raw(4, () => view.getFloat32(0, true)) ?? null;
    case TensorProto_DataType.DOUBLE:
      return doubleVal[0] ?? raw(8, () => view.getFloat64(0, true)) ?? null;
    case TensorProto_DataType.INT32:
      return intVal[0] ?? raw(4, () => view.getInt32(0, true)) ?? null;
    case TensorProto_DataType.INT64: {
      const whole = int64Val[0] ?? raw(8, () => view.getBigInt64(0, true));
      return whole === undefined ? null : Number(whole);
    }
    default:
      return null;
  }
}
