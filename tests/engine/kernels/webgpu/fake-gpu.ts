/**
 * A WebGPU that computes nothing, for what real ones cannot be made to do: run out of memory, vanish at a given moment, have no adapter at
 * first. It has what the context uses of the interface, and notes what was submitted.
 */
export interface FakeOptions {
  /** Questions for an adapter that are answered with null before there is one. */
  readonly absent?: number;
  /** Label of the buffer that there is no memory for. */
  readonly noMemoryFor?: string;
  /** What the compiler says of every shader. */
  readonly shaderError?: string;
  /** Why no device is given. */
  readonly noDevice?: string;
  readonly limits?: Partial<Record<string, number>>;
  readonly info?: Partial<GPUAdapterInfo>;
}

const LIMITS: Readonly<Record<string, number>> = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupsPerDimension: 65535,
};

export class FakeGpu {
  /** Questions asked so far. */
  asked = 0;
  /** The device given last. */
  device: FakeDevice | null = null;
  readonly #options: FakeOptions;

  constructor(options: FakeOptions = {}) {
    this.#options = options;
    // What a browser has as globals, and Dawn brings.
    Object.assign(globalThis, {
      GPUBufferUsage: { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64, STORAGE: 128 },
      GPUMapMode: { READ: 1 },
      GPUShaderStage: { COMPUTE: 4 },
    });
  }

  get gpu(): GPU {
    return this as unknown as GPU;
  }

  async requestAdapter(): Promise<GPUAdapter | null> {
    const { absent = 0, info, limits, noDevice } = this.#options;
    if (this.asked++ < absent) return null;
    const adapter = {
      info: { vendor: 'acme', architecture: 'rocket', device: '', description: '', isFallbackAdapter: false, ...info },
      limits: { ...LIMITS, ...limits },
      features: new Set<string>(),
      requestDevice: async ({ requiredLimits }: GPUDeviceDescriptor) => {
        if (noDevice) throw new Error(noDevice);
        return (this.device = new FakeDevice(this.#options, { ...LIMITS, ...(requiredLimits as object) }));
      },
    };
    return adapter as unknown as GPUAdapter;
  }
}

export class FakeDevice extends EventTarget {
  readonly features = new Set<string>();
  readonly limits: Readonly<Record<string, number>>;
  readonly lost: Promise<{ reason: string; message: string }>;
  /** Labels of the buffers that were destroyed. */
  readonly destroyed: string[] = [];
  submits = 0;
  /** Workgroups of every dispatch. */
  readonly dispatches: (readonly number[])[] = [];
  lose: (message: string) => void = () => {};
  readonly #options: FakeOptions;
  readonly #scopes: (string | null)[] = [];

  constructor(options: FakeOptions, limits: Readonly<Record<string, number>>) {
    super();
    this.#options = options;
    this.limits = limits;
    this.lost = new Promise((resolve) => {
      this.lose = (message) => resolve({ reason: 'unknown', message });
    });
  }

  readonly queue = {
    writeBuffer: () => {},
    submit: () => void this.submits++,
  };

  createBuffer({ label = '', size }: GPUBufferDescriptor) {
    if (label === this.#options.noMemoryFor) this.#fail('out of memory');
    return {
      size,
      destroy: () => void this.destroyed.push(label),
      // Never answered, as on a device that is about to be lost.
      mapAsync: () => (label === 'readback' && this.answers ? Promise.resolve() : new Promise(() => {})),
      getMappedRange: (_: number, bytes: number) => new ArrayBuffer(bytes),
      unmap: () => {},
    };
  }

  /** Whether reads are answered. */
  answers = true;

  createShaderModule() {
    const { shaderError } = this.#options;
    if (shaderError) this.#fail('invalid shader');
    const messages = shaderError ? [{ type: 'error', message: shaderError, lineNum: 7 }] : [];
    return { getCompilationInfo: async () => ({ messages }) };
  }

  createBindGroupLayout = () => ({});
  createPipelineLayout = () => ({});
  createComputePipeline = () => ({});
  createBindGroup = () => ({});

  createCommandEncoder() {
    return {
      beginComputePass: () => ({
        setPipeline: () => {},
        setBindGroup: () => {},
        dispatchWorkgroups: (...workgroups: number[]) => void this.dispatches.push(workgroups),
        end: () => {},
      }),
      copyBufferToBuffer: () => {},
      finish: () => ({}),
    };
  }

  pushErrorScope(): void {
    this.#scopes.push(null);
  }

  async popErrorScope(): Promise<{ message: string } | null> {
    const message = this.#scopes.pop() ?? null;
    return message === null ? null : { message };
  }

  /** What a real device reports when it is used wrongly. */
  refuse(message: string): void {
    this.dispatchEvent(Object.assign(new Event('uncapturederror'), { error: { message } }));
  }

  destroy(): void {
    this.lose('Device was destroyed.');
  }

  #fail(message: string): void {
    if (this.#scopes.length > 0) this.#scopes[this.#scopes.length - 1] = message;
    else this.refuse(message);
  }
}
