import type { AttentionGradients, AttentionOperands, AttentionShape } from '../kernels.ts';
import type { GpuContext } from './context.ts';
import { NONLINEARITIES } from './nonlinearities.ts';
import { largestOfAll, sumOfAll } from './reductions.ts';
import { elementwise, groupsOf, rowMain, shader, variants } from './shader.ts';
import { sumSlices } from './sum-slices.ts';
import { checkedLengths, floats, type GpuTensor } from './tensor.ts';

type Score = AttentionShape['score'];

/** Invocations of a workgroup, which has one decoder step of one sequence: GROUPS source positions at once, LANES for each. */
const SIZE = 128;
const LANES = 8;
const GROUPS = SIZE / LANES;

/**
 * `group_sum(x, lane)`: the sum of x over the LANES invocations that share a source position, for the first of them. All invocations
 * must call it.
 */
const GROUP_SUM = /* wgsl */ `
var<workgroup> shares: array<f32, ${SIZE}>;
fn group_sum(x: f32, lane: u32) -> f32 {
  shares[lane] = x;
  workgroupBarrier();
  for (var half = ${LANES / 2}u; half > 0u; half >>= 1u) {
    if (lane % ${LANES}u < half) { shares[lane] += shares[lane + half]; }
    workgroupBarrier();
  }
  let sum = shares[lane - lane % ${LANES}u];
  workgroupBarrier();
  return sum;
}`;

const PARAMS = ['rows', 'B', 'Tx', 'A', 'F', 'first'];

/** Decoder row `row` of those that attend: sequence b, row `at` of the queries. */
const ROW = /* wgsl */ `
  let b = row % p.B;
  let at = p.first * p.B + row;`;

/**
 * e_s = q·k_s or v·tanh(q + k_s); w = softmax(e) over the positions before the sequence's length; context = Σ_s w_s value_s. While e is
 * computed, it stands where the weights will be.
 */
const forwardKernel = variants((score: Score, withLengths: boolean) =>
  shader({
    name: `attention forward: ${score}${withLengths ? ', lengths' : ''}`,
    tensors: {
      weights: 'readwrite f32', // [Ty,B,Tx]
      context: 'write f32', // [Ty,B,F]
      queries: 'read f32', // [Ty,B,A]
      keys: 'read f32', // [Tx,B,A]
      values: 'read f32', // [Tx,B,F]
      v: score === 'additive' && 'read f32', // [A]
      lengths: withLengths && 'read i32', // [B]
    },
    params: PARAMS,
    code: (has) => /* wgsl */ `${NONLINEARITIES}${GROUP_SUM}${largestOfAll(SIZE, has)}${sumOfAll(SIZE, has)}
${rowMain(SIZE)}
  ${ROW}
  let n = ${withLengths ? 'min(u32(lengths[b]), p.Tx)' : 'p.Tx'};
  let w = at * p.Tx;
  for (var base = 0u; base < p.Tx; base += ${GROUPS}u) {
    let s = base + lane / ${LANES}u;
    var e = 0.0;
    if (s < n) {
      for (var j = lane % ${LANES}u; j < p.A; j += ${LANES}u) {
        let q = queries[at * p.A + j];
        let k = keys[(s * p.B + b) * p.A + j];
        e += ${score === 'additive' ? 'v[j] * tanh_of(q + k)' : 'q * k'};
      }
    }
    let sum = group_sum(e, lane);
    if (lane % ${LANES}u == 0u && s < n) { weights[w + s] = sum; }
  }
  storageBarrier();
  var m = -3.4028234e38;
  for (var s = lane; s < n; s += ${SIZE}u) { m = max(m, weights[w + s]); }
  m = largest_of_all(m, lane);
  var part = 0.0;
  for (var s = lane; s < n; s += ${SIZE}u) { part += exp_of(weights[w + s] - m); }
  let sum = sum_of_all(part, lane);
  for (var s = lane; s < p.Tx; s += ${SIZE}u) {
    if (s < n) { weights[w + s] = exp_of(weights[w + s] - m) / sum; } else { weights[w + s] = 0.0; }
  }
  storageBarrier();
  for (var j = lane; j < p.F; j += ${SIZE}u) {
    var c = 0.0;
    for (var s = 0u; s < n; s++) { c += weights[w + s] * values[(s * p.B + b) * p.F + j]; }
    context[at * p.F + j] = c;
  }
}`,
  }),
);

