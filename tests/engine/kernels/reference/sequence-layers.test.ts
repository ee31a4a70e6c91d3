import { describe, expect, it } from 'vitest';
import type { AttentionGradients, AttentionOperands, Pooling, Tensor } from '../../../../src/engine/kernels/kernels.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { expectClose } from '../../../compare.ts';
import { dot, GRADIENT_BOUND, Guards, normals, numericalGradient } from '../../numbers.ts';

const kernels = createReferenceKernels();
const EXACT = { atol: 1e-15, rtol: 1e-14 };

function random(label: string, shape: readonly number[], seed: number) {
  const tensor = kernels.alloc(label, shape);
  kernels.write(tensor, normals(seed, tensor.size));
  return tensor;
}

function ints(label: string, values: readonly number[]) {
  const tensor = kernels.alloc(label, [values.length], 'int');
  kernels.write(tensor, values);
  return tensor;
}

describe.each(['dot', 'additive'] as const)('attention, score %s', (score) => {
  const [B, Tx, Ty, A, F] = [2, 4, 3, 5, 3];
  const lengths = [4, 2];

  function attention(guards: Guards, first = 0, steps = Ty) {
    const operands: AttentionOperands = {
      shape: { score, B, Tx, A, F, first, steps },
      queries: random('queries', [Ty, B, A], 1),
      keys: random('keys', [Tx, B, A], 2),
      v: score === 'additive' ? random('v', [A], 3) : null,
      values: random('values', [Tx, B, F], 4),
      lengths: ints('lengths', lengths),
      weights: guards.alloc('weights', [Ty, B, Tx]),
      context: guards.alloc('context', [Ty, B, F]),
    };
    const gradients: AttentionGradients = {
      dContext: random('dContext', [Ty, B, F], 5),
      dQueries: guards.alloc('dQueries', [Ty, B, A]),
      dKeys: guards.alloc('dKeys', [Tx, B, A]),
      dValues: guards.alloc('dValues', [Tx, B, F]),
      dV: score === 'additive' ? guards.alloc('dV', [A]) : null,
      accumulate: false,
    };
    return { operands, gradients };
  }

  it('is the softmax of the scores, and the weighted sum of the values', async () => {
    const guards = new Guards(kernels);
    const { operands } = attention(guards);
    kernels.attentionForward(operands);
    const [q, k, values] = await Promise.all(
      [operands.queries, operands.keys, operands.values].map((t) => kernels.read(t)),
    );
    const v = operands.v && (await kernels.read(operands.v));
    const [weights, context]: [number[], number[]] = [[], []];
    for (let t = 0; t < Ty; t++) {
      for (let b = 0; b < B; b++) {
        const e = Array.from({ length: lengths[b] }, (_, s) => {
          const pairs = Array.from({ length: A }, (__, j) => [q[(t * B + b) * A + j], k[(s * B + b) * A + j]]);
          return pairs.reduce((sum, [qj, kj], j) => sum + (v ? v[j] * Math.tanh(qj + kj) : qj * kj), 0);
        });
        const total = e.reduce((sum, es) => sum + Math.exp(es), 0);
        const w = Array.from({ length: Tx }, (_, s) => (s < lengths[b] ? Math.exp(e[s]) / total : 0));
        weights.push(...w);
        for (let j = 0; j < F; j++) context.push(w.reduce((sum, ws, s) => sum + ws * values[(s * B + b) * F + j], 0));
      }
    }
    expectClose(await kernels.read(operands.weights), weights, { rtol: 1e-13 }, 'weights');
    expectClose(await kernels.read(operands.context), context, { rtol: 1e-12, atol: 1e-15 }, 'context');
    await guards.check();
  });

  it('has the gradients of central differences', async () => {
    const guards = new Guards(kernels);
    const { operands, gradients } = attention(guards);
    const loss = async () => {
      kernels.attentionForward(operands);
      return dot(await kernels.read(operands.context), await kernels.read(gradients.dContext));
    };
    kernels.attentionForward(operands);
    kernels.attentionBackward(operands, gradients);
    const pairs: [Tensor, Tensor][] = [
      [gradients.dQueries, operands.queries],
      [gradients.dKeys, operands.keys],
      [gradients.dValues, operands.values],
    ];
    if (gradients.dV && operands.v) pairs.push([gradients.dV, operands.v]);
    for (const [d, x] of pairs) {
      expectClose(await kernels.read(d), await numericalGradient(kernels, x, loss), GRADIENT_BOUND, d.label);
    }
    await guards.check();
  });

  it('one step at a time, last first and added up, is all steps at once', async () => {
    const guards = new Guards(kernels);
    const whole = attention(guards);
    kernels.attentionForward(whole.operands);
    kernels.attentionBackward(whole.operands, whole.gradients);
    const parts = attention(guards);
    const step = (first: number): AttentionOperands => ({
      ...parts.operands,
      shape: { ...parts.operands.shape, first, steps: 1 },
    });
    for (let t = 0; t < Ty; t++) kernels.attentionForward(step(t));
    for (let t = Ty - 1; t >= 0; t--) {
      kernels.attentionBackward(step(t), { ...parts.gradients, accumulate: t < Ty - 1 });
    }
    for (const name of ['weights', 'context'] as const) {
      expectClose(await kernels.read(parts.operands[name]), await kernels.read(whole.operands[name]), {}, name);
    }
    for (const name of ['dQueries', 'dKeys', 'dValues'] as const) {
      expectClose(await kernels.read(parts.gradients[name]), await kernels.read(whole.gradients[name]), EXACT, name);
    }
    await guards.check();
  });

  it('survives scores that overflow exp, and refuses what does not fit', async () => {
    const guards = new Guards(kernels);
    const { operands, gradients } = attention(guards);
    kernels.write(
      operands.queries,
      (await kernels.read(operands.queries)).map((x) => 1e5 * x),
    );
    kernels.attentionForward(operands);
    expect((await kernels.read(operands.weights)).every((w) => w >= 0 && w <= 1)).toBe(true);
    const tooFar = { ...operands, shape: { ...operands.shape, first: 1 } };
    expect(() => kernels.attentionForward(tooFar)).toThrow('the operation needs');
    const { v, lengths: real, ...others } = operands;
    const withoutV = { ...others, lengths: real, v: v ? null : random('v', [A], 3) };
    expect(() => kernels.attentionForward(withoutV)).toThrow('goes with the additive score');
    expect(() => kernels.attentionForward({ ...operands, lengths: ints('lengths', [5, 1]) })).toThrow(
      'expected a length from 0 to 4',
    );
    if (gradients.dV)
      expect(() => kernels.attentionBackward(operands, { ...gradients, dV: null })).toThrow('dV goes with v');
  });
});

