/**
 * One step of a recurrence in one dispatch: the recurrent product of all sequences and units, and the cell's equations on its sums. A
 * workgroup computes 16 sequences by 16 units with all their gates; operands pass through workgroup memory in tiles.
 */
import type { Cell } from '../kernels.ts';
import { fromHalf, quadOf } from './half.ts';
import { CELL_FUNCTIONS, CELL_SHADERS, GRU_BEFORE, type CellShader } from './recurrent-cells.ts';
import { shader, variants } from './shader.ts';

/** Sequences, and units, of a workgroup. */
export const SIDE = 16;
/** Invocations: one for each sequence and unit. */
const INVOCATIONS = SIDE * SIDE;

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

/**
 * sum_g[b,j] = Σ_k source[b,k] weights[k, (first + g) H + j] for each of `gates` gates. While a tile is multiplied, the next one is
 * on its way from memory: a step has too few workgroups to hide that otherwise.
 * @param source name of the buffer whose rows of p.source_stride begin at p.source
 * @param half the weights are f16
 */
function product(gates: number, source: string, half: boolean): { declarations: string; code: string } {
  /** vec4s of k in a tile: as many as fit into 16 KB. */
  const quads = gates <= 2 ? 16 : 8;
  /** Of a row in workgroup memory; the odd one keeps rows in different banks. */
  const row = quads + 1;
  const columnLoads = numbers(Math.ceil((gates * SIDE * quads) / INVOCATIONS));
  return {
    declarations: /* wgsl */ `
${fromHalf(half)}
var<workgroup> rows: array<vec4f, ${SIDE * row}>;
var<workgroup> columns: array<vec4f, ${gates * SIDE * row}>;

// vec4 \`i\` of a tile that begins at vec4 \`begin\` of k: of the source's rows, and of the weights' columns.
fn row_at(i: u32, begin: u32, b0: u32) -> vec4f {
  let b = b0 + i / ${quads}u;
  let k = (begin + i % ${quads}u) * 4u;
  var v = vec4f(0.0);
  if (i >= ${SIDE * quads}u || b >= p.B) { return v; }
  let at = p.source + b * p.source_stride + k;
  for (var c = 0u; c < 4u; c++) {
    if (k + c < p.K) { v[c] = ${source}[at + c]; }
  }
  return v;
}
fn column_at(i: u32, begin: u32, j0: u32) -> vec4f {
  let j = j0 + i % ${SIDE}u;
  let q = begin + i / ${SIDE}u % ${quads}u;
  let gate = i / ${SIDE * quads}u;
  if (gate >= ${gates}u || q * 4u >= p.K || j >= p.H) { return vec4f(0.0); }
  return float_of(weights[q * p.width + (p.first + gate) * p.H + j]);
}`,
    code: /* wgsl */ `
  let unit = local % ${SIDE}u;
  let sequence = local / ${SIDE}u;
  let j0 = group.x * ${SIDE}u;
  let b0 = group.y * ${SIDE}u;
  let quads = (p.K + 3u) / 4u;
  ${declare(numbers(gates).map((g) => `sum${g}`))}
  var next_row = row_at(local, 0u, b0);
  ${columnLoads.map((n) => `var next_column${n} = column_at(local + ${n * INVOCATIONS}u, 0u, j0);`).join('\n  ')}
  for (var q0 = 0u; q0 < quads; q0 += ${quads}u) {
    if (local < ${SIDE * quads}u) { rows[local / ${quads}u * ${row}u + local % ${quads}u] = next_row; }
    ${columnLoads
      .map((n) => {
        const i = `(local + ${n * INVOCATIONS}u)`;
        const at = `(${i} / ${SIDE * quads}u * ${SIDE}u + ${i} % ${SIDE}u) * ${row}u + ${i} / ${SIDE}u % ${quads}u`;
        return `if (${i} < ${gates * SIDE * quads}u) { columns[${at}] = next_column${n}; }`;
      })
      .join('\n    ')}
    workgroupBarrier();
    next_row = row_at(local, q0 + ${quads}u, b0);
    ${columnLoads.map((n) => `next_column${n} = column_at(local + ${n * INVOCATIONS}u, q0 + ${quads}u, j0);`).join('\n    ')}
    for (var q = 0u; q < ${quads}u; q++) {
      let v = rows[sequence * ${row}u + q];
      ${numbers(gates)
        .map((g) => `sum${g} += dot(v, columns[(${g * SIDE}u + unit) * ${row}u + q]);`)
        .join('\n      ')}
    }
    workgroupBarrier();
  }
  let b = b0 + sequence;
  let j = j0 + unit;
  if (b >= p.B || j >= p.H) { return; }`,
  };
}

