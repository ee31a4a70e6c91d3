/** How a compute shader is described: its WGSL, what is bound to it, its parameters. */

export type Access = 'read' | 'write' | 'readwrite';

/**
 * A compute shader with entry point `main`. What comes before the author's WGSL is generated from `params`:
 *
 *     struct P { N: u32, scale: f32 }                  // from params: ['N', 'scale: f32']
 *     @group(0) @binding(0) var<uniform> p: P;
 *     fn linear_workgroup(id: vec3<u32>, count: vec3<u32>) -> u32   // index of the workgroup where x was folded into y
 *
 * Tensors are declared by the author, from binding 1 on, in the order of `bindings`: `read` as
 * `@group(0) @binding(1) var<storage, read> x: array<f32>;`, the others as `var<storage, read_write>`.
 */
export interface GpuKernel {
  readonly name: string;
  readonly bindings: readonly Access[];
  /** Names; u32 unless ": f32" follows. */
  readonly params: readonly string[];
  /** The author's WGSL of a variant. */
  source(variant: string, has: Features): string;
}

/** What a device has that not every device has, and shaders are written for. */
export interface Features {
  /** WGSL's subgroup operations. */
  readonly subgroups: boolean;
}

export interface KernelDefinition {
  readonly name: string;
  readonly bindings: readonly Access[];
  readonly params: readonly string[];
  readonly wgsl: string | ((variant: string, has: Features) => string);
}

/** Describes a shader, once, at module level. Compiled when first run. */
export function defineKernel({ name, bindings, params, wgsl }: KernelDefinition): GpuKernel {
  return { name, bindings, params, source: typeof wgsl === 'string' ? () => wgsl : wgsl };
}

/** A parameter of a dispatch: u32 unless marked as f32. */
export type Param = number | { readonly f32: number };

/** Marks a float parameter. */
export const f32 = (x: number): { readonly f32: number } => ({ f32: x });

const ENABLE = /^[ \t]*enable [^;]*;/gm;
const READ_ONLY = /@binding\((\d+)\)\s*var<storage,\s*read>/g;

/**
 * The whole WGSL of a kernel.
 * @param promoted bindings (from 1) to declare read_write though the kernel only reads them: WebGPU tracks a buffer's use as a whole,
 *   so a tensor that shares its buffer with one that is written must be bound as writable too
 */
export function assemble(kernel: GpuKernel, variant: string, has: Features, promoted: readonly number[]): string {
  const source = kernel.source(variant, has);
  const enables = new Set(source.match(ENABLE));
  const members = kernel.params.map((param) => (param.includes(':') ? param : `${param}: u32`));
  const body = source
    .replace(ENABLE, '')
    .replace(READ_ONLY, (declaration, binding: string) =>
      promoted.includes(Number(binding)) ? `@binding(${binding}) var<storage, read_write>` : declaration,
    );
  return `${[...enables].join('\n')}
struct P { ${members.length > 0 ? members.join(', ') : 'unused: u32'} }
@group(0) @binding(0) var<uniform> p: P;
fn linear_workgroup(id: vec3<u32>, count: vec3<u32>) -> u32 { return id.y * count.x + id.x; }
${body}`;
}
