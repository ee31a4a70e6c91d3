import { describe, expect, it } from 'vitest';
import { type DeviceLoader, Devices } from '../../../../src/engine/kernels/devices.ts';
import { nodeDevices } from '../../../../src/main/devices.ts';

/** This machine's devices, some of which cannot be used. */
function without(...names: readonly string[]): Devices {
  const missing = async () => ({ available: false, detail: 'not here' });
  return new Devices(
    nodeDevices().map((loader): DeviceLoader => (names.includes(loader.name) ? { ...loader, probe: missing } : loader)),
  );
}

describe('the choice between devices', () => {
  it('falls back to WebAssembly where there are no native kernels', async () => {
    const devices = without('native');
    const list = await devices.list();
    const processors = list.map(({ name }) => name).filter((name) => ['native', 'wasm', 'reference'].includes(name));
    expect(processors).toEqual(['native', 'wasm', 'reference']);
    expect(list.filter(({ preferred }) => preferred).map(({ name }) => name)).toEqual(['wasm']);
    const kernels = await devices.create('auto', { threads: 1 });
    expect(kernels.detail).toBe('WebAssembly SIMD, 1 thread');
    kernels.dispose();
  });

  it('never takes the reference by itself', async () => {
    const devices = without('native', 'wasm', 'webgpu', 'tensorflow');
    await expect(devices.create('auto', { threads: 1 })).rejects.toThrow(
      /^No fast device works here. Choose one by its name. native: not here; wasm: not here; .*reference: TypeScript, float64/,
    );
    const kernels = await devices.create('reference', { threads: 1 });
    expect(kernels.name).toBe('reference');
    kernels.dispose();
  });
});
