/**
 * Matrix products, float32, for any sizes and strides.
 *
 * A workgroup of 16 x 16 invocations computes 64 x 64 elements, each invocation 4 x 4 of them in registers. Both operands pass through
 * workgroup memory in the order in which they lie in memory, in vec4s along the contiguous direction, so that nothing is transposed:
 *
 *     nt   C[m,n] = Σ_k A[m,k] B[n,k]    y = x Wᵀ
 *     nn   C[m,n] = Σ_k A[m,k] B[k,n]    dx = dy W
 *     tn   C[m,n] = Σ_k A[k,m] B[k,n]    dW = dyᵀ x
 *
 * Where k is long and C small, k is cut into parts whose sums are added afterwards, always in the same order. In mixed precision weights are
 * f16 in memory and in tiles (half.ts).
 */
import { defineKernel, type GpuContext } from './context.ts';
import { FEW, productOfFewRows } from './few-rows.ts';
import { fromHalf, halvesOf, quadOf } from './half.ts';
import type { GpuTensor } from './tensor.ts';

/** Row r starts at element offset + r*stride. */
export interface Matrix {
  readonly tensor: GpuTensor;
  readonly offset?: number;
  readonly stride: number;
}

export type Form = 'nt' | 'nn' | 'tn';

export interface ProductOptions {
  /** B is weights: nt and nn only. */
  readonly weights?: boolean;
  /** [N], added to every row. */
  readonly bias?: GpuTensor | null;
  /** Add to C instead of writing it. */
  readonly accumulate?: boolean;
  /** tn only: row k of B stands for step ⌊k/batch⌋ of sequence k mod batch and counts as zeros from that sequence's length on. */
  readonly mask?: { readonly lengths: GpuTensor; readonly batch: number } | null;
}

const TILE = 64;
/** Depth of a tile, in elements of k. */
const DEPTH = 16;
/** Workgroups that keep a GPU busy; below it k is cut. */
const ENOUGH_WORKGROUPS = 96;
/** Tiles of rows for which a copy of the weights in half the bytes is worth making: each of them reads all weights. */
const WORTH_HALVING = 4;
/** Shortest part of k that is worth adding up afterwards. */
const SHORTEST_PART = 128;

/** How a tile of an operand lies in workgroup memory: along k (rows of 4 vec4s and one that keeps banks apart), or across it. */
const along = { vec4s: TILE * 5, at: (row: string, quad: string) => `(${row}) * 5u + ${quad}` };
const across = { vec4s: DEPTH * 16, at: (k: string, quad: string) => `(${k}) * 16u + ${quad}` };

/** How an operand is read: in vec4s, number by number, or in quads of f16. */
type Load = 'v' | 's' | 'h';

/** The type of four numbers of it, in memory (unless read one by one) and in a tile. */
const quadOfLoad = (load: Load) => quadOf(load === 'h');

/** Reads four numbers of an operand, zeros outside; `count` of them exist. */
function loader(name: string, load: Load): string {
  const type = quadOfLoad(load);
  return load !== 's'
    ? `fn load_${name}(at: u32, count: i32) -> ${type} { if (count <= 0) { return ${type}(); } return ${name}[at / 4u]; }`
    : `fn load_${name}(at: u32, count: i32) -> vec4<f32> {
  var v = vec4<f32>(0.0);
  if (count > 0) { v.x = ${name}[at]; }
  if (count > 1) { v.y = ${name}[at + 1u]; }
  if (count > 2) { v.z = ${name}[at + 2u]; }
  if (count > 3) { v.w = ${name}[at + 3u]; }
  return v;
}`;
}