/** de = w (dw - Σ w dw), dw_s = dContext·value_s. A position without weight, as padding is, gets 0 whatever stands there. */
const scoresKernel = shader({
  name: 'attention backward: scores',
  // [rows,Tx], [Ty,B,Tx], [Ty,B,F], [Tx,B,F]
  tensors: { de: 'readwrite f32', weights: 'read f32', d_context: 'read f32', values: 'read f32' },
  params: PARAMS,
  code: (has) => /* wgsl */ `${GROUP_SUM}${sumOfAll(SIZE, has)}
${rowMain(SIZE)}
  ${ROW}
  for (var base = 0u; base < p.Tx; base += ${GROUPS}u) {
    let s = base + lane / ${LANES}u;
    var dw = 0.0;
    if (s < p.Tx) {
      for (var j = lane % ${LANES}u; j < p.F; j += ${LANES}u) {
        dw += d_context[at * p.F + j] * values[(s * p.B + b) * p.F + j];
      }
    }
    let sum = group_sum(dw, lane);
    if (lane % ${LANES}u == 0u && s < p.Tx) { de[row * p.Tx + s] = select(0.0, sum, weights[at * p.Tx + s] != 0.0); }
  }
  storageBarrier();
  var part = 0.0;
  for (var s = lane; s < p.Tx; s += ${SIZE}u) { part += weights[at * p.Tx + s] * de[row * p.Tx + s]; }
  let mean = sum_of_all(part, lane);
  for (var s = lane; s < p.Tx; s += ${SIZE}u) {
    de[row * p.Tx + s] = weights[at * p.Tx + s] * (de[row * p.Tx + s] - mean);
  }
}`,
});

/** dq = Σ_s of de k_s, or of de v (1 - u²) with u = tanh(q + k_s); then also this row's part of dv, Σ_s de u. */
const queriesKernel = variants((score: Score) => {
  const additive = score === 'additive';
  const dot = 'dq += d * k;';
  const tanh = /* wgsl */ `
        let u = tanh_of(queries[at * p.A + j] + k);
        dq += d * v[j] * (1.0 - u * u);
        dv += d * u;`;
  return shader({
    name: `attention backward: queries, ${score}`,
    tensors: {
      d_queries: 'write f32', // [Ty,B,A]
      de: 'read f32', // [rows,Tx]
      keys: 'read f32', // [Tx,B,A]
      queries: additive && 'read f32', // [Ty,B,A]
      v: additive && 'read f32', // [A]
      dv_parts: additive && 'write f32', // [rows,A]
    },
    params: PARAMS,
    code: /* wgsl */ `${NONLINEARITIES}
${rowMain(SIZE)}
  ${ROW}
  for (var j = lane; j < p.A; j += ${SIZE}u) {
    var dq = 0.0;
    var dv = 0.0;
    for (var s = 0u; s < p.Tx; s++) {
      let d = de[row * p.Tx + s];
      if (d != 0.0) {
        let k = keys[(s * p.B + b) * p.A + j];
        ${additive ? tanh : dot}
      }
    }
    d_queries[at * p.A + j] = dq;
    ${additive ? 'dv_parts[row * p.A + j] = dv;' : ''}
  }
}`,
  });
});

/**
 * Element i = (s,b,j) of y gets Σ_t factor[t,b,s] x[t,b,j] over the decoder steps; x has rows of `width`, from step p.x_first on, and
 * factor from step p.factor_first on.
 */
const overSteps = variants((accumulate: boolean) =>
  elementwise({
    name: `attention backward: over steps${accumulate ? ', accumulate' : ''}`,
    // [Tx,B,width], [steps,B,Tx], [Ty,B,width]
    tensors: { y: accumulate ? 'readwrite f32' : 'write f32', factor: 'read f32', x: 'read f32' },
    params: ['B', 'Tx', 'width', 'steps', 'factor_first', 'x_first'],
    code: /* wgsl */ `
  let j = i % p.width;
  let b = i / p.width % p.B;
  let s = i / p.width / p.B;
  var sum = 0.0;
  for (var t = 0u; t < p.steps; t++) {
    let f = factor[((p.factor_first + t) * p.B + b) * p.Tx + s];
    if (f != 0.0) { sum += f * x[((p.x_first + t) * p.B + b) * p.width + j]; }
  }
  y[i] ${accumulate ? '+=' : '='} sum;`,
  }),
);

