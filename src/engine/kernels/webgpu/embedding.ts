import type { Tensor } from '../kernels.ts';
import type { GpuContext } from './context.ts';
import { fill } from './fill.ts';
import { elementwise, groupsOf, shader, variants, WORKGROUP } from './shader.ts';
import { sumSlices } from './sum-slices.ts';
import { floats, tokenIds } from './tensor.ts';

const gather = elementwise({
  name: 'embedding forward',
  tensors: { y: 'write f32', tokens: 'read i32', table: 'read f32' }, // [N,E], [N], [V,E]
  params: ['E'],
  code: 'y[i] = table[u32(tokens[i / p.E]) * p.E + i % p.E];',
});

const oneHotKernel = elementwise({
  name: 'one-hot',
  tensors: { y: 'write f32', tokens: 'read i32' }, // [N,V], [N]
  params: ['V'],
  code: 'y[i] = select(0.0, 1.0, i % p.V == u32(tokens[i / p.V]));',
});

/** Tokens that a slice of the sum over N is cut from. */
const SLICE = 512;
/** Elements that slices may take together. */
const MOST_SLICED = 4 * 1024 * 1024;

/**
 * Adds up the rows of dy whose token is `token`, in the order of the rows: WGSL has no atomic addition of floats, and its order would
 * change from run to run. A workgroup looks through WORKGROUP tokens at once and marks those that are its own as bits; then each
 * invocation adds its column of the rows that are marked.
 */
const ROWS_OF_TOKEN = /* wgsl */ `
const WORDS = ${WORKGROUP / 32}u;
var<workgroup> marks: array<atomic<u32>, WORDS>;
fn rows_of(token: i32, column: u32, begin: u32, end: u32, lane: u32) -> f32 {
  var sum = 0.0;
  for (var base = begin; base < end; base += ${WORKGROUP}u) {
    if (lane < WORDS) { atomicStore(&marks[lane], 0u); }
    workgroupBarrier();
    let n = base + lane;
    if (n < end && tokens[n] == token) { atomicOr(&marks[lane / 32u], 1u << (lane % 32u)); }
    workgroupBarrier();
    if (column < p.E) {
      for (var w = 0u; w < WORDS; w++) {
        for (var bits = atomicLoad(&marks[w]); bits != 0u; bits &= bits - 1u) {
          sum += dy[(base + w * 32u + firstTrailingBit(bits)) * p.E + column];
        }
      }
    }
    workgroupBarrier();
  }
  return sum;
}`;

/** For a vocabulary that is small against N: a workgroup for each row of the table, slice of the tokens and stretch of columns. */
const byRow = variants((accumulate: boolean) =>
  shader({
    name: `embedding backward by row${accumulate ? ', accumulate' : ''}`,
    // [slices,V,E], [N], [N,E]
    tensors: { sums: accumulate ? 'readwrite f32' : 'write f32', tokens: 'read i32', dy: 'read f32' },
    params: ['N', 'V', 'E', 'stretches', 'slice'],
    code: /* wgsl */ `${ROWS_OF_TOKEN}
@compute @workgroup_size(${WORKGROUP})
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32
) {
  let unit = linear_workgroup(id, groups);
  let v = unit / p.stretches;
  if (v >= p.V) { return; }
  let column = unit % p.stretches * ${WORKGROUP}u + lane;
  let begin = id.z * p.slice;
  let sum = rows_of(i32(v), column, begin, min(begin + p.slice, p.N), lane);
  if (column < p.E) { sums[(id.z * p.V + v) * p.E + column] ${accumulate ? '+=' : '='} sum; }
}`,
  }),
);

/** For a large vocabulary: a workgroup for each position and stretch of columns; that of a token's first position adds up its rows. */
const byPosition = shader({
  name: 'embedding backward by position',
  tensors: { table: 'readwrite f32', tokens: 'read i32', dy: 'read f32' }, // [V,E], [N], [N,E]
  params: ['N', 'E', 'stretches'],
  code: /* wgsl */ `${ROWS_OF_TOKEN}
var<workgroup> found: atomic<u32>;
var<workgroup> known: u32;
@compute @workgroup_size(${WORKGROUP})
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32
) {
  let unit = linear_workgroup(id, groups);
  let position = unit / p.stretches;
  if (position >= p.N) { return; }
  let token = tokens[position];
  for (var n = lane; n < position; n += ${WORKGROUP}u) {
    if (tokens[n] == token) { atomicStore(&found, 1u); }
  }
  workgroupBarrier();
  if (lane == 0u) { known = atomicLoad(&found); }
  if (workgroupUniformLoad(&known) == 1u) { return; }
  let column = unit % p.stretches * ${WORKGROUP}u + lane;
  let sum = rows_of(token, column, position, p.N, lane);
  if (column < p.E) { table[u32(token) * p.E + column] += sum; }
}`,
});

/** y[n,:] = table[tokens[n],:]. y [N,E], tokens [N], table [V,E]. */
export function embeddingForward(
  gpu: GpuContext,
  y: Tensor,
  tokens: Tensor,
  table: Tensor,
  N: number,
  V: number,
  E: number,
): void {
  const tensors = [floats(y, N * E), tokenIds(tokens, N, V), floats(table, V * E)];
  gpu.run(gather, undefined, tensors, [N * E, E], groupsOf(N * E));
}

/** dTable[tokens[n],:] += dy[n,:]. dTable [V,E], dy [N,E], tokens [N]. */
export function embeddingBackward(
  gpu: GpuContext,
  dTable: Tensor,
  dy: Tensor,
  tokens: Tensor,
  N: number,
  V: number,
  E: number,
  accumulate: boolean,
): void {
  const table = floats(dTable, V * E);
  const given = floats(dy, N * E);
  const ids = tokenIds(tokens, N, V);
  const stretches = Math.ceil(E / WORKGROUP);
  if (V > N) {
    if (!accumulate) fill(gpu, dTable, 0, V * E);
    gpu.run(byPosition, undefined, [table, ids, given], [N, E, stretches], [N * stretches]);
    return;
  }
  const slices = Math.min(Math.ceil(N / SLICE), Math.max(1, Math.floor(MOST_SLICED / (V * E))));
  const slice = Math.ceil(N / slices);
  const grid = [V * stretches, undefined, slices] as const;
  if (slices === 1) {
    gpu.run(byRow(accumulate), undefined, [table, ids, given], [N, V, E, stretches, slice], grid);
    return;
  }
  const sums = gpu.scratch('slices of an embedding', slices * V * E * 4);
  gpu.run(byRow(false), undefined, [sums, ids, given], [N, V, E, stretches, slice], grid);
  sumSlices(gpu, table, { x: sums, slices, stride: V * E, offset: 0 }, V * E, accumulate);
}

/** y[n,v] = 1 if v = tokens[n], else 0. y [N,V], tokens [N]. */
export function oneHot(gpu: GpuContext, y: Tensor, tokens: Tensor, N: number, V: number): void {
  gpu.run(oneHotKernel, undefined, [floats(y, N * V), tokenIds(tokens, N, V)], [N * V, V], groupsOf(N * V));
}