const PRODUCT_PARAMS = ['B', 'H', 'K', 'source', 'source_stride', 'width', 'first'];
const STEP_PARAMS = ['t', 'masked', 'y_offset', 'y_width', 'previous', 'next', 'c_base'];

const MAIN = /* wgsl */ `
@compute @workgroup_size(${INVOCATIONS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {`;

const POSITION = /* wgsl */ `
  let state = b * p.H + j;
  let row = p.t * p.B + b;
  let real = p.masked == 0u || i32(p.t) < lengths[b];`;

const saved = (cell: CellShader, g: number) => `gates[row * ${cell.saved}u * p.H + ${g}u * p.H + j]`;
const declare = (names: readonly string[]) => names.map((name) => `var ${name} = 0.0;`).join(' ');
const s = (count: number) => numbers(count).map((i) => `s${i}`);

/** Steps forward, of every cell but gru_before. Params: PRODUCT_PARAMS, STEP_PARAMS. */
export const forwardStep = variants((name: Cell, half: boolean) => {
  const cell = CELL_SHADERS[name];
  const { declarations, code } = product(cell.gates, 'states', half);
  return shader({
    name: `${name} step${half ? ', f16' : ''}`,
    tensors: {
      gates: 'readwrite f32', // [T,B,saved*H]: W x + b, then what is saved
      weights: `read ${quadOf(half)}`, // packed for the forward
      bias: 'read f32', // bias_hh [G*H]
      states: 'readwrite f32', // h [T+1,B,H], then c
      y: 'write f32', // [T,B,yWidth]
      lengths: 'read i32', // [B]
    },
    params: [...PRODUCT_PARAMS, ...STEP_PARAMS],
    code: /* wgsl */ `${CELL_FUNCTIONS}${declarations}${MAIN}${code}${POSITION}
  let h = states[p.previous + state];
  var h_next = h;
  ${cell.hasC ? 'let c = states[p.c_base + p.previous + state]; var c_next = c;' : ''}
  if (real) {
    ${numbers(cell.gates)
      .map((g) => `let x${g} = ${saved(cell, g)}; let a${g} = sum${g} + bias[${g}u * p.H + j];`)
      .join('\n    ')}
    ${cell.saves ? declare(s(cell.saved)) : ''}
    ${cell.forward}
    ${
      cell.saves
        ? s(cell.saved)
            .map((name, g) => `${saved(cell, g)} = ${name};`)
            .join('\n    ')
        : ''
    }
  }
  states[p.next + state] = h_next;
  ${cell.hasC ? 'states[p.c_base + p.next + state] = c_next;' : ''}
  y[row * p.y_width + p.y_offset + j] = select(0.0, h_next, real);
}`,
  });
});

/** gru_before's first half of a step: r, z, and r h into `resets` [T,B,H]. */
export const gruBeforeGates = variants((half: boolean) => {
  const cell = CELL_SHADERS.gru_before;
  const { declarations, code } = product(2, 'states', half);
  return shader({
    name: `gru_before gates${half ? ', f16' : ''}`,
    tensors: {
      gates: 'readwrite f32',
      weights: `read ${quadOf(half)}`,
      states: 'read f32',
      resets: 'write f32',
      lengths: 'read i32',
    },
    params: [...PRODUCT_PARAMS, ...STEP_PARAMS],
    code: /* wgsl */ `${CELL_FUNCTIONS}${declarations}${MAIN}${code}${POSITION}
  var reset = 0.0;
  if (real) {
    let h = states[p.previous + state];
    let x0 = ${saved(cell, 0)}; let a0 = sum0;
    let x1 = ${saved(cell, 1)}; let a1 = sum1;
    ${declare(s(2))}
    ${GRU_BEFORE.gatesForward}
    ${saved(cell, 0)} = s0;
    ${saved(cell, 1)} = s1;
  }
  resets[row * p.H + j] = reset;
}`,
  });
});

/** Its second half: n and the new state. */
export const gruBeforeState = variants((half: boolean) => {
  const cell = CELL_SHADERS.gru_before;
  const { declarations, code } = product(1, 'resets', half);
  return shader({
    name: `gru_before state${half ? ', f16' : ''}`,
    tensors: {
      gates: 'readwrite f32',
      weights: `read ${quadOf(half)}`,
      states: 'readwrite f32',
      resets: 'read f32',
      y: 'write f32',
      lengths: 'read i32',
    },
    params: [...PRODUCT_PARAMS, ...STEP_PARAMS],
    code: /* wgsl */ `${CELL_FUNCTIONS}${declarations}${MAIN}${code}${POSITION}
  let h = states[p.previous + state];
  var h_next = h;
  if (real) {
    let s1 = ${saved(cell, 1)};
    let x2 = ${saved(cell, 2)}; let a2 = sum0;
    ${declare(['s2'])}
    ${GRU_BEFORE.stateForward}
    ${saved(cell, 2)} = s2;
  }
  states[p.next + state] = h_next;
  y[row * p.y_width + p.y_offset + j] = select(0.0, h_next, real);
}`,
  });
});