/** `fetch_a` or `fetch_b`: the four numbers of an operand's tile at depth k0 that an invocation brings. */
function fetch(name: 'a' | 'b', size: 'M' | 'N', load: Load, contiguousK: boolean, masked: boolean): string {
  const head = `fn fetch_${name}(k0: u32, end: u32, tile: u32, local: u32) -> ${quadOfLoad(load)} {`;
  if (contiguousK) {
    return `${head}
  let row = tile * ${TILE}u + local / 4u;
  let k = k0 + (local % 4u) * 4u;
  let count = select(0, i32(end) - i32(k), row < p.${size});
  return load_${name}(p.${name}_offset + row * p.${name}_stride + k, count);
}`;
  }
  const real = masked ? ' && k / p.batch < u32(lengths[k % p.batch])' : '';
  return `${head}
  let k = k0 + local / 16u;
  let column = tile * ${TILE}u + (local % 16u) * 4u;
  let count = select(0, i32(p.${size}) - i32(column), k < end${real});
  return load_${name}(p.${name}_offset + k * p.${name}_stride + column, count);
}`;
}

/** Where that vec4 goes. */
const place = (contiguousK: boolean) => (contiguousK ? along.at('local / 4u', 'local % 4u') : 'local');

const rows = [0, 1, 2, 3];

const MULTIPLY: Readonly<Record<Form, string>> = {
  nt: `for (var q = 0u; q < 4u; q++) {
      ${rows.map((j) => `let b${j} = float_of(tile_b[${along.at(`x + ${16 * j}u`, 'q')}]);`).join('\n      ')}
      ${rows.map((i) => `{ let a = tile_a[${along.at(`y * 4u + ${i}u`, 'q')}]; c${i} += vec4<f32>(dot(a, b0), dot(a, b1), dot(a, b2), dot(a, b3)); }`).join('\n      ')}
    }`,
  nn: `for (var q = 0u; q < 4u; q++) {
      ${rows.map((k) => `let b${k} = float_of(tile_b[${across.at(`q * 4u + ${k}u`, 'x')}]);`).join('\n      ')}
      ${rows.map((i) => `{ let a = tile_a[${along.at(`y * 4u + ${i}u`, 'q')}]; c${i} += a.x * b0 + a.y * b1 + a.z * b2 + a.w * b3; }`).join('\n      ')}
    }`,
  tn: `for (var k = 0u; k < ${DEPTH}u; k++) {
      let a = tile_a[${across.at('k', 'y')}];
      let b = float_of(tile_b[${across.at('k', 'x')}]);
      ${rows.map((i) => `c${i} += a[${i}] * b;`).join(' ')}
    }`,
};

