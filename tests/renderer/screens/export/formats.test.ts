import { describe, expect, test } from 'vitest';
import { exportFormats } from '../../../../src/api/export.ts';
import type { Run } from '../../../../src/api/types.ts';
import { m } from '../../../../src/renderer/lib/messages.ts';
import { estimatedBytes, exportable, firstExportable } from '../../../../src/renderer/screens/export/formats.ts';

const run = (fields: Partial<Run>) =>
  ({
    step: 10,
    checkpointStep: 10,
    parameters: 1000,
    config: { training: { optimizer: { kind: 'adam' } } },
    ...fields,
  }) as Run;
const fresh = run({ step: 0, checkpointStep: null, parameters: null });
const begun = run({ checkpointStep: null });
const trained = run({});

describe('what can be exported', () => {
  test('a model from the first checkpoint on, curves from the first step on', () => {
    const runs = [fresh, begun, trained];
    expect(exportable(runs, 'safetensors')).toEqual([trained]);
    expect(exportable(runs, 'metrics-csv')).toEqual([begun, trained]);
  });

  test('the format chosen before, if it can be; else the first that can; else none', () => {
    expect(firstExportable([trained], 'metrics-json')).toBe('metrics-json');
    expect(firstExportable([begun], 'safetensors')).toBe('metrics-csv');
    expect(firstExportable([fresh], 'safetensors')).toBeNull();
  });

  test('every format has its texts and a size', () => {
    for (const format of exportFormats) {
      expect(m.exporting.of[format].purpose).not.toBe('');
      expect(estimatedBytes([trained, trained], format)).toBe(2 * estimatedBytes([trained], format));
      expect(estimatedBytes([trained], format)).toBeGreaterThan(0);
      expect(estimatedBytes([fresh], format)).toBeLessThan(estimatedBytes([trained], format));
    }
    // Parameters, and in the checkpoint parameters and Adam's two moments.
    expect(estimatedBytes([trained], 'safetensors')).toBe(16_000);
  });
});