/**
 * Steps backward. The product is of the gradients of the step computed before this one, the next one in the sequence: what comes through U.
 * `carry` holds what comes past it: [B,H] by h, then [B,H] by c. Of gru_before, this is the part by n and z.
 */
export const backwardStep = variants((name: Cell, keepDh: boolean, half: boolean) => {
  const cell = CELL_SHADERS[name];
  const before = name === 'gru_before';
  const { declarations, code } = product(1, 'gradients', half);
  const reads = name === 'rnn_tanh' || name === 'rnn_relu' || name === 'rnn_sigmoid' ? 'hNext' : cell.hasC ? 'c' : 'h';
  const written = before ? [1, 2] : numbers(cell.gradients);
  return shader({
    name: `${name} step backward${keepDh ? ', dh' : ''}${half ? ', f16' : ''}`,
    tensors: {
      gradients: 'readwrite f32', // [T,B,gradients*H]
      weights: `read ${quadOf(half)}`, // packed for the backward
      gates: cell.saves && 'read f32',
      states: 'read f32',
      carry: 'readwrite f32', // [2,B,H]
      dy: 'read f32', // [T,B,yWidth]
      lengths: 'read i32', // [B]
      dh_all: keepDh && 'write f32', // [T,B,H]
    },
    params: [...PRODUCT_PARAMS, ...STEP_PARAMS],
    code: /* wgsl */ `${CELL_FUNCTIONS}${declarations}${MAIN}${code}${POSITION}
  var dh = carry[state] + sum0;
  if (real) { dh += dy[row * p.y_width + p.y_offset + j]; }
  ${keepDh ? 'dh_all[row * p.H + j] = select(0.0, dh, real);' : ''}
  ${declare(numbers(cell.gradients).map((g) => `d${g}`))}
  var dh_pass = dh;
  ${cell.hasC ? 'let dc = carry[p.B * p.H + state]; var dc_pass = dc;' : ''}
  if (real) {
    ${
      cell.saves
        ? s(cell.saved)
            .map((name, g) => `let ${name} = ${saved(cell, g)};`)
            .join('\n    ')
        : ''
    }
    ${reads === 'hNext' ? 'let h_next = states[p.next + state];' : ''}
    ${reads === 'h' ? 'let h = states[p.previous + state];' : ''}
    ${reads === 'c' ? 'let c = states[p.c_base + p.previous + state]; let c_next = states[p.c_base + p.next + state];' : ''}
    dh_pass = 0.0;
    ${before ? GRU_BEFORE.stateBackward : cell.backward}
  }
  ${written.map((g) => `gradients[(row * ${cell.gradients}u + ${g}u) * p.H + j] = d${g};`).join('\n  ')}
  carry[state] = dh_pass;
  ${cell.hasC ? 'carry[p.B * p.H + state] = dc_pass;' : ''}
}`,
  });
});

/** gru_before backward, the part by r: the product is of this step's gradient by n. */
export const gruBeforeReset = variants((half: boolean) => {
  const cell = CELL_SHADERS.gru_before;
  const { declarations, code } = product(1, 'gradients', half);
  return shader({
    name: `gru_before reset backward${half ? ', f16' : ''}`,
    tensors: {
      gradients: 'readwrite f32',
      weights: `read ${quadOf(half)}`,
      gates: 'read f32',
      states: 'read f32',
      carry: 'readwrite f32',
      lengths: 'read i32',
    },
    params: [...PRODUCT_PARAMS, ...STEP_PARAMS],
    code: /* wgsl */ `${declarations}${MAIN}${code}${POSITION}
  ${declare(['d0', 'dh_pass'])}
  if (real) {
    let s0 = ${saved(cell, 0)};
    let h = states[p.previous + state];
    let ds = sum0;
    ${GRU_BEFORE.resetBackward}
  }
  gradients[row * ${cell.gradients}u * p.H + j] = d0;
  carry[state] += dh_pass;
}`,
  });
});

/** After the last step backward: dh0 = what came past U and what comes through it. */
export const initialGradient = variants((half: boolean) => {
  const { declarations, code } = product(1, 'gradients', half);
  return shader({
    name: `gradient of the initial state${half ? ', f16' : ''}`,
    tensors: { gradients: 'read f32', weights: `read ${quadOf(half)}`, carry: 'read f32', dh0: 'write f32' },
    params: PRODUCT_PARAMS,
    code: /* wgsl */ `${declarations}${MAIN}${code}
  dh0[b * p.H + j] = carry[b * p.H + j] + sum0;
}`,
  });
});