/** Element i = (s,b,j) of dKeys gets Σ_t de v (1 - u²), u = tanh(q + k): the additive score's. */
const additiveKeys = variants((accumulate: boolean) =>
  elementwise(
    {
      name: `attention backward: keys, additive${accumulate ? ', accumulate' : ''}`,
      tensors: {
        d_keys: accumulate ? 'readwrite f32' : 'write f32', // [Tx,B,A]
        de: 'read f32', // [steps,B,Tx]
        queries: 'read f32', // [Ty,B,A]
        keys: 'read f32', // [Tx,B,A]
        v: 'read f32', // [A]
      },
      params: ['B', 'Tx', 'A', 'steps', 'first'],
      code: /* wgsl */ `
  let j = i % p.A;
  let b = i / p.A % p.B;
  let s = i / p.A / p.B;
  var sum = 0.0;
  for (var t = 0u; t < p.steps; t++) {
    let d = de[(t * p.B + b) * p.Tx + s];
    if (d != 0.0) {
      let u = tanh_of(queries[((p.first + t) * p.B + b) * p.A + j] + keys[i]);
      sum += d * (1.0 - u * u);
    }
  }
  d_keys[i] ${accumulate ? '+=' : '='} v[j] * sum;`,
    },
    NONLINEARITIES,
  ),
);

/** Weights and context of the shape's decoder steps. */
export function attentionForward(gpu: GpuContext, operands: AttentionOperands): void {
  const { shape, lengths } = operands;
  const { score, B, Tx, A, F, first, steps } = shape;
  const v = vectorOf(operands);
  const decoderRows = (first + steps) * B;
  const tensors = [
    floats(operands.weights, decoderRows * Tx),
    floats(operands.context, decoderRows * F),
    floats(operands.queries, decoderRows * A),
    floats(operands.keys, Tx * B * A),
    floats(operands.values, Tx * B * F),
  ];
  if (v) tensors.push(v);
  if (lengths) tensors.push(checkedLengths(lengths, B, Tx));
  const kernel = forwardKernel(score, lengths !== null);
  gpu.run(kernel, undefined, tensors, [steps * B, B, Tx, A, F, first], [steps * B]);
}

/** The derivatives of attentionForward. dKeys may be dValues. */
export function attentionBackward(gpu: GpuContext, operands: AttentionOperands, gradients: AttentionGradients): void {
  const { score, B, Tx, A, F, first, steps } = operands.shape;
  const { accumulate } = gradients;
  const v = vectorOf(operands);
  const dV = gradients.dV && floats(gradients.dV, A);
  if ((v === null) !== (dV === null)) throw new TypeError('attentionBackward: dV goes with v');
  const rows = steps * B;
  const decoderRows = (first + steps) * B;
  const queries = floats(operands.queries, decoderRows * A);
  const keys = floats(operands.keys, Tx * B * A);
  const weights = floats(operands.weights, decoderRows * Tx);
  const dContext = floats(gradients.dContext, decoderRows * F);
  const dQueries = floats(gradients.dQueries, decoderRows * A);
  const dKeys = floats(gradients.dKeys, Tx * B * A);
  const dValues = floats(gradients.dValues, Tx * B * F);
  const params = [rows, B, Tx, A, F, first];

  const de = gpu.scratch('gradients of attention scores', rows * Tx * 4);
  const values = floats(operands.values, Tx * B * F);
  gpu.run(scoresKernel, undefined, [de, weights, dContext, values], params, [rows]);

  const keyCount = Tx * B * A;
  if (v && dV) {
    const parts = gpu.scratch("slices of attention's v", rows * A * 4);
    gpu.run(queriesKernel(score), undefined, [dQueries, de, keys, queries, v, parts], params, [rows]);
    sumSlices(gpu, dV, { x: parts, slices: rows, stride: A, offset: 0 }, A, accumulate);
    const tensors = [dKeys, de, queries, keys, v];
    gpu.run(additiveKeys(accumulate), undefined, tensors, [keyCount, B, Tx, A, steps, first], groupsOf(keyCount));
  } else {
    gpu.run(queriesKernel(score), undefined, [dQueries, de, keys], params, [rows]);
    const sizes = [keyCount, B, Tx, A, steps, 0, first];
    gpu.run(overSteps(accumulate), undefined, [dKeys, de, queries], sizes, groupsOf(keyCount));
  }

  const addToValues = accumulate || gradients.dKeys === gradients.dValues;
  const valueCount = Tx * B * F;
  const sizes = [valueCount, B, Tx, F, steps, first, first];
  gpu.run(overSteps(addToValues), undefined, [dValues, weights, dContext], sizes, groupsOf(valueCount));
}

function vectorOf({ shape: { score, A }, v }: AttentionOperands): GpuTensor | null {
  if ((score === 'additive') !== (v !== null)) {
    throw new TypeError(`attention: a vector v goes with the additive score, and only with it; this one is ${score}`);
  }
  return v && floats(v, A);
}
