import { DeviceError, DeviceLostError } from '../devices.ts';
import type { HostArray, Tensor } from '../kernels.ts';
import { GpuError, lostError, megabytes, SMALLER } from './errors.ts';
import { assemble, type GpuKernel, type Param } from './kernel.ts';
import { Stopwatch } from './stopwatch.ts';
import { deviceTensor, DeviceTensor, elementCount, type GpuMemory, type GpuTensor, paddedBytes } from './tensor.ts';

export { defineKernel, f32, type GpuKernel, type Param } from './kernel.ts';
export { floats, ints, type GpuTensor } from './tensor.ts';

/** Parameters of one dispatch: a slot of the uniform buffer. 256 is the largest offset alignment there is. */
const SLOT_BYTES = 256;
const SLOT_WORDS = SLOT_BYTES / 4;
/** Dispatches between submits. Drivers reset a GPU that works on one submission for seconds. */
const SLOTS = 1024;
/** Values that wait for the next submit, in 32-bit words; larger writes go at once. */
const STAGED_WORDS = 256 * 1024;

/** Limits that are raised to the adapter's. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const;

const FEATURES = ['subgroups', 'shader-f16', 'timestamp-query'] as const;

interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Its part of the bind groups' keys. */
  readonly id: number;
}

/** A staging buffer to read through, free for the next read when its numbers were taken. */
interface Readback {
  readonly buffer: GPUBuffer;
  busy: boolean;
}

/**
 * A GPU device and what is enqueued on it. Dispatches, copies and writes are collected in one command encoder, in order, and submitted
 * when something is read, or when the parameter buffer is full. Pipelines and bind groups are made once; a training step makes none.
 */
export class GpuContext {
  readonly device: GPUDevice;
  readonly limits: GPUSupportedLimits;
  /** The adapter, for people: "nvidia ampere". */
  readonly adapter: string;
  readonly subgroups: boolean;
  readonly f16: boolean;
  /** Bound where a shader's optional input is absent. All zeros; never written. */
  readonly nothing: GpuTensor;

  readonly #pipelines = new Map<GpuKernel, Map<string, Pipeline>>();
  #pipelineCount = 0;
  readonly #bindGroups = new Map<string, GPUBindGroup>();
  readonly #scratch = new Map<string, DeviceTensor>();
  readonly #readbacks: Readback[] = [];
  /** Checks of allocations and shaders that the GPU process has not answered yet. */
  readonly #checks = new Set<Promise<void>>();

  readonly #uniforms: GPUBuffer;
  readonly #slots = new ArrayBuffer(SLOTS * SLOT_BYTES);
  readonly #slotWords = new Uint32Array(this.#slots);
  readonly #slotFloats = new Float32Array(this.#slots);
  #slot = 0;
  readonly #stagingBuffer: GPUBuffer;
  readonly #staged = new Uint32Array(STAGED_WORDS);
  #stagedWords = 0;

  #stopwatch: Stopwatch | null = null;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #memories = 0;
  #failure: GpuError | DeviceLostError | null = null;
  #disposed = false;
  readonly #lost: Promise<never>;

