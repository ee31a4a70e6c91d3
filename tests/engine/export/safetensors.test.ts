import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSafetensors, SafetensorsError, writeSafetensors } from '../../../src/engine/export/safetensors.ts';

const file = () =>
  writeSafetensors({
    tensors: new Map([
      ['w', { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, -0, 6) }],
      ['ids', { shape: [2], data: Int32Array.of(-1, 7) }],
      ['d', { shape: [], data: Float64Array.of(Math.PI) }],
    ]),
    metadata: { format: 'pt', note: 'ψ “quoted”' },
  });

describe('safetensors', () => {
  it('has the layout of the specification', () => {
    const bytes = writeSafetensors({
      tensors: new Map([['t', { shape: [1], data: Float32Array.of(1) }]]),
      metadata: {},
    });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as unknown;
    expect(header).toEqual({ __metadata__: {}, t: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0x80, 0x3f]); // 1.0 as little-endian float32
  });

  it('reads back what it wrote', () => {
    const { tensors, metadata } = readSafetensors(file());
    expect(metadata).toEqual({ format: 'pt', note: 'ψ “quoted”' });
    expect([...tensors.keys()]).toEqual(['w', 'ids', 'd']);
    expect(tensors.get('w')).toEqual({ shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, -0, 6) });
    expect(tensors.get('ids')!.data).toEqual(Int32Array.of(-1, 7));
    expect(tensors.get('d')!.data).toEqual(Float64Array.of(Math.PI));
  });

  it('refuses every truncation with a sentence', () => {
    const whole = file();
    for (let length = 0; length < whole.length; length++) {
      expect(() => readSafetensors(whole.slice(0, length)), `${length} bytes`).toThrow(SafetensorsError);
    }
  });

  it('never fails in another way on damaged bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(file().length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        (edits) => {
          const bytes = file();
          for (const [at, value] of edits) bytes[at] = value;
          try {
            for (const { shape, data } of readSafetensors(bytes).tensors.values()) {
              expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
            }
          } catch (error) {
            expect(error).toBeInstanceOf(SafetensorsError);
          }
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
  });
});
