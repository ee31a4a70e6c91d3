import { describe, expect, test } from 'vitest';
import { crc32c } from '../../../src/engine/import-curves/crc32c.ts';
import { records } from '../../../src/engine/import-curves/tfrecord.ts';
import { eventFile, readAll, record, scalars } from './make.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));

/** Made by hand from the specifications: "brain.Event:2", then loss = 0.5 at step 3, both at 1.7e9 s; check sums bit by bit. */
const golden = bytes(`
  18 00 00 00 00 00 00 00  a3 7f 4b 22
  09 00 00 00 40 fc 54 d9 41  1a 0d 62 72 61 69 6e 2e 45 76 65 6e 74 3a 32
  ec ed 8f 9d
  1a 00 00 00 00 00 00 00  12 9b d8 2d
  09 00 00 00 40 fc 54 d9 41  10 03  2a 0d 0a 0b 0a 04 6c 6f 73 73 15 00 00 00 3f
  35 f1 32 ef`);

test('CRC-32C gives the values of RFC 3720', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
});

test('a file made by hand is read', async () => {
  expect(await readAll(golden, 'events.out.tfevents.1')).toEqual({
    format: 'tensorboard',
    runs: [{ run: null, series: [{ name: 'loss', steps: [3], values: [0.5], times: [1.7e9] }] }],
    notes: [],
  });
});

test('records are the same in whatever pieces they come', async () => {
  async function* pieces(size: number) {
    for (let at = 0; at < golden.length; at += size) yield golden.subarray(at, at + size);
  }
  for (const size of [1, 5, 13, 40, 1000]) {
    const lengths: number[] = [];
    for await (const one of records(pieces(size), () => lengths.push(-1))) lengths.push(one.length);
    expect(lengths).toEqual([24, 26]);
  }
});

describe('scalars', () => {
  const tensor = (value: object) => ({
    ...{ wallTime: 5, step: 7n },
    summary: { value: [{ tag: 'x', value: { case: 'tensor' as const, value } }] },
  });
  const content = (write: (view: DataView) => void, size: number) => {
    const data = new Uint8Array(size);
    write(new DataView(data.buffer));
    return data;
  };

  test.each([
    ['float_val', { dtype: 1, floatVal: [0.25] }],
    ['content of a float', { dtype: 1, tensorContent: content((view) => view.setFloat32(0, 0.25, true), 4) }],
    ['double_val', { dtype: 2, doubleVal: [0.25] }],
    ['content of a double', { dtype: 2, tensorContent: content((view) => view.setFloat64(0, 0.25, true), 8) }],
    ['of two dimensions', { dtype: 2, doubleVal: [0.25], tensorShape: { dim: [{ size: 1n }, { size: 1n }] } }],
  ])('as a tensor of one number: %s', async (_, value) => {
    const { runs } = await readAll(eventFile([tensor(value)]));
    expect(runs[0]!.series).toEqual([{ name: 'x', steps: [7], values: [0.25], times: [5] }]);
  });

  test('whole numbers too', async () => {
    const data = content((view) => view.setBigInt64(0, 12n, true), 8);
    const { runs } = await readAll(eventFile([tensor({ dtype: 9, tensorContent: data })]));
    expect(runs[0]!.series[0]!.values).toEqual([12]);
  });

  test('a tensor of more than one number, or of text, is none', async () => {
    const two = tensor({ dtype: 1, floatVal: [1, 2], tensorShape: { dim: [{ size: 2n }] } });
    await expect(readAll(eventFile([two, tensor({ dtype: 7 })]))).rejects.toThrow(/holds no scalars/);
  });

  test('of a run that was resumed from an earlier step are those of the second time', async () => {
    const file = eventFile([scalars(1, { a: 4 }), scalars(2, { a: 3 }), scalars(3, { a: 9 }), scalars(2, { a: 2 })]);
    const { runs } = await readAll(file);
    expect(runs[0]!.series[0]).toMatchObject({ steps: [1, 2], values: [4, 2] });
  });

  test('that are no numbers, or at no step, are counted', async () => {
    const file = eventFile([scalars(1, { a: NaN, b: 1 }), { ...scalars(0, { a: 1 }), step: -1n }]);
    const { runs, notes } = await readAll(file);
    expect(runs[0]!.series.map(({ name }) => name)).toEqual(['b']);
    expect(notes).toEqual([expect.stringMatching(/^2 values were passed over/)]);
  });
});

describe('a file that is not whole', () => {
  test('which ends in the middle of a record is read up to there, and says so', async () => {
    const { runs, notes } = await readAll(new Uint8Array([...golden, ...golden.slice(0, 30)]));
    expect(runs[0]!.series[0]!.values).toEqual([0.5]);
    expect(notes).toEqual([expect.stringMatching(/ends in the middle of a record/)]);
  });

  test('whose check sum is wrong is refused, with the place', async () => {
    const changed = golden.slice();
    changed[60]! ^= 1;
    await expect(readAll(changed)).rejects.toThrow(/check sum of the record at byte 40 is wrong/);
    await expect(readAll(new Uint8Array([0, ...golden]), 'events.out.tfevents.1')).rejects.toThrow(
      /named as an event file of TensorBoard, but does not begin as one/,
    );
  });

  test('whose records are something else is refused', async () => {
    await expect(readAll(record(new Uint8Array([0xff, 0xff])))).rejects.toThrow(/no event of TensorBoard/);
    await expect(readAll(eventFile([{ step: 1n }]))).rejects.toThrow(/holds no scalars/);
  });
});
