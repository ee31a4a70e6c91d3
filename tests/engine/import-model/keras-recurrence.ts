/** What Keras computes, by the equations of its documentation, in plain loops over its own layout. */
import type { KerasModel, LayerWeights, Matrix } from './keras-files.ts';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** x W + b, with W [in,out]. */
function affine(x: readonly number[], W: Matrix, b: ArrayLike<number> | null): number[] {
  const out = W.shape[1]!;
  return Array.from({ length: out }, (_, j) =>
    x.reduce((sum, value, i) => sum + value * W.data[i * out + j]!, b?.[j] ?? 0),
  );
}

type Step = (x: readonly number[], h: readonly number[], c: number[]) => number[];

function cell(
  kind: string,
  config: Record<string, unknown>,
  { kernel: W, recurrent_kernel: U, bias }: Record<string, Matrix>,
): Step {
  const H = U!.shape[0]!;
  const part = (values: readonly number[], k: number) => values.slice(k * H, (k + 1) * H);
  return (x, h, c) => {
    if (kind === 'SimpleRNN') {
      const u = affine(h, U!, null);
      return affine(x, W!, bias!.data).map((value, j) => Math.tanh(value + u[j]!));
    }
    if (kind === 'LSTM') {
      const u = affine(h, U!, null);
      const gates = affine(x, W!, bias!.data).map((value, j) => value + u[j]!);
      const [i, f, g, o] = [0, 1, 2, 3].map((k) => part(gates, k)) as [number[], number[], number[], number[]];
      return o.map((value, j) => {
        c[j] = sigmoid(f[j]!) * c[j]! + sigmoid(i[j]!) * Math.tanh(g[j]!);
        return sigmoid(value) * Math.tanh(c[j]!);
      });
    }
    // GRU: z, r, h.
    const after = config['reset_after'] === true;
    const inputBias = after ? bias!.data.subarray(0, 3 * H) : bias!.data;
    const xs = affine(x, W!, inputBias);
    const hs = affine(h, U!, after ? bias!.data.subarray(3 * H) : null);
    const z = part(xs, 0).map((value, j) => sigmoid(value + part(hs, 0)[j]!));
    const r = part(xs, 1).map((value, j) => sigmoid(value + part(hs, 1)[j]!));
    const reset = h.map((value, j) => value * r[j]!);
    const product = after ? part(hs, 2).map((value, j) => value * r[j]!) : part(affine(reset, U!, null), 2);
    return part(xs, 2).map((value, j) => z[j]! * h[j]! + (1 - z[j]!) * Math.tanh(value + product[j]!));
  };
}

function scan(
  xs: readonly number[][],
  kind: string,
  config: Record<string, unknown>,
  { values }: LayerWeights,
): number[][] {
  const H = values['recurrent_kernel']!.shape[0]!;
  const step = cell(kind, config, values);
  const c = new Array<number>(H).fill(0);
  let h = new Array<number>(H).fill(0);
  return xs.map((x) => (h = step(x, h, c)));
}

/** Logits of every step, or of the end alone, [rows][K]. */
export function run({ layers, weights }: KerasModel, ids: readonly number[], V: number): number[][] {
  let xs: number[][] = ids.map((id) => Array.from({ length: V }, (_, v) => (v === id ? 1 : 0)));
  layers.forEach(({ class_name: kind, config }, i) => {
    const of = weights[i]!;
    if (kind === 'Embedding') xs = xs.map((x) => affine(x, of[0]!.values['embeddings']!, null));
    if (kind === 'Dense' || kind === 'TimeDistributed')
      xs = xs.map((x) => affine(x, of[0]!.values['kernel']!, of[0]!.values['bias']!.data));
    if (['SimpleRNN', 'LSTM', 'GRU'].includes(kind)) {
      const hs = scan(xs, kind, config, of[0]!);
      xs = config['return_sequences'] === true ? hs : hs.slice(-1);
    }
    if (kind === 'Bidirectional') {
      const { class_name, config: inner } = config['layer'] as { class_name: string; config: Record<string, unknown> };
      const forward = scan(xs, class_name, inner, of[0]!);
      const backward = scan(xs.toReversed(), class_name, inner, of[1]!);
      xs = [[...forward.at(-1)!, ...backward.at(-1)!]];
    }
  });
  return xs;
}
