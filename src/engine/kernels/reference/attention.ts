import type { AttentionGradients, AttentionOperands, Tensor } from '../kernels.ts';
import { checkedLengths, floats } from './tensor.ts';
import { row } from './vector.ts';

/**
 * One decoder step t of one sequence b attends to the source positions s before the sequence's length:
 *
 *     e_s = q·k_s   or   v·tanh(q + k_s)
 *     w = softmax(e),   context = Σ_s w_s value_s
 */
export function attentionForward(operands: AttentionOperands): void {
  const { B, first, steps } = operands.shape;
  const rows = new Rows(operands);
  for (let t = first; t < first + steps; t++) {
    for (let b = 0; b < B; b++) {
      const q = rows.query(t, b);
      const length = rows.length(b);
      const w = rows.weights(t, b).fill(0);
      const context = rows.context(t, b).fill(0);
      for (let s = 0; s < length; s++) w[s] = rows.score(q, rows.key(s, b));
      const m = w.subarray(0, length).reduce((largest, e) => Math.max(largest, e), -Infinity);
      let sum = 0;
      for (let s = 0; s < length; s++) sum += w[s] = Math.exp(w[s] - m);
      for (let s = 0; s < length; s++) {
        w[s] /= sum;
        const value = rows.value(s, b);
        for (let j = 0; j < value.length; j++) context[j] += w[s] * value[j];
      }
    }
  }
}

/** The derivatives of attentionForward, its lines in reverse. */
export function attentionBackward(operands: AttentionOperands, gradients: AttentionGradients): void {
  const { B, Tx, A, F, first, steps } = operands.shape;
  const rows = new Rows(operands);
  const v = operands.v && floats(operands.v, A);
  const dv = gradients.dV && floats(gradients.dV, A);
  if ((v === null) !== (dv === null)) throw new TypeError('attentionBackward: dV goes with v');
  const dQueries = floats(gradients.dQueries, (first + steps) * B * A);
  const dContext = floats(gradients.dContext, (first + steps) * B * F);
  const dKeys = floats(gradients.dKeys, Tx * B * A);
  const dValues = floats(gradients.dValues, Tx * B * F);
  if (!gradients.accumulate) {
    dKeys.fill(0, 0, Tx * B * A);
    dValues.fill(0, 0, Tx * B * F);
    dv?.fill(0, 0, A);
  }
  for (let t = first; t < first + steps; t++) {
    for (let b = 0; b < B; b++) {
      const q = rows.query(t, b);
      const dq = row(dQueries, t * B + b, A).fill(0);
      const w = rows.weights(t, b);
      const dc = row(dContext, t * B + b, F);
      const length = rows.length(b);
      // context = Σ w_s value_s
      const dw = new Float64Array(length);
      let mean = 0; // Σ_s w_s dw_s
      for (let s = 0; s < length; s++) {
        const value = rows.value(s, b);
        const dValue = row(dValues, s * B + b, F);
        for (let j = 0; j < F; j++) {
          dw[s] += dc[j] * value[j];
          dValue[j] += w[s] * dc[j];
        }
        mean += w[s] * dw[s];
      }
      for (let s = 0; s < length; s++) {
        // w = softmax(e)
        const de = w[s] * (dw[s] - mean);
        const k = rows.key(s, b);
        const dk = row(dKeys, s * B + b, A);
        for (let j = 0; j < A; j++) {
          if (v === null || dv === null) {
            // e = q·k
            dq[j] += de * k[j];
            dk[j] += de * q[j];
          } else {
            // e = v·u, u = tanh(q + k)
            const u = Math.tanh(q[j] + k[j]);
            const da = de * v[j] * (1 - u * u);
            dv[j] += de * u;
            dq[j] += da;
            dk[j] += da;
          }
        }
      }
    }
  }
}

/** Where each step, position and sequence finds its numbers. */
class Rows {
  readonly #operands: AttentionOperands;
  readonly #queries: Float64Array;
  readonly #keys: Float64Array;
  readonly #v: Float64Array | null;
  readonly #values: Float64Array;
  readonly #weights: Float64Array;
  readonly #context: Float64Array;
  readonly #lengths: Int32Array | null;

  constructor(operands: AttentionOperands) {
    const { score, B, Tx, A, F, first, steps } = operands.shape;
    if ((score === 'additive') !== (operands.v !== null)) {
      throw new TypeError(`attention: a vector v goes with the additive score, and only with it; this one is ${score}`);
    }
    const sized = (tensor: Tensor, rows: number, width: number) => floats(tensor, rows * width);
    const decoderRows = (first + steps) * B;
    this.#operands = operands;
    this.#queries = sized(operands.queries, decoderRows, A);
    this.#keys = sized(operands.keys, Tx * B, A);
    this.#v = operands.v && floats(operands.v, A);
    this.#values = sized(operands.values, Tx * B, F);
    this.#weights = sized(operands.weights, decoderRows, Tx);
    this.#context = sized(operands.context, decoderRows, F);
    this.#lengths = operands.lengths && checkedLengths(operands.lengths, Tx, B);
  }

  length(b: number): number {
    return this.#lengths ? this.#lengths[b] : this.#operands.shape.Tx;
  }

  query(t: number, b: number): Float64Array {
    return row(this.#queries, t * this.#operands.shape.B + b, this.#operands.shape.A);
  }

  key(s: number, b: number): Float64Array {
    return row(this.#keys, s * this.#operands.shape.B + b, this.#operands.shape.A);
  }

  value(s: number, b: number): Float64Array {
    return row(this.#values, s * this.#operands.shape.B + b, this.#operands.shape.F);
  }

  weights(t: number, b: number): Float64Array {
    return row(this.#weights, t * this.#operands.shape.B + b, this.#operands.shape.Tx);
  }

  context(t: number, b: number): Float64Array {
    return row(this.#context, t * this.#operands.shape.B + b, this.#operands.shape.F);
  }

  score(q: Float64Array, k: Float64Array): number {
    let e = 0;
    for (let j = 0; j < q.length; j++) e += this.#v ? this.#v[j] * Math.tanh(q[j] + k[j]) : q[j] * k[j];
    return e;
  }
}