  constructor(device: GPUDevice, adapter: string) {
    this.device = device;
    this.adapter = adapter;
    this.limits = device.limits;
    this.subgroups = device.features.has('subgroups');
    this.f16 = device.features.has('shader-f16');
    this.#uniforms = device.createBuffer({
      label: 'parameters',
      size: this.#slots.byteLength,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    this.#stagingBuffer = device.createBuffer({
      label: 'staged writes',
      size: this.#staged.byteLength,
      usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    this.#lost = device.lost.then((info) => {
      if (!this.#disposed) this.#failure = lostError(info);
      throw this.#failure ?? lostError(info);
    });
    // Nobody may be reading when it happens.
    this.#lost.catch(() => undefined);
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault(); // it is told as an error, not on the console
      const error = errorOf((event as GPUUncapturedErrorEvent).error, 'The GPU refused a command');
      // What was refused may follow from something that a check is about to tell better.
      this.#hold(this.#settled().then(() => this.#fail(error)));
    });
    this.nothing = this.alloc('nothing', [64], 'float');
  }

  /**
   * A device of an adapter, with the limits and features of that adapter that the kernels use.
   * @throws DeviceError when the adapter gives none
   */
  static async create(adapter: GPUAdapter): Promise<GpuContext> {
    let device: GPUDevice;
    try {
      device = await adapter.requestDevice({
        label: 'unroll',
        requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
        requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
      });
    } catch (error) {
      const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
      throw new DeviceError(`The graphics adapter ${adapterName(adapter.info)} gives no device: ${why}`);
    }
    return new GpuContext(device, adapterName(adapter.info));
  }

  /** Zeros. @throws GpuError when no buffer of this device can be that large */
  alloc(label: string, shape: readonly number[], dtype: 'float' | 'int'): DeviceTensor {
    this.#check();
    const size = paddedBytes(elementCount(label, shape));
    const largest = Math.min(this.limits.maxBufferSize, this.limits.maxStorageBufferBindingSize);
    if (size > largest) {
      throw new GpuError(
        'limit',
        `"${label}" [${shape.join(', ')}] needs ${megabytes(size)}, but this GPU's largest buffer is ${megabytes(largest)}. ${SMALLER}`,
      );
    }
    this.device.pushErrorScope('out-of-memory');
    const buffer = this.device.createBuffer({
      label,
      size,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    this.#later(this.device.popErrorScope(), () => {
      const needs = `The GPU has no memory left for "${label}", which needs ${megabytes(size)}.`;
      return new GpuError('out-of-memory', `${needs} ${SMALLER}`);
    });
    const memory: GpuMemory = { buffer, id: this.#memories++, bindGroups: new Set(), freed: false };
    return new DeviceTensor(label, shape, dtype, memory, { byteOffset: 0, owner: true });
  }

  /** Ends a tensor's memory; of a view, nothing. */
  free(tensor: DeviceTensor): void {
    const { memory } = tensor;
    if (!tensor.owner || memory.freed) return;
    this.flush(); // what was enqueued may still use it
    memory.freed = true;
    memory.buffer.destroy();
    for (const key of memory.bindGroups) this.#bindGroups.delete(key);
  }

  /**
   * Memory that lasts until the next call with the same label, at least `bytes` large. Its contents are whatever was there. It grows when
   * a larger model is planned, never inside a repeated step.
   */
  scratch(label: string, bytes: number): GpuTensor {
    const found = this.#scratch.get(label);
    if (found && found.byteLength >= bytes) return found;
    if (found) this.free(found);
    const made = this.alloc(label, [Math.max(64, Math.ceil(bytes / 4))], 'float');
    this.#scratch.set(label, made);
    return made;
  }

  /**
   * Enqueues one dispatch.
   * @param variant which of the kernel's sources; undefined where it has one
   * @param tensors in the order of the kernel's bindings. They must not overlap unless all are only read; parts of one buffer that do not
   *   overlap may be read and written
   * @param workgroups a single number beyond the device's limit is folded into y: see linear_workgroup in kernel.ts
   */
  run(
    kernel: GpuKernel,
    variant: string | undefined,
    tensors: readonly GpuTensor[],
    params: readonly Param[],
    workgroups: readonly [number, number?, number?],
  ): void {
    this.#check();
    if (params.length !== kernel.params.length || tensors.length !== kernel.bindings.length) {
      throw new RangeError(
        `${kernel.name}: ${tensors.length} tensors and ${params.length} parameters, ` +
          `expected ${kernel.bindings.length} and ${kernel.params.length}`,
      );
    }
    const [x, y, z] = this.#fold(workgroups);
    if (x * y * z === 0) return;
    if (this.#slot === SLOTS) this.flush();
    const bound = tensors.map(deviceTensor);
    const pipeline = this.#pipeline(kernel, variant ?? '', promotions(kernel, bound));
    const bindGroup = this.#bindGroup(kernel, pipeline, bound);
    const offset = this.#writeParams(params);
    const pass = this.#stopwatch
      ? this.#timedPass(this.#stopwatch)
      : (this.#pass ??= this.#commands().beginComputePass());
    pass.setPipeline(pipeline.pipeline);
    pass.setBindGroup(0, bindGroup, [offset]);
    pass.dispatchWorkgroups(x, y, z);
  }

  /** Copies host numbers into a tensor from element `offset`, in order with what was enqueued before. */
  write(target: DeviceTensor, values: HostArray | readonly number[], offset: number): void {
    this.#check();
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + values.length > target.size) {
      throw new RangeError(
        `writing ${values.length} elements at ${offset} does not fit tensor "${target.label}" of ${target.size}`,
      );
    }
    if (values.length === 0) return;
    const data = target.dtype === 'int' ? Int32Array.from(values) : Float32Array.from(values);
    const at = target.byteOffset + offset * 4;
    if (data.length > STAGED_WORDS) {
      this.flush();
      this.device.queue.writeBuffer(target.buffer, at, data);
      return;
    }
    if (this.#stagedWords + data.length > STAGED_WORDS) this.flush();
    this.#staged.set(new Uint32Array(data.buffer), this.#stagedWords);
    const encoder = this.#commandsBetweenPasses();
    encoder.copyBufferToBuffer(this.#stagingBuffer, this.#stagedWords * 4, target.buffer, at, data.byteLength);
    this.#stagedWords += data.length;
  }

  /**
   * The first `count` elements, after everything enqueued so far. Several reads may be under way, and work may be enqueued meanwhile.
   * @throws DeviceLostError, or GpuError when the device refused something, now or before the numbers arrive
   */
  async read(tensor: Tensor, count: number): Promise<Float32Array | Int32Array> {
    this.#check();
    const source = deviceTensor(tensor);
    if (count > source.size) {
      throw new RangeError(`reading ${count} elements of tensor "${source.label}", which has ${source.size}`);
    }
    if (count === 0) return source.dtype === 'int' ? new Int32Array(0) : new Float32Array(0);
    const bytes = count * 4;
    const readback = this.#readback(bytes);
    this.#commandsBetweenPasses().copyBufferToBuffer(source.buffer, source.byteOffset, readback.buffer, 0, bytes);
    await Promise.resolve(); // reads that are asked for together are submitted together
    this.flush();
    const mapped = readback.buffer.mapAsync(GPUMapMode.READ, 0, bytes);
    // A device that is lost may leave the mapping unanswered, or refuse it before it says why.
    mapped.catch(() => undefined);
    try {
      await Promise.race([mapped, this.#lost]);
    } catch (error) {
      if (error instanceof DeviceLostError) throw error;
      await Promise.race([this.#lost, nextTurn()]);
      throw this.#failure ?? errorOf(error, `Reading "${source.label}" failed`);
    }
    await this.#settled();
    const copy = readback.buffer.getMappedRange(0, bytes).slice(0);
    readback.buffer.unmap();
    readback.busy = false;
    this.#check();
    return source.dtype === 'int' ? new Int32Array(copy) : new Float32Array(copy);
  }

  /** Times every dispatch from now on. null: the adapter has no clock for that. */
  timeDispatches(): Stopwatch | null {
    if (!this.device.features.has('timestamp-query')) return null;
    this.flush();
    return (this.#stopwatch ??= new Stopwatch(this.device, SLOTS));
  }

  /** Submits what was enqueued. */
  flush(): void {
    if (!this.#encoder) return;
    this.#pass?.end();
    const { queue } = this.device;
    if (this.#slot > 0) queue.writeBuffer(this.#uniforms, 0, this.#slots, 0, this.#slot * SLOT_BYTES);
    if (this.#stagedWords > 0) queue.writeBuffer(this.#stagingBuffer, 0, this.#staged, 0, this.#stagedWords);
    const collected = this.#stopwatch?.collect(this.#encoder);
    queue.submit([this.#encoder.finish()]);
    collected?.();
    this.#encoder = null;
    this.#pass = null;
    this.#slot = 0;
    this.#stagedWords = 0;
  }

  /** Ends the device and all its memory. */
  dispose(): void {
    this.#disposed = true;
    this.#failure ??= new DeviceLostError('This GPU device was disposed of.');
    this.device.destroy();
  }

  #timedPass(stopwatch: Stopwatch): GPUComputePassEncoder {
    const encoder = this.#commandsBetweenPasses();
    return (this.#pass = encoder.beginComputePass({ timestampWrites: stopwatch.next() }));
  }

  #commands(): GPUCommandEncoder {
    return (this.#encoder ??= this.device.createCommandEncoder());
  }

  #commandsBetweenPasses(): GPUCommandEncoder {
    this.#pass?.end();
    this.#pass = null;
    return this.#commands();
  }

  #fold([x, y, z = 1]: readonly [number, number?, number?]): [number, number, number] {
    const most = this.limits.maxComputeWorkgroupsPerDimension;
    if (y === undefined && x > most) {
      const rows = Math.ceil(x / most);
      return [Math.ceil(x / rows), rows, z];
    }
    return [x, y ?? 1, z];
  }

  #writeParams(params: readonly Param[]): number {
    const start = this.#slot * SLOT_WORDS;
    for (const [i, param] of params.entries()) {
      if (typeof param === 'number') this.#slotWords[start + i] = param;
      else this.#slotFloats[start + i] = param.f32;
    }
    return this.#slot++ * SLOT_BYTES;
  }

  #pipeline(kernel: GpuKernel, variant: string, promoted: readonly number[]): Pipeline {
    let variants = this.#pipelines.get(kernel);
    if (!variants) this.#pipelines.set(kernel, (variants = new Map()));
    const key = promoted.length > 0 ? `${variant}/${promoted.join()}` : variant;
    const found = variants.get(key);
    if (found) return found;
    const { device } = this;
    const label = variant ? `${kernel.name} (${variant})` : kernel.name;
    device.pushErrorScope('validation');
    const layout = device.createBindGroupLayout({
      label,
      entries: [
        {
          binding: 0,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: SLOT_BYTES },
        },
        ...kernel.bindings.map((access, i) => ({
          binding: i + 1,
          visibility: GPUShaderStage.COMPUTE,
          buffer: {
            type:
              access === 'read' && !promoted.includes(i + 1) ? ('read-only-storage' as const) : ('storage' as const),
          },
        })),
      ],
    });
    const module = device.createShaderModule({ label, code: assemble(kernel, variant, promoted) });
    const pipeline = device.createComputePipeline({
      label,
      layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main' },
    });
    this.#later(device.popErrorScope(), async (error) => {
      const { messages } = await module.getCompilationInfo();
      const first = messages.find(({ type }) => type === 'error');
      const why = first ? `${first.message} (line ${first.lineNum})` : error.message.split('\n')[0];
      return new GpuError(
        'shader',
        `The GPU's driver did not accept the shader "${label}": ${why}. A newer driver may; the device "native" works without.`,
      );
    });
    const made = { pipeline, layout, id: this.#pipelineCount++ };
    variants.set(key, made);
    return made;
  }

  #bindGroup(kernel: GpuKernel, { layout, id }: Pipeline, tensors: readonly DeviceTensor[]): GPUBindGroup {
    let key = String(id);
    for (const tensor of tensors) key += `,${tensor.key}`;
    const found = this.#bindGroups.get(key);
    if (found) return found;
    const made = this.device.createBindGroup({
      label: kernel.name,
      layout,
      entries: [
        { binding: 0, resource: { buffer: this.#uniforms, size: SLOT_BYTES } },
        ...tensors.map(({ buffer, byteOffset, byteLength }, i) => ({
          binding: i + 1,
          resource: { buffer, offset: byteOffset, size: byteLength },
        })),
      ],
    });
    this.#bindGroups.set(key, made);
    for (const { memory } of tensors) memory.bindGroups.add(key);
    return made;
  }

  #readback(bytes: number): Readback {
    const size = 2 ** Math.ceil(Math.log2(Math.max(256, bytes)));
    let found = this.#readbacks.find(({ buffer, busy }) => !busy && buffer.size === size);
    if (!found) {
      const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
      found = { buffer: this.device.createBuffer({ label: 'readback', size, usage }), busy: false };
      this.#readbacks.push(found);
    }
    found.busy = true;
    return found;
  }

  /** Notes the outcome of an error scope when it arrives. */
  #later(scope: Promise<GPUError | null>, describe: (error: GPUError) => GpuError | Promise<GpuError>): void {
    const check = scope.then(
      async (error) => {
        if (error) this.#fail(await describe(error));
      },
      () => undefined, // the device was lost, which #lost says
    );
    this.#hold(check);
  }

  #hold(check: Promise<void>): void {
    this.#checks.add(check);
    void check.finally(() => this.#checks.delete(check));
  }

  async #settled(): Promise<void> {
    await Promise.all(this.#checks);
  }

  #fail(error: GpuError | DeviceLostError): void {
    this.#failure ??= error;
  }

  /** @throws GpuError if something has gone wrong since the device was made */
  #check(): void {
    if (this.#failure) throw this.#failure;
  }
}

/** Bindings (from 1) that are only read but share their buffer with one that is written. */
function promotions(kernel: GpuKernel, tensors: readonly DeviceTensor[]): number[] {
  const promoted: number[] = [];
  for (const [i, access] of kernel.bindings.entries()) {
    if (access !== 'read') continue;
    const { memory } = tensors[i]!;
    if (tensors.some((other, j) => other.memory === memory && kernel.bindings[j] !== 'read')) promoted.push(i + 1);
  }
  return promoted;
}

function errorOf(error: unknown, what: string): GpuError {
  const message = error instanceof Error || (error as GPUError)?.message ? (error as Error).message : String(error);
  return new GpuError('refused', `${what}: ${message.split('\n')[0]}`);
}

/** An adapter for people: as much of its name as it tells, and its driver. */
export function adapterName({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  const model = /^(0x|$)/.test(device) ? [vendor, architecture].filter(Boolean).join(' ') : device.replace(/-+$/, '');
  const known = [model, description].filter(Boolean);
  return known.length > 0 ? known.join(', ') : 'unnamed adapter';
}

/** Lets promises that are already settled be heard. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
