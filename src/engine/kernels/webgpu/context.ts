import { DeviceError, DeviceLostError } from '../devices.ts';
import type { HostArray, Tensor } from '../kernels.ts';
import type { Precision } from '../precision.ts';
import { GpuError, megabytes, SMALLER } from './errors.ts';
import { Faults } from './faults.ts';
import type { Features, GpuKernel, Param } from './kernel.ts';
import { Pipelines } from './pipelines.ts';
import { Readbacks } from './readbacks.ts';
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

/** Features that are used where the adapter has them: times of dispatches, and quicker sums over a workgroup. */
const FEATURES = ['timestamp-query', 'subgroups'] as const;

export interface ContextOptions {
  readonly precision?: Precision;
  /** Features not to use, for tests of what is done without them. */
  readonly without?: readonly (typeof FEATURES)[number][];
}

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

/**
 * A GPU device and what is enqueued on it. Dispatches, copies and writes are collected in one command encoder, in order, and submitted
 * when something is read, or when the parameter buffer is full. Pipelines and bind groups are made once; a training step makes none.
 */
export class GpuContext {
  readonly device: GPUDevice;
  readonly limits: GPUSupportedLimits;
  /** The adapter, for people: "nvidia ampere". */
  readonly adapter: string;
  /** What shaders are written for. */
  readonly has: Features;
  /** Weights are multiplied as f16 copies (half.ts). */
  readonly mixed: boolean;
  /** Bound where a shader's optional input is absent. All zeros; never written. */
  readonly nothing: GpuTensor;

  readonly #pipelines: Pipelines;
  readonly #scratch = new Map<string, DeviceTensor>();
  readonly #readbacks: Readbacks;
  readonly #faults: Faults;

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

  constructor(device: GPUDevice, adapter: string, precision: Precision = 'float32') {
    this.device = device;
    this.adapter = adapter;
    this.has = { subgroups: device.features.has('subgroups') };
    this.mixed = precision === 'mixed';
    this.limits = device.limits;
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
    this.#faults = new Faults(device);
    this.#readbacks = new Readbacks(device);
    this.#pipelines = new Pipelines(device, this.has, this.#uniforms, SLOT_BYTES, this.#faults);
    this.nothing = this.alloc('nothing', [64], 'float');
  }

  /**
   * A device of an adapter, with the limits and features of that adapter that the kernels use.
   * @throws DeviceError when the adapter gives none
   */
  static async create(adapter: GPUAdapter, { precision, without = [] }: ContextOptions = {}): Promise<GpuContext> {
    let device: GPUDevice;
    try {
      device = await adapter.requestDevice({
        label: 'unroll',
        requiredFeatures: FEATURES.filter((name) => adapter.features.has(name) && !without.includes(name)),
        requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
      });
    } catch (error) {
      const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
      throw new DeviceError(`The graphics adapter ${adapterName(adapter.info)} gives no device: ${why}`);
    }
    return new GpuContext(device, adapterName(adapter.info), precision);
  }

  /** Zeros. @throws GpuError when no buffer of this device can be that large */
  alloc(label: string, shape: readonly number[], dtype: 'float' | 'int'): DeviceTensor {
    this.#faults.check();
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
    this.#faults.expect(this.device.popErrorScope(), () => {
      const needs = `The GPU has no memory left for "${label}", which needs ${megabytes(size)}.`;
      return new GpuError('out-of-memory', `${needs} ${SMALLER}`);
    });
    const integers = dtype === 'int' ? new Int32Array(size / 4) : null;
    const memory: GpuMemory = { buffer, id: this.#memories++, bindGroups: new Set(), integers, freed: false };
    return new DeviceTensor(label, shape, dtype, memory, { byteOffset: 0, owner: true });
  }

  /** Ends a tensor's memory; of a view, nothing. */
  free(tensor: DeviceTensor): void {
    const { memory } = tensor;
    if (!tensor.owner || memory.freed) return;
    this.flush(); // what was enqueued may still use it
    memory.freed = true;
    memory.buffer.destroy();
    this.#pipelines.forget(memory);
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
    this.#faults.check();
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
    const { pipeline, bindGroup } = this.#pipelines.bind(kernel, variant ?? '', bound);
    const offset = this.#writeParams(params);
    const pass = this.#stopwatch
      ? this.#timedPass(this.#stopwatch)
      : (this.#pass ??= this.#commands().beginComputePass());
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup, [offset]);
    pass.dispatchWorkgroups(x, y, z);
  }

  /** Copies host numbers into a tensor from element `offset`, in order with what was enqueued before. */
  write(target: DeviceTensor, values: HostArray | readonly number[], offset: number): void {
    this.#faults.check();
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + values.length > target.size) {
      throw new RangeError(
        `writing ${values.length} elements at ${offset} does not fit tensor "${target.label}" of ${target.size}`,
      );
    }
    if (values.length === 0) return;
    const data = target.dtype === 'int' ? Int32Array.from(values) : Float32Array.from(values);
    const at = target.byteOffset + offset * 4;
    target.memory.integers?.set(data, at / 4);
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
    this.#faults.check();
    const source = deviceTensor(tensor);
    if (count > source.size) {
      throw new RangeError(`reading ${count} elements of tensor "${source.label}", which has ${source.size}`);
    }
    if (count === 0) return source.dtype === 'int' ? new Int32Array(0) : new Float32Array(0);
    const bytes = count * 4;
    const buffer = this.#readbacks.take(bytes);
    this.#commandsBetweenPasses().copyBufferToBuffer(source.buffer, source.byteOffset, buffer, 0, bytes);
    await Promise.resolve(); // reads that are asked for together are submitted together
    this.flush();
    const mapped = buffer.mapAsync(GPUMapMode.READ, 0, bytes);
    await this.#faults.during(mapped, `Reading "${source.label}" failed`);
    const copy = buffer.getMappedRange(0, bytes).slice(0);
    this.#readbacks.giveBack(buffer);
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
    this.#faults.fail(new DeviceLostError('This GPU device was disposed of.'));
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
}

/** An adapter for people: as much of its name as it tells, and its driver. */
export function adapterName({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  const model = /^(0x|$)/.test(device) ? [vendor, architecture].filter(Boolean).join(' ') : device.replace(/-+$/, '');
  const known = [model, description].filter(Boolean);
  return known.length > 0 ? known.join(', ') : 'unnamed adapter';
}