/** Variant: form, then how each operand is read, then m when masked: "nt vv", "nn sh", "tn sv m". */
const matmulKernel = defineKernel({
  name: 'matmul',
  bindings: ['read', 'read', 'read', 'read', 'readwrite'],
  params: [
    ...['M', 'N', 'K', 'a_offset', 'a_stride', 'b_offset', 'b_stride', 'c_offset', 'c_stride'],
    ...['has_bias', 'accumulate', 'part', 'batch'],
  ],
  wgsl: (variant) => {
    const [form, loads, masked] = variant.split(' ') as [Form, string, string?];
    const [a, b] = [...loads] as [Load, Load];
    const aAlong = form !== 'tn';
    const bAlong = form === 'nt';
    const element = (load: Load) => (load === 's' ? 'f32' : quadOfLoad(load));
    const column = (j: number) => (form === 'nt' ? `x + ${16 * j}u` : `x * 4u + ${j}u`);
    return `
// a, b: see matmul.ts for the forms. c [M,N]; with several parts of k, [parts,M,N]. bias [N]. lengths [batch].
@group(0) @binding(1) var<storage, read> a: array<${element(a)}>;
@group(0) @binding(2) var<storage, read> b: array<${element(b)}>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> lengths: array<i32>;
@group(0) @binding(5) var<storage, read_write> c: array<f32>;

var<workgroup> tile_a: array<vec4<f32>, ${(aAlong ? along : across).vec4s}>;
var<workgroup> tile_b: array<${quadOfLoad(b)}, ${(bAlong ? along : across).vec4s}>;

${fromHalf(b === 'h')}
${loader('a', a)}
${loader('b', b)}
${fetch('a', 'M', a, aAlong, false)}
${fetch('b', 'N', b, bAlong, masked === 'm')}

fn store(offset: u32, row: u32, column: u32, sum: f32) {
  if (row >= p.M || column >= p.N) { return; }
  let at = offset + row * p.c_stride + column;
  var value = sum;
  if (p.has_bias != 0u) { value += bias[column]; }
  if (p.accumulate != 0u) { value += c[at]; }
  c[at] = value;
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) tile: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let x = local % 16u;
  let y = local / 16u;
  let end = min(p.K, (tile.z + 1u) * p.part);
  ${rows.map((i) => `var c${i} = vec4<f32>(0.0);`).join(' ')}
  // While a tile is multiplied, the next one is on its way from memory.
  var next_a = fetch_a(tile.z * p.part, end, tile.y, local);
  var next_b = fetch_b(tile.z * p.part, end, tile.x, local);
  for (var k0 = tile.z * p.part; k0 < end; k0 += ${DEPTH}u) {
    tile_a[${place(aAlong)}] = next_a;
    tile_b[${place(bAlong)}] = next_b;
    workgroupBarrier();
    next_a = fetch_a(k0 + ${DEPTH}u, end, tile.y, local);
    next_b = fetch_b(k0 + ${DEPTH}u, end, tile.x, local);
    ${MULTIPLY[form]}
    workgroupBarrier();
  }
  let offset = p.c_offset + tile.z * p.M * p.N;
  let top = tile.y * ${TILE}u + y * 4u;
  let left = tile.x * ${TILE}u;
  ${rows.map((i) => rows.map((j) => `store(offset, top + ${i}u, left + ${column(j)}, c${i}[${j}]);`).join(' ')).join('\n  ')}
}`;
  },
});

const sumPartsKernel = defineKernel({
  name: 'sum_parts',
  bindings: ['read', 'readwrite'],
  params: ['parts', 'M', 'N', 'offset', 'stride', 'accumulate'],
  wgsl: `
// from [parts,M,N]; to: rows of N, \`stride\` apart.
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read_write> to: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let i = linear_workgroup(id, count) * 256u + local;
  let size = p.M * p.N;
  if (i >= size) { return; }
  var sum = 0.0;
  for (var part = 0u; part < p.parts; part++) { sum += parts[part * size + i]; }
  let at = p.offset + (i / p.N) * p.stride + i % p.N;
  if (p.accumulate != 0u) { sum += to[at]; }
  to[at] = sum;
}`,
});

const columnSumsKernel = defineKernel({
  name: 'column_sums',
  bindings: ['read', 'write'],
  params: ['N', 'columns', 'offset', 'stride', 'part'],
  wgsl: `
// from: N rows, \`stride\` apart; to [parts,columns].
@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read_write> to: array<f32>;
var<workgroup> sums: array<f32, 256>;

// 64 columns by 4 rows at a time.
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let column = id.x * 64u + local % 64u;
  let end = min(p.N, (id.y + 1u) * p.part);
  var sum = 0.0;
  if (column < p.columns) {
    for (var n = id.y * p.part + local / 64u; n < end; n += 4u) { sum += rows[p.offset + n * p.stride + column]; }
  }
  sums[local] = sum;
  workgroupBarrier();
  if (local < 64u && column < p.columns) {
    to[id.y * p.columns + column] = sums[local] + sums[local + 64u] + sums[local + 128u] + sums[local + 192u];
  }
}`,
});

