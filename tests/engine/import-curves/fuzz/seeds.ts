/** A good file of every kind of curves, by the name under which it is imported. */
import { TensorProto_DataType } from '../../../../src/engine/import-curves/event_pb.ts';
import { eventFile, scalars } from '../make.ts';

export function goodCurves(): Record<string, Uint8Array> {
  const steps = Array.from({ length: 12 }, (_, step) => step);
  const events = steps.map((step) => scalars(step, { 'train/loss': 3 - step / 10, 'eval/ppl': 20 - step }));
  const tensor = {
    dtype: TensorProto_DataType.FLOAT,
    tensorContent: new Uint8Array(4),
    tensorShape: { dim: [{ size: 1n }] },
  };
  const value = [{ tag: 'train/lr', value: { case: 'tensor' as const, value: tensor } }];
  const rows = (line: (step: number) => string) => steps.map((step) => `${line(step)}\n`).join('');
  const text = (table: string) => new TextEncoder().encode(table);
  return {
    'events.out.tfevents.1.host': new Uint8Array([
      ...eventFile(events),
      ...eventFile([{ wallTime: 1, step: 1n, summary: { value } }]),
    ]),
    'wide.csv': text(
      `step,train/loss,val_loss,lr\n${rows((step) => `${step},${3 - step / 10},${step % 3 === 0 ? 2 : ''},0.1`)}`,
    ),
    'mlflow.csv': text(
      `run_id,key,value,step,timestamp\n${rows((step) => `a,loss,${step + 1},${step},1700000000000`)}`,
    ),
  };
}
