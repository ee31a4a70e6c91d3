import { describe, expect, test } from 'vitest';
import type { Device } from '../../../src/api/types.ts';
import { chooseDevice, describeChoices, ms } from '../../../src/main/services/device-choice.ts';

type Candidate = Parameters<typeof chooseDevice>[0][number];
const measuredAt = Date.UTC(2026, 10, 3, 12);

const device = (name: string, automatic: Device['automatic'], speed: [number | null, number | null] | null = null) =>
  ({
    ...{ name, automatic, available: true },
    speed: speed && { measuredAt, small: speed[0], large: speed[1] },
  }) satisfies Candidate;

describe('auto', () => {
  test('takes the first that needs no measurement where nothing was measured, and says what speed tests would tell', () => {
    const devices = [device('native', 'always'), device('webgpu', 'measured'), device('wasm', 'always')];
    expect(chooseDevice(devices, 'small')).toEqual({
      device: 'native',
      times: null,
      why: 'speed tests would tell whether webgpu is faster',
    });
  });

  test('takes the faster of those that were measured, for small and large networks apart', () => {
    const devices = [device('native', 'always', [0.0052, 0.0801]), device('webgpu', 'measured', [0.038, 0.0123])];
    const [small, large] = [chooseDevice(devices, 'small'), chooseDevice(devices, 'large')];
    expect(small).toEqual({
      device: 'native',
      times: '5.2 ms a step against 38 ms on webgpu',
      why: '5.2 ms a step against 38 ms on webgpu for a small network, measured on 3 Nov 2026',
    });
    expect(large).toMatchObject({ device: 'webgpu', times: '12 ms a step against 80 ms on native' });
    expect(describeChoices(small, large)).toBe(
      'native for small networks (5.2 ms a step against 38 ms on webgpu), webgpu for large networks (12 ms a step against 80 ms on native).',
    );
  });

  test('says it once where one device is the faster for both', () => {
    const devices = [device('native', 'always', [0.0052, 0.0801]), device('wasm', 'always', [0.038, 0.5])];
    expect(describeChoices(chooseDevice(devices, 'small'), chooseDevice(devices, 'large'))).toBe(
      'native: 5.2 ms a step against 38 ms on wasm for small networks, 80 ms a step against 500 ms on wasm for large ones.',
    );
  });

  test('believes no GPU before it was compared with the processor', () => {
    const devices = [device('native', 'always'), device('webgpu', 'measured', [0.001, 0.001])];
    expect(chooseDevice(devices, 'large').device).toBe('native');
  });

  test('never takes what may not be chosen or cannot be used, however fast it was', () => {
    const usual = device('wasm', 'always', [0.1, 1]);
    const fast = device('webgpu', 'measured', [0.001, 0.01]);
    const software = device('webgpu', 'never', [0.001, 0.01]);
    expect(chooseDevice([{ ...fast, available: false }, usual], 'small').device).toBe('wasm');
    expect(chooseDevice([software, usual], 'small').device).toBe('wasm');
    expect(chooseDevice([software], 'small').device).toBeNull();
  });

  test('takes one that was timed before one that took too long', () => {
    const devices = [device('wasm', 'always', [0.2, null]), device('webgpu', 'measured', [0.3, 0.9])];
    expect(chooseDevice(devices, 'large')).toMatchObject({
      device: 'webgpu',
      times: '900 ms a step against too long to be timed on wasm',
    });
    expect(chooseDevice([device('wasm', 'always', [0.2, null])], 'large')).toMatchObject({
      device: 'wasm',
      times: null,
    });
  });
});

test('times have two digits, and no more than whole milliseconds', () => {
  expect([0.00523, 0.0385, 0.1564, 1.9244].map(ms)).toEqual(['5.2 ms', '39 ms', '156 ms', '1,924 ms']);
});