describe('attention whose keys are its values', () => {
  it('adds both shares where both gradients are one tensor', async () => {
    const [B, Tx, Ty, A] = [2, 3, 2, 4];
    const states = random('states', [Tx, B, A], 1);
    const shape = { score: 'dot', B, Tx, A, F: A, first: 0, steps: Ty } as const;
    const operands: AttentionOperands = {
      ...{ shape, queries: random('queries', [Ty, B, A], 2), keys: states, values: states, v: null, lengths: null },
      weights: kernels.alloc('weights', [Ty, B, Tx]),
      context: kernels.alloc('context', [Ty, B, A]),
    };
    const [dContext, dQueries] = [random('dContext', [Ty, B, A], 3), kernels.alloc('dQueries', [Ty, B, A])];
    const dStates = kernels.alloc('dStates', [Tx, B, A]);
    const loss = async () => {
      kernels.attentionForward(operands);
      return dot(await kernels.read(operands.context), await kernels.read(dContext));
    };
    const want = await numericalGradient(kernels, states, loss);
    kernels.attentionForward(operands);
    kernels.attentionBackward(operands, {
      ...{ dContext, dQueries, dKeys: dStates, dValues: dStates, dV: null, accumulate: false },
    });
    expectClose(await kernels.read(dStates), want, GRADIENT_BOUND);
  });
});

