/** Devices of a made-up machine, whose speed tests take two seconds and find what is written here. */
import type { AppInfo, Device, SpeedTestEvent } from '../../../src/api/types.ts';

const processor = { adapter: 'AMD Ryzen 9 7950X 16-Core Processor', memoryBytes: 66_000_000_000 } as const;

/** Seconds of a training step. */
const speeds: Readonly<Record<string, { small: number | null; large: number | null }>> = {
  native: { small: 0.0041, large: 0.0286 },
  webgpu: { small: 0.0062, large: 0.0093 },
  wasm: { small: 0.0312, large: 0.288 },
  reference: { small: 1.92, large: null },
};

export class FakeDevices {
  #devices: readonly Device[];

  /** @param measured some were measured before */
  constructor(measured: boolean) {
    const measuredAt = Date.UTC(2026, 10, 3, 9, 30);
    const of = (
      name: string,
      rest: Omit<Device, 'name' | 'speed' | 'preferred' | 'available'>,
      available = true,
    ): Device => ({
      ...{ name, available, preferred: name === 'native' || (measured && name === 'webgpu') },
      ...rest,
      speed: measured && available && name in speeds && name !== 'reference' ? { measuredAt, ...speeds[name]! } : null,
    });
    this.#devices = [
      of('native', { ...processor, detail: 'AVX-512, 16 threads', precision: 'float32', automatic: 'always' }),
      of('webgpu', {
        adapter: 'NVIDIA GeForce RTX 4080 SUPER, Vulkan, driver 570.124.06',
        memoryBytes: 17_100_000_000,
        ...{ detail: 'WebGPU with subgroups', precision: 'float32', automatic: 'measured' },
      }),
      of(
        'tensorflow',
        {
          ...{ adapter: null, memoryBytes: null, precision: 'float32', automatic: 'measured' },
          detail:
            'TensorFlow.js for Node is not installed. "npm run add:tensorflow" installs it; for CUDA it needs CUDA 11.2 and cuDNN 8.1 on Linux or Windows.',
        },
        false,
      ),
      of('wasm', { ...processor, detail: 'WebAssembly SIMD, 16 threads', precision: 'float32', automatic: 'always' }),
      of('reference', {
        ...processor,
        ...{ detail: 'TypeScript, float64: slow; for checking the others and for very small models' },
        ...{ precision: 'float64', automatic: 'never' },
      }),
    ];
  }

  get info(): Pick<AppInfo, 'devices' | 'auto'> {
    const isMeasured = this.#devices.some(({ speed }) => speed !== null);
    const auto = isMeasured
      ? 'native for small networks (4.1 ms a step against 6.2 ms on webgpu), webgpu for large networks (9.3 ms a step against 29 ms on native).'
      : 'native: speed tests would tell whether webgpu is faster.';
    return { devices: [...this.#devices], auto };
  }

  async *measure(name: string, signal: AbortSignal | undefined, done: () => void): AsyncGenerator<SpeedTestEvent> {
    for (let tenth = 0; tenth <= 10; tenth++) {
      yield { type: 'progress', done: tenth / 2, total: 5 };
      await new Promise((resolve) => setTimeout(resolve, 200));
      if (signal?.aborted) return;
    }
    const measured = (device: Device): Device =>
      device.name === name
        ? { ...device, speed: { measuredAt: Date.now(), ...(speeds[name] ?? { small: null, large: null }) } }
        : device;
    this.#devices = this.#devices.map(measured);
    done();
    yield { type: 'done', device: this.#devices.find((device) => device.name === name)! };
  }
}
