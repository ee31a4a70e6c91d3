/**
 * All steps of a recurrence in one dispatch, for weights small enough to be read again at every step from a cache (recurrent-choice.ts).
 * WGSL has no barrier across workgroups, so each workgroup owns a few sequences and all their units: it keeps their states in workgroup
 * memory, and nobody waits for anybody else. A step is two phases: the recurrent products of all gates, and the cell's equations, four
 * units at a time.
 */
import type { Cell } from '../kernels.ts';
import { fromHalf, quadOf } from './half.ts';
import { CELL_FUNCTIONS, CELL_SHADERS } from './recurrent-cells.ts';
import { shader, variants, WORKGROUP } from './shader.ts';

/** Invocations that share a sum of the backward's product, where there are fewer units than invocations. */
export function parts(H: number): number {
  return Math.max(1, Math.floor(WORKGROUP / H));
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const declare = (names: readonly string[]) => names.map((name) => `var ${name} = 0.0;`).join(' ');
const s = (count: number) => numbers(count).map((i) => `s${i}`);

/** Weights that an invocation has asked for before it multiplies them: a cache takes hundreds of cycles to answer. */
const AHEAD = 8;

/** sum_r += Σ_q weights[q,n] · vectors[r,q], q from `begin` to `end`, of vec4s: weights [·,width], vectors [rows,depth]. */
function products(rows: number, width: string, vectors: string, depth: string, begin: string, end: string): string {
  const add = (w: string, q: string) =>
    numbers(rows).map((r) => `sum${r} += dot(${w}, ${vectors}[${r}u * ${depth} + ${q}]);`);
  return /* wgsl */ `
    var q = ${begin};
    for (; q + ${AHEAD}u <= ${end}; q += ${AHEAD}u) {
      ${numbers(AHEAD)
        .map((i) => `let w${i} = weights[(q + ${i}u) * ${width} + n];`)
        .join(' ')}
      ${numbers(AHEAD)
        .map((i) => `{ let w = float_of(w${i}); ${add('w', `q + ${i}u`).join(' ')} }`)
        .join('\n      ')}
    }
    for (; q < ${end}; q++) {
      let w = float_of(weights[q * ${width} + n]);
      ${add('w', 'q').join(' ')}
    }`;
}

const PARAMS = ['T', 'B', 'reverse', 'masked', 'y_offset', 'y_width', 'c_base'];

const MAIN = /* wgsl */ `
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let b0 = group.x * ROWS;
  let slot = p.B * H;`;

/** For each four units of each sequence that is there. */
const eachQuad = (code: string) => /* wgsl */ `
    for (var e = local; e < ROWS * QUADS; e += ${WORKGROUP}u) {
      let r = e / QUADS;
      let quad = e % QUADS;
      let b = b0 + r;
      if (b >= p.B) { continue; }
      ${code}
    }`;

const STEP = /* wgsl */ `
      let row = t * p.B + b;
      let real = p.masked == 0u || i32(t) < lengths[b];`;

/** The whole forward. `states` holds (h0, c0) in the slot before the first step. */
export const forwardSequence = variants((name: Cell, H: number, rows: number, half: boolean) => {
  const cell = CELL_SHADERS[name];
  const G = cell.gates;
  const saved = (g: number) => `gates[(row * ${cell.saved}u + ${g}u) * H + j]`;
  return shader({
    name: `${name} sequence, H ${H}, ${rows} rows${half ? ', f16' : ''}`,
    tensors: {
      gates: 'readwrite f32', // [T,B,saved*H]: W x + b, then what is saved
      weights: `read ${quadOf(half)}`, // packed for the forward
      bias: 'read f32', // bias_hh [G*H]
      states: 'readwrite f32', // h [T+1,B,H], then c
      y: 'write f32', // [T,B,yWidth]
      lengths: 'read i32', // [B]
    },
    params: PARAMS,
    code: /* wgsl */ `${CELL_FUNCTIONS}${fromHalf(half)}
const H = ${H}u;
const QUADS = ${H / 4}u;
const GH = ${G * H}u;
const ROWS = ${rows}u;
var<workgroup> hidden: array<vec4f, ${(rows * H) / 4}>;
${cell.hasC ? `var<workgroup> memory: array<f32, ${rows * H}>;` : ''}
var<workgroup> sums: array<f32, ${rows * G * H}>;
${MAIN}
  let first = select(0u, p.T * slot, p.reverse != 0u);
  ${eachQuad(`
      var h4 = vec4f(0.0);
      for (var k = 0u; k < 4u; k++) {
        let j = quad * 4u + k;
        h4[k] = states[first + b * H + j];
        ${cell.hasC ? 'memory[r * H + j] = states[p.c_base + first + b * H + j];' : ''}
      }
      hidden[r * QUADS + quad] = h4;`)}
  workgroupBarrier();
  for (var i = 0u; i < p.T; i++) {
    let t = select(i, p.T - 1u - i, p.reverse != 0u);
    let next = select(t + 1u, t, p.reverse != 0u) * slot;
    for (var n = local; n < GH; n += ${WORKGROUP}u) {
      ${declare(numbers(rows).map((r) => `sum${r}`))}
      ${products(rows, 'GH', 'hidden', 'QUADS', '0u', 'QUADS')}
      ${numbers(rows)
        .map((r) => `sums[${r}u * GH + n] = sum${r};`)
        .join(' ')}
    }
    workgroupBarrier();
    ${eachQuad(`${STEP}
      var h4 = hidden[r * QUADS + quad];
      for (var k = 0u; k < 4u; k++) {
        let j = quad * 4u + k;
        let h = h4[k];
        var h_next = h;
        ${cell.hasC ? 'let c = memory[r * H + j]; var c_next = c;' : ''}
        if (real) {
          ${numbers(G)
            .map((g) => `let x${g} = ${saved(g)}; let a${g} = sums[r * GH + ${g}u * H + j] + bias[${g}u * H + j];`)
            .join('\n          ')}
          ${cell.saves ? declare(s(cell.saved)) : ''}
          ${cell.forward}
          ${
            cell.saves
              ? s(cell.saved)
                  .map((value, g) => `${saved(g)} = ${value};`)
                  .join('\n          ')
              : ''
          }
        }
        h4[k] = h_next;
        states[next + b * H + j] = h_next;
        ${cell.hasC ? 'memory[r * H + j] = c_next; states[p.c_base + next + b * H + j] = c_next;' : ''}
        y[row * p.y_width + p.y_offset + j] = select(0.0, h_next, real);
      }
      hidden[r * QUADS + quad] = h4;`)}
    workgroupBarrier();
  }
}`,
  });
});

/** The whole backward. `carry` [2,B,H] holds (dhn, dcn) before and (dh0, dc0) after. */
export const backwardSequence = variants((name: Cell, H: number, rows: number, keepDh: boolean, half: boolean) => {
  const cell = CELL_SHADERS[name];
  const { from, count } = cell.byHidden[0]!;
  const P = parts(H);
  const K = count * H;
  const saved = (g: number) => `gates[(row * ${cell.saved}u + ${g}u) * H + j]`;
  const blocks = numbers(cell.gradients);
  const throughU = blocks.filter((g) => g >= from && g < from + count);
  return shader({
    name: `${name} sequence backward, H ${H}, ${rows} rows${keepDh ? ', dh' : ''}${half ? ', f16' : ''}`,
    tensors: {
      gradients: 'write f32', // [T,B,gradients*H]
      weights: `read ${quadOf(half)}`, // packed for the backward
      gates: cell.saves && 'read f32',
      states: 'read f32',
      carry: 'readwrite f32', // [2,B,H]
      dy: 'read f32', // [T,B,yWidth]
      lengths: 'read i32', // [B]
      dh_all: keepDh && 'write f32', // [T,B,H]
    },
    params: PARAMS,
    code: /* wgsl */ `${CELL_FUNCTIONS}${fromHalf(half)}
const H = ${H}u;
const QUADS = ${H / 4}u;
const DEPTH = ${K / 4}u; // vec4s of the gradients that go through U
const PART = ${Math.ceil(K / 4 / P)}u;
const ROWS = ${rows}u;
var<workgroup> through: array<vec4f, ${(rows * K) / 4}>;
var<workgroup> past: array<f32, ${rows * H}>;
${cell.hasC ? `var<workgroup> memory: array<f32, ${rows * H}>;` : ''}
var<workgroup> sums: array<f32, ${rows * P * H}>;

// sums[r, part, j] = Σ_k through[r,k] U[k,j] over the part of k.
fn products(local: u32) {
  for (var i = local; i < ${P * H}u; i += ${WORKGROUP}u) {
    let n = i % H;
    let begin = i / H * PART;
    let end = min(begin + PART, DEPTH);
    ${declare(numbers(rows).map((r) => `sum${r}`))}
    ${products(rows, 'H', 'through', 'DEPTH', 'begin', 'end')}
    ${numbers(rows)
      .map((r) => `sums[${r * P * H}u + i] = sum${r};`)
      .join(' ')}
  }
}
fn total(r: u32, j: u32) -> f32 {
  var sum = past[r * H + j];
  for (var part = 0u; part < ${P}u; part++) { sum += sums[(r * ${P}u + part) * H + j]; }
  return sum;
}
${MAIN}
  ${eachQuad(`
      for (var k = 0u; k < 4u; k++) {
        let j = quad * 4u + k;
        past[r * H + j] = carry[b * H + j];
        ${cell.hasC ? 'memory[r * H + j] = carry[slot + b * H + j];' : ''}
      }
      ${numbers(count)
        .map((g) => `through[r * DEPTH + ${g}u * QUADS + quad] = vec4f(0.0);`)
        .join(' ')}`)}
  workgroupBarrier();
  for (var i = 0u; i < p.T; i++) {
    let t = select(p.T - 1u - i, i, p.reverse != 0u);
    let previous = select(t, t + 1u, p.reverse != 0u) * slot;
    let next = select(t + 1u, t, p.reverse != 0u) * slot;
    products(local);
    workgroupBarrier();
    ${eachQuad(`${STEP}
      ${throughU.map((g) => `var through${g} = vec4f(0.0);`).join(' ')}
      for (var k = 0u; k < 4u; k++) {
        let j = quad * 4u + k;
        let state = b * H + j;
        var dh = total(r, j);
        if (real) { dh += dy[row * p.y_width + p.y_offset + j]; }
        ${keepDh ? 'dh_all[row * H + j] = select(0.0, dh, real);' : ''}
        ${declare(blocks.map((g) => `d${g}`))}
        var dh_pass = dh;
        ${cell.hasC ? 'let dc = memory[r * H + j]; var dc_pass = dc;' : ''}
        if (real) {
          ${
            cell.saves
              ? s(cell.saved)
                  .map((value, g) => `let ${value} = ${saved(g)};`)
                  .join('\n          ')
              : ''
          }
          ${cell.hasC ? 'let c = states[p.c_base + previous + state]; let c_next = states[p.c_base + next + state];' : 'let h = states[previous + state]; let h_next = states[next + state];'}
          dh_pass = 0.0;
          ${cell.backward}
        }
        ${blocks.map((g) => `gradients[(row * ${cell.gradients}u + ${g}u) * H + j] = d${g};`).join('\n        ')}
        ${throughU.map((g) => `through${g}[k] = d${g};`).join(' ')}
        past[r * H + j] = dh_pass;
        ${cell.hasC ? 'memory[r * H + j] = dc_pass;' : ''}
      }
      ${throughU.map((g) => `through[r * DEPTH + ${g - from}u * QUADS + quad] = through${g};`).join('\n      ')}`)}
    workgroupBarrier();
  }
  products(local);
  workgroupBarrier();
  ${eachQuad(`
      for (var k = 0u; k < 4u; k++) {
        let j = quad * 4u + k;
        carry[b * H + j] = total(r, j);
        ${cell.hasC ? 'carry[slot + b * H + j] = memory[r * H + j];' : ''}
      }`)}
}`,
  });
});
