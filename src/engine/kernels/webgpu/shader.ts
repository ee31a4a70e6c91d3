/** What the shaders of the small kernels have in common. */
import { defineKernel, type Access, type Features, type GpuKernel } from './kernel.ts';

/** Invocations of a workgroup, unless a shader says otherwise: as many as every device allows. */
export const WORKGROUP = 256;

/** How a shader uses a tensor, and the type of its elements; false where a variant does without it. */
type Use = `${Access} ${'f32' | 'i32' | 'u32' | 'vec2u' | 'vec4f'}` | false;

export interface ShaderDefinition {
  readonly name: string;
  /** Tensors in the order in which they are bound, by the names they have in the code. */
  readonly tensors: Readonly<Record<string, Use>>;
  readonly params: readonly string[];
  /** Where it depends on the device, a function of what that has. */
  readonly code: string | ((has: Features) => string);
}

/** A kernel whose tensors are declared from one list, so that bindings and WGSL cannot disagree. */
export function shader({ name, tensors, params, code }: ShaderDefinition): GpuKernel {
  const used = Object.entries(tensors).flatMap(([tensor, use]) => {
    if (use === false) return [];
    const [access, type] = use.split(' ') as [Access, string];
    return [{ tensor, access, type }];
  });
  const declarations = used.map(({ tensor, access, type }, i) => {
    const storage = access === 'read' ? 'read' : 'read_write';
    return `@group(0) @binding(${i + 1}) var<storage, ${storage}> ${tensor}: array<${type}>;`;
  });
  return defineKernel({
    name,
    bindings: used.map(({ access }) => access),
    params,
    wgsl: (_, has) => `${declarations.join('\n')}\n${typeof code === 'string' ? code : code(has)}`,
  });
}

/**
 * A kernel in which each invocation computes element `i` of `p.count`, the first parameter.
 * @param functions WGSL that stands before the entry point
 */
export function elementwise(
  { name, tensors, params, code }: ShaderDefinition & { readonly code: string },
  functions = '',
): GpuKernel {
  return shader({
    name,
    tensors,
    params: ['count', ...params],
    code: /* wgsl */ `${functions}
@compute @workgroup_size(${WORKGROUP})
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32
) {
  let i = linear_workgroup(id, groups) * ${WORKGROUP}u + lane;
  if (i >= p.count) { return; }
  ${code}
}`,
  });
}

/** Workgroups for one invocation for each of `count` elements. */
export function groupsOf(count: number): [number] {
  return [Math.ceil(count / WORKGROUP)];
}

/** Kernels of one description, each made when it is first asked for. */
export function variants<Key extends readonly (string | number | boolean)[]>(
  define: (...key: Key) => GpuKernel,
): (...key: Key) => GpuKernel {
  const made = new Map<string, GpuKernel>();
  return (...key) => {
    const name = key.join();
    let kernel = made.get(name);
    if (!kernel) made.set(name, (kernel = define(...key)));
    return kernel;
  };
}

/**
 * The head of `main` of a shader in which a workgroup of `size` invocations works on row `row` of p.rows. In a row beyond the last one
 * nothing must be written: there are such where the number of rows was folded into a grid.
 */
export function rowMain(size: number): string {
  return /* wgsl */ `
@compute @workgroup_size(${size})
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32
) {
  let row = linear_workgroup(id, groups);
  if (row >= p.rows) { return; }`;
}

/** Invocations for a row of `width` elements. */
export function rowWorkgroup(width: number): 64 | 256 {
  return width <= 512 ? 64 : 256;
}

/** `finite(x)`, by its bits: a compiler may assume that no float is infinite or NaN. */
export const FINITE = /* wgsl */ `
fn finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }`;
