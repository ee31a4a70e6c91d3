import { GpuError } from './errors.ts';
import type { Faults } from './faults.ts';
import { assemble, type Features, type GpuKernel } from './kernel.ts';
import type { DeviceTensor, GpuMemory } from './tensor.ts';

interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Its part of the bind groups' keys. */
  readonly id: number;
}

/** Compiled shaders, and their bind groups: each is made once, when it is first asked for. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #has: Features;
  readonly #parameters: GPUBuffer;
  readonly #parameterBytes: number;
  readonly #faults: Faults;
  readonly #made = new Map<GpuKernel, Map<string, Pipeline>>();
  readonly #bindGroups = new Map<string, GPUBindGroup>();
  #count = 0;

  /** @param parameters bound to binding 0 of every shader, `parameterBytes` of it, with a dynamic offset */
  constructor(device: GPUDevice, has: Features, parameters: GPUBuffer, parameterBytes: number, faults: Faults) {
    this.#device = device;
    this.#has = has;
    this.#parameters = parameters;
    this.#parameterBytes = parameterBytes;
    this.#faults = faults;
  }

  /** What a dispatch of a kernel with these tensors needs. */
  bind(
    kernel: GpuKernel,
    variant: string,
    tensors: readonly DeviceTensor[],
  ): { readonly pipeline: GPUComputePipeline; readonly bindGroup: GPUBindGroup } {
    const made = this.#pipeline(kernel, variant, promotions(kernel, tensors));
    return { pipeline: made.pipeline, bindGroup: this.#bindGroup(kernel, made, tensors) };
  }

  /** Memory that is freed takes the bind groups that name it along. */
  forget(memory: GpuMemory): void {
    for (const key of memory.bindGroups) this.#bindGroups.delete(key);
  }

  #pipeline(kernel: GpuKernel, variant: string, promoted: readonly number[]): Pipeline {
    let variants = this.#made.get(kernel);
    if (!variants) this.#made.set(kernel, (variants = new Map()));
    const key = promoted.length > 0 ? `${variant}/${promoted.join()}` : variant;
    const found = variants.get(key);
    if (found) return found;
    const device = this.#device;
    const label = variant ? `${kernel.name} (${variant})` : kernel.name;
    device.pushErrorScope('validation');
    const layout = device.createBindGroupLayout({
      label,
      entries: [
        {
          binding: 0,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: this.#parameterBytes },
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
    const module = device.createShaderModule({ label, code: assemble(kernel, variant, this.#has, promoted) });
    const pipeline = device.createComputePipeline({
      label,
      layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main' },
    });
    this.#faults.expect(device.popErrorScope(), async (error) => {
      const { messages } = await module.getCompilationInfo();
      const first = messages.find(({ type }) => type === 'error');
      const why = first ? `${first.message} (line ${first.lineNum})` : error.message.split('\n')[0];
      return new GpuError(
        'shader',
        `The GPU's driver did not accept the shader "${label}": ${why}. A newer driver may; the device "native" works without.`,
      );
    });
    const made = { pipeline, layout, id: this.#count++ };
    variants.set(key, made);
    return made;
  }

  #bindGroup(kernel: GpuKernel, { layout, id }: Pipeline, tensors: readonly DeviceTensor[]): GPUBindGroup {
    let key = String(id);
    for (const tensor of tensors) key += `,${tensor.key}`;
    const found = this.#bindGroups.get(key);
    if (found) return found;
    const made = this.#device.createBindGroup({
      label: kernel.name,
      layout,
      entries: [
        { binding: 0, resource: { buffer: this.#parameters, size: this.#parameterBytes } },
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
