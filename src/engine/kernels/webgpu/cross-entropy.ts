import type { Tensor } from '../kernels.ts';
import { f32, type GpuContext } from './context.ts';
import { EXP } from './nonlinearities.ts';
import { largestOfAll, sumOfAll } from './reductions.ts';
import { rowMain, rowWorkgroup, shader, variants } from './shader.ts';
import { checkedInts, floats } from './tensor.ts';
import { addToLoss, countTargets } from './totals.ts';

/** Where the derivative goes: nowhere, to a tensor of its own, over the logits. */
type Gradient = 'none' | 'apart' | 'in place';

/**
 * A workgroup has one row. First pass: the largest logit m and s = Σ e^(a - m), each invocation for its own columns (with every new
 * maximum what was added up so far is scaled), then all together. Second pass: (p - [v = y]) w / total.
 */
const kernel = variants((size: 64 | 256, gradient: Gradient, weighted: boolean) => {
  const derivative = /* wgsl */ `
  let all = select(total[0], p.mean_over, p.mean_over > 0.0);
  let scale = select(0.0, weight / all, y >= 0 && all != 0.0);
  for (var v = lane; v < p.V; v += ${size}u) {
    let probability = exp_of(logits[start + v] - m) / s;
    let derivative = (probability - select(0.0, 1.0, i32(v) == y)) * scale;
    ${gradient === 'apart' ? 'd_logits' : 'logits'}[start + v] = select(0.0, derivative, scale != 0.0);
  }`;
  return shader({
    name: `softmax with cross-entropy, ${size}, gradient ${gradient}${weighted ? ', weighted' : ''}`,
    tensors: {
      losses: 'write f32', // [rows]
      logits: gradient === 'in place' ? 'readwrite f32' : 'read f32', // [rows,V]
      ids: 'read i32', // [rows]
      weights: weighted && 'read f32', // [V]
      total: gradient !== 'none' && 'read f32', // [1]
      d_logits: gradient === 'apart' && 'write f32', // [rows,V]
    },
    params: ['rows', 'V', 'mean_over: f32'],
    code: (has) => /* wgsl */ `${EXP}${sumOfAll(size, has)}${largestOfAll(size, has)}
const LOWEST = -3.4028234e38;
var<workgroup> id_of_row: i32;
var<workgroup> picked: f32;
${rowMain(size)}
  let start = row * p.V;
  if (lane == 0u) {
    id_of_row = ids[row];
    if (id_of_row >= 0) { picked = logits[start + u32(id_of_row)]; }
  }
  let y = workgroupUniformLoad(&id_of_row);
  var m = LOWEST;
  var s = 0.0;
  if (y >= 0) {
    for (var v = lane; v < p.V; v += ${size}u) {
      let a = logits[start + v];
      if (a > m) {
        s = s * exp_of(m - a) + 1.0;
        m = a;
      } else {
        s += exp_of(a - m);
      }
    }
    let largest = largest_of_all(m, lane);
    s = sum_of_all(s * exp_of(m - largest), lane);
    m = largest;
  }
  let weight = ${weighted ? 'weights[max(y, 0)]' : '1.0'};
  let log_sum = select(log(s), s, is_nan(s));
  if (lane == 0u) { losses[row] = select(0.0, weight * (log_sum + (m - picked)), y >= 0); }
  ${gradient === 'none' ? '' : derivative}
}`,
  });
});

/**
 * loss += (Σ_n -w ln p_n[y_n], Σ w[y_n]) with p_n = softmax(logits_n); dLogits, unless null, the derivative of the mean. It may be
 * logits. The equations are in reference/cross-entropy.ts.
 */
export function softmaxCrossEntropy(
  gpu: GpuContext,
  loss: Tensor,
  dLogits: Tensor | null,
  logits: Tensor,
  targets: Tensor,
  N: number,
  V: number,
  classWeights: Tensor | null = null,
  meanOver: number | null = null,
): void {
  const ids = checkedInts(targets, N, -1, V - 1);
  const weights = classWeights && floats(classWeights, V);
  const total = countTargets(gpu, ids, weights, N);
  const losses = gpu.scratch('losses', N * 4);
  const gradient = dLogits === null ? 'none' : dLogits === logits ? 'in place' : 'apart';
  const tensors = [losses, floats(logits, N * V), ids];
  if (weights) tensors.push(weights);
  if (dLogits) tensors.push(total);
  if (dLogits && gradient === 'apart') tensors.push(floats(dLogits, N * V));
  gpu.run(kernel(rowWorkgroup(V), gradient, weights !== null), undefined, tensors, [N, V, f32(meanOver ?? 0)], [N]);
  addToLoss(gpu, floats(loss, 2), losses, N, total);
}