describe.each<[Pooling, 1 | 2]>([
  ['last', 1],
  ['last', 2],
  ['mean', 1],
  ['max', 2],
])('pooling by %s, %i directions', (kind, D) => {
  const [T, B, F] = [4, 3, 6];
  const shape = { kind, T, B, F, D };
  const lengths = [4, 0, 2];

  it('takes the real steps only', async () => {
    const guards = new Guards(kernels);
    const x = random('x', [T, B, F], 1);
    const y = guards.alloc('y', [B, F]);
    kernels.poolForward(shape, y, kernels.alloc('argmax', [B, F], 'int'), x, ints('lengths', lengths));
    const numbers = await kernels.read(x);
    const want = lengths.flatMap((n, b) =>
      Array.from({ length: F }, (_, j) => {
        const real = Array.from({ length: n }, (__, t) => numbers[(t * B + b) * F + j]);
        if (n === 0) return 0;
        if (kind === 'mean') return real.reduce((sum, v) => sum + v, 0) / n;
        if (kind === 'max') return Math.max(...real);
        return D === 2 && j >= F / 2 ? real[0] : real[n - 1];
      }),
    );
    expectClose(await kernels.read(y), want, EXACT);
    await guards.check();
  });

  it('has the gradient of central differences, 0 at padding', async () => {
    const guards = new Guards(kernels);
    const x = random('x', [T, B, F], 1);
    const [y, dy, dx] = [kernels.alloc('y', [B, F]), random('dy', [B, F], 2), guards.alloc('dx', [T, B, F])];
    const argmax = kind === 'max' ? kernels.alloc('argmax', [B, F], 'int') : null;
    const real = ints('lengths', lengths);
    const loss = async () => {
      kernels.poolForward(shape, y, argmax, x, real);
      return dot(await kernels.read(y), await kernels.read(dy));
    };
    const want = await numericalGradient(kernels, x, loss);
    kernels.poolForward(shape, y, argmax, x, real);
    kernels.poolBackward(shape, dx, dy, argmax, real);
    expectClose(await kernels.read(dx), want, GRADIENT_BOUND);
    await guards.check();
  });
});

describe('pooling by maximum', () => {
  const shape = { kind: 'max', T: 3, B: 1, F: 1, D: 1 } as const;
  it('gives the gradient of equals to the first', async () => {
    const x = kernels.alloc('x', [3, 1, 1]);
    kernels.write(x, [1, 7, 7]);
    const [y, argmax, dx] = [
      kernels.alloc('y', [1, 1]),
      kernels.alloc('argmax', [1, 1], 'int'),
      kernels.alloc('dx', [3]),
    ];
    const dy = kernels.alloc('dy', [1]);
    kernels.write(dy, [5]);
    kernels.poolForward(shape, y, argmax, x, null);
    kernels.poolBackward(shape, dx, dy, argmax, null);
    expect([...(await kernels.read(dx))]).toEqual([0, 5, 0]);
    expect([...(await kernels.read(argmax))]).toEqual([1]);
  });

  it('needs room for the steps', () => {
    const [x, y] = [kernels.alloc('x', [3]), kernels.alloc('y', [1])];
    expect(() => kernels.poolForward(shape, y, null, x, null)).toThrow('needs a tensor for the steps');
  });
});

describe('layer normalisation', () => {
  const [N, F] = [3, 5];

  it('gives rows of mean 0 and variance 1, times the gain, plus the bias; a constant row is the bias', async () => {
    const guards = new Guards(kernels);
    const x = random('x', [N, F], 1);
    kernels.write(x, new Float64Array(F).fill(7), F);
    const [gain, bias] = [random('gain', [F], 2), random('bias', [F], 3)];
    const [y, statistics] = [guards.alloc('y', [N, F]), guards.alloc('statistics', [N, 2])];
    kernels.layerNormForward(y, statistics, x, gain, bias, N, F);
    const [g, b, out] = await Promise.all([gain, bias, y].map((t) => kernels.read(t)));
    for (const n of [0, 2]) {
      const normal = Array.from({ length: F }, (_, j) => (out[n * F + j] - b[j]) / g[j]);
      const mean = normal.reduce((sum, v) => sum + v, 0) / F;
      const variance = normal.reduce((sum, v) => sum + (v - mean) ** 2, 0) / F;
      expectClose([mean, variance], [0, 1], { atol: 1e-4 });
    }
    expectClose(out.subarray(F, 2 * F), b, EXACT);
    await guards.check();
  });

  it('has the gradients of central differences; dx may take the place of dy; accumulate adds to the parameters’', async () => {
    const guards = new Guards(kernels);
    const x = random('x', [N, F], 1);
    const [gain, bias, dy] = [random('gain', [F], 2), random('bias', [F], 3), random('dy', [N, F], 4)];
    const [y, statistics] = [kernels.alloc('y', [N, F]), kernels.alloc('statistics', [N, 2])];
    const upstream = await kernels.read(dy);
    const loss = async () => {
      kernels.layerNormForward(y, statistics, x, gain, bias, N, F);
      return dot(await kernels.read(y), upstream);
    };
    const [wantX, wantGain, wantBias] = [
      await numericalGradient(kernels, x, loss),
      await numericalGradient(kernels, gain, loss),
      await numericalGradient(kernels, bias, loss),
    ];
    await loss();
    const [dx, dGain, dBias] = [guards.alloc('dx', [N, F]), guards.alloc('dGain', [F]), guards.alloc('dBias', [F])];
    kernels.layerNormBackward(dx, dGain, dBias, dy, x, statistics, gain, N, F, false);
    expectClose(await kernels.read(dx), wantX, GRADIENT_BOUND, 'dx');
    expectClose(await kernels.read(dGain), wantGain, GRADIENT_BOUND, 'dGain');
    expectClose(await kernels.read(dBias), wantBias, GRADIENT_BOUND, 'dBias');
    kernels.layerNormBackward(dy, dGain, dBias, dy, x, statistics, gain, N, F, true);
    expectClose(await kernels.read(dy), await kernels.read(dx), {}, 'in place');
    expectClose(
      await kernels.read(dGain),
      wantGain.map((d) => 2 * d),
      GRADIENT_BOUND,
      'accumulated',
    );
    await guards.check();
  });
});