/** C = A B in the given form, C [M,N], K products in each sum. */
export function product(
  gpu: GpuContext,
  form: Form,
  [M, N, K]: readonly [number, number, number],
  C: Matrix,
  A: Matrix,
  B: Matrix,
  { weights = false, bias = null, accumulate = false, mask = null }: ProductOptions = {},
): void {
  if (form === 'nt' && M <= FEW) {
    const vector = isVector(A, K) && isVector(B, K);
    productOfFewRows(gpu, [M, N, K], [C, A, B], { bias, accumulate, vector });
    return;
  }
  const tiles = Math.ceil(M / TILE) * Math.ceil(N / TILE);
  const wanted = Math.min(Math.floor(ENOUGH_WORKGROUPS / tiles), Math.floor(K / SHORTEST_PART));
  const part = wanted > 1 ? roundUp(Math.ceil(K / wanted), DEPTH) : roundUp(K, DEPTH);
  const parts = Math.ceil(K / part);
  const direct = parts === 1 || bias !== null;
  const splitting = !direct;

  const isHalved = weights && gpu.mixed && Math.ceil(M / TILE) >= WORTH_HALVING;
  const b = isHalved ? halved(gpu, form, [N, K], B) : B;
  const loadOf = (matrix: Matrix, width: number): Load => (isVector(matrix, width) ? 'v' : 's');
  const loads = `${loadOf(A, form === 'tn' ? M : K)}${isHalved ? 'h' : loadOf(B, form === 'nt' ? K : N)}`;
  const c: Matrix = splitting ? { tensor: gpu.scratch('parts of a product', parts * M * N * 4), stride: N } : C;
  gpu.run(
    matmulKernel,
    `${form} ${loads}${mask ? ' m' : ''}`,
    [A.tensor, b.tensor, bias ?? gpu.nothing, mask?.lengths ?? gpu.nothing, c.tensor],
    [
      ...[M, N, K, A.offset ?? 0, A.stride, b.offset ?? 0, b.stride, c.offset ?? 0, c.stride],
      ...[bias ? 1 : 0, accumulate && !splitting ? 1 : 0, splitting ? part : roundUp(K, DEPTH), mask?.batch ?? 1],
    ],
    [Math.ceil(N / TILE), Math.ceil(M / TILE), splitting ? parts : 1],
  );
  if (splitting) sumParts(gpu, C, c.tensor, parts, M, N, accumulate);
}

/** to[column] = Σ of N rows. */
export function columnSums(
  gpu: GpuContext,
  to: GpuTensor,
  from: Matrix,
  N: number,
  columns: number,
  { accumulate = false, offset = 0 }: { accumulate?: boolean; offset?: number } = {},
): void {
  const part = Math.max(64, roundUp(Math.ceil(N / 64), 4));
  const parts = Math.ceil(N / part);
  const sums = gpu.scratch('parts of column sums', parts * columns * 4);
  const params = [N, columns, from.offset ?? 0, from.stride, part];
  gpu.run(columnSumsKernel, undefined, [from.tensor, sums], params, [Math.ceil(columns / 64), parts]);
  sumParts(gpu, { tensor: to, offset, stride: columns }, sums, parts, 1, columns, accumulate);
}

function sumParts(
  gpu: GpuContext,
  to: Matrix,
  from: GpuTensor,
  parts: number,
  M: number,
  N: number,
  accumulate: boolean,
): void {
  const params = [parts, M, N, to.offset ?? 0, to.stride, accumulate ? 1 : 0];
  gpu.run(sumPartsKernel, undefined, [from, to.tensor], params, [Math.ceil((M * N) / 256)]);
}

/** Weights as f16, as a matrix whose rows are whole quads. */
function halved(gpu: GpuContext, form: Form, [N, K]: readonly [number, number], weights: Matrix): Matrix {
  const [rows, width] = form === 'nt' ? [N, K] : [K, N];
  return { tensor: halvesOf(gpu, weights, rows, width), stride: roundUp(width, 4) };
}

/** May be read in vec4s along rows of `width`. */
function isVector({ offset = 0, stride }: Matrix, width: number): boolean {
  return offset % 4 === 0 && stride % 4 === 0 && width % 4 === 0;
}

function roundUp(count: number, to: number): number {
  return Math.ceil(count / to) * to;
}
