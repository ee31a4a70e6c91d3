/** Buffers as plain data: a layer says once what memory it needs; allocation and the memory estimate both read that. */
import type { Kernels, Tensor } from '../kernels/kernels.ts';

export interface BufferSpec {
  readonly shape: readonly number[];
  /** 'float' when absent. */
  readonly dtype?: 'float' | 'int';
}

/** Buffers by name; null where this use of the layer does not need one. */
export type BufferPlan = Readonly<Record<string, BufferSpec | readonly BufferSpec[] | null>>;

/** Owner of the buffers that hold a batch: the memory estimate counts them as data. */
export const BATCH = 'batch';

/** The tensors of a plan, under the same names. */
export type Buffers<P extends BufferPlan> = {
  readonly [Name in keyof P]: P[Name] extends readonly BufferSpec[]
    ? readonly Tensor[]
    : Tensor | Extract<P[Name], null>;
};

/** Allocates every buffer of a plan, labelled `owner.name`, filled with zeros. */
export function allocateBuffers<P extends BufferPlan>(kernels: Kernels, owner: string, plan: P): Buffers<P> {
  const allocate = (name: string, spec: BufferSpec): Tensor => {
    const tensor = kernels.alloc(`${owner}.${name}`, spec.shape, spec.dtype ?? 'float');
    kernels.fill(tensor, 0);
    return tensor;
  };
  const entries = Object.entries(plan).map(([name, spec]) => {
    if (spec === null) return [name, null];
    return [name, isSpec(spec) ? allocate(name, spec) : spec.map((part, i) => allocate(`${name}${i}`, part))];
  });
  return Object.fromEntries(entries) as Buffers<P>;
}

export function freeBuffers(kernels: Kernels, buffers: Buffers<BufferPlan>): void {
  for (const tensor of Object.values(buffers).flat()) if (tensor !== null) kernels.free(tensor);
}

/** Number of elements of a shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

function isSpec(spec: BufferSpec | readonly BufferSpec[]): spec is BufferSpec {
  return 'shape' in spec;
}