describe('losses of elements', () => {
  const [N, K] = [4, 3];
  const mask = ints('mask', [1, 0, 1, 1]);
  const weights = kernels.alloc('weights', [K]);
  kernels.write(weights, [1, 2.5, 0.5]);
  const yes = kernels.alloc('yes', [N, K]);
  kernels.write(yes, [1, 0, 1, 9, 9, 9, 0, 0, 1, 0.25, 1, 0]);
  type Call = (loss: Tensor, d: Tensor | null, y: Tensor) => void;
  const targets = random('targets', [N, K], 3);

  it.each<[string, Call, number]>([
    ['sigmoid', (loss, d, y) => kernels.sigmoidCrossEntropy(loss, d, y, yes, mask, N, K, null), 9],
    ['sigmoid, weighted', (loss, d, y) => kernels.sigmoidCrossEntropy(loss, d, y, yes, mask, N, K, weights), 9],
    ['squared', (loss, d, y) => kernels.squaredError(loss, d, y, targets, mask, N, K), 9],
    ['squared, all rows', (loss, d, y) => kernels.squaredError(loss, d, y, targets, null, N, K), 12],
  ])('%s: the gradient of the mean is that of central differences, also in place', async (_, call, count) => {
    const guards = new Guards(kernels);
    const y = random('y', [N, K], 1);
    const loss = guards.alloc('loss', [2]);
    const mean = async () => {
      kernels.fill(loss, 0);
      call(loss, null, y);
      const [sum, elements] = await kernels.read(loss);
      expect(elements).toBe(count);
      return sum / elements;
    };
    const want = await numericalGradient(kernels, y, mean);
    const d = guards.alloc('d', [N, K]);
    call(loss, d, y);
    const got = await kernels.read(d);
    expectClose(got, want, GRADIENT_BOUND);
    if (count === 9) expect([...got.slice(K, 2 * K)]).toEqual([0, 0, 0]);
    call(loss, y, y);
    expectClose(await kernels.read(y), got, {});
    await guards.check();
  });

  it('are what their formulas say, added to what is there', async () => {
    const loss = kernels.alloc('loss', [2]);
    kernels.write(loss, [10, 20]);
    const y = kernels.alloc('y', [1, 2]);
    const t = kernels.alloc('t', [1, 2]);
    kernels.write(y, [0.5, -1]);
    kernels.write(t, [1, 0]);
    const p = 1 / (1 + Math.exp(-0.5));
    const q = 1 / (1 + Math.exp(1));
    kernels.sigmoidCrossEntropy(loss, null, y, t, null, 1, 2, null);
    expectClose(await kernels.read(loss), [10 - Math.log(p) - Math.log(1 - q), 22], { rtol: 1e-15 });
    kernels.write(loss, [10, 20]);
    kernels.squaredError(loss, null, y, t, null, 1, 2);
    expectClose(await kernels.read(loss), [10 + 0.25 + 1, 22], { rtol: 1e-15 });
  });

  it('binary cross-entropy survives logits that overflow exp, and refuses targets outside 0 … 1', async () => {
    const [loss, y, t] = [kernels.alloc('loss', [2]), kernels.alloc('y', [1, 2]), kernels.alloc('t', [1, 2])];
    kernels.write(y, [1000, -1000]);
    kernels.write(t, [0, 1]);
    kernels.sigmoidCrossEntropy(loss, y, y, t, null, 1, 2, null);
    expect([...(await kernels.read(loss))]).toEqual([2000, 2]);
    expect([...(await kernels.read(y))]).toEqual([0.5, -0.5]);
    kernels.write(t, [0, 1.5]);
    expect(() => kernels.sigmoidCrossEntropy(loss, null, y, t, null, 1, 2, null)).toThrow(
      'expected a number from 0 (no) to 1',
    );
  });

  it('without an element that counts there is no loss and no gradient', async () => {
    const [loss, y] = [kernels.alloc('loss', [2]), random('y', [1, K], 1)];
    kernels.squaredError(loss, y, y, targets, ints('mask', [0]), 1, K);
    expect([...(await kernels.read(loss)), ...(await kernels.read(y))]).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('softmax with class weights', () => {
  it('is the weighted mean of torch.nn.CrossEntropyLoss, with its gradient', async () => {
    const [N, V] = [4, 3];
    const logits = random('logits', [N, V], 1);
    const targets = ints('targets', [2, -1, 0, 2]);
    const weights = kernels.alloc('weights', [V]);
    kernels.write(weights, [0.5, 1, 3]);
    const loss = kernels.alloc('loss', [2]);
    const mean = async () => {
      kernels.fill(loss, 0);
      kernels.softmaxCrossEntropy(loss, null, logits, targets, N, V, weights);
      const [sum, weight] = await kernels.read(loss);
      expect(weight).toBe(6.5);
      return sum / weight;
    };
    const want = await numericalGradient(kernels, logits, mean);
    kernels.softmaxCrossEntropy(loss, logits, logits, targets, N, V, weights);
    expectClose(await kernels.read(logits), want, GRADIENT_BOUND);
  });
});

describe('activations', () => {
  it.each(['tanh', 'relu', 'sigmoid'] as const)(
    '%s has the derivative of central differences, in place too',
    async (kind) => {
      const [x, y, dy, dx] = [
        random('x', [9], 1),
        kernels.alloc('y', [9]),
        random('dy', [9], 2),
        kernels.alloc('dx', [9]),
      ];
      const loss = async () => {
        kernels.activationForward(y, x, kind, 9);
        return dot(await kernels.read(y), await kernels.read(dy));
      };
      const want = await numericalGradient(kernels, x, loss);
      await loss();
      kernels.activationBackward(dx, dy, y, kind, 9);
      expectClose(await kernels.read(dx), want, GRADIENT_BOUND);
      kernels.activationForward(x, x, kind, 8);
      expectClose((await kernels.read(x)).slice(0, 8), (await kernels.read(y)).slice(0, 8), {});
    },
  );
});

describe('copyBlock', () => {
  it('copies or adds a block of columns between rows of different widths, and touches nothing else', async () => {
    const source = kernels.alloc('source', [2, 3]);
    kernels.write(source, [1, 2, 3, 4, 5, 6]);
    const target = kernels.alloc('target', [2, 4]);
    kernels.fill(target, 9);
    const to = { tensor: target, offset: 1, stride: 4 };
    const from = { tensor: source, offset: 1, stride: 3 };
    kernels.copyBlock(to, from, 2, 2, false);
    expect([...(await kernels.read(target))]).toEqual([9, 2, 3, 9, 9, 5, 6, 9]);
    kernels.copyBlock(to, from, 2, 2, true);
    expect([...(await kernels.read(target))]).toEqual([9, 4, 6, 9, 9, 10, 12, 9]);
    expect(() => kernels.copyBlock({ ...to, offset: 3 }, from, 2, 2, false)).toThrow('the operation needs 9');
    expect(() => kernels.copyBlock({ ...to, stride: 1 }, from, 2, 2, false)).toThrow(
      'with rows 1 apart, for 2 columns',
    );
  });
});

describe('dropout with a period', () => {
  it('has one mask for all steps', async () => {
    const [T, width] = [5, 7];
    const x = kernels.alloc('x', [T, width]);
    kernels.fill(x, 1);
    const y = kernels.alloc('y', [T, width]);
    kernels.dropout(y, x, T * width, 0.5, { seed: 1, stream: 1000, counter: 3 }, width);
    const all = await kernels.read(y);
    const first = [...all.slice(0, width)];
    expect(new Set(first)).toEqual(new Set([0, 2]));
    for (let t = 1; t < T; t++) expect([...all.slice(t * width, (t + 1) * width)]).toEqual(first);
    const single = kernels.alloc('single', [width]);
    kernels.dropout(single, x, width, 0.5, { seed: 1, stream: 1000, counter: 3 });
    expect([...(await kernels.read(single))]).toEqual(first);
    expect(() => kernels.dropout(y, x, 3, 0.5, { seed: 1, stream: 1, counter: 1 }, 0)).toThrow(
      'period of the mask is 0',
    );
  });
});
