import { describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import { philox } from '../../../../src/engine/random.ts';
import { expectClose } from '../../../compare.ts';
import { dot, GRADIENT_BOUND, Guards, normals, numericalGradient } from '../../numbers.ts';

const kernels = createReferenceKernels();

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

describe('embedding', () => {
  const [N, V, E] = [5, 4, 3];
  const tokens = ints('tokens', [2, 0, 2, 3, 2]); // 2 three times, 1 never

  it('gathers rows', async () => {
    const table = random('table', [V, E], 1);
    const guards = new Guards(kernels);
    const y = guards.alloc('y', [N, E]);
    kernels.embeddingForward(y, tokens, table, N, V, E);
    const rows = await kernels.read(table);
    const want = [2, 0, 2, 3, 2].flatMap((id) => [...rows.slice(id * E, (id + 1) * E)]);
    expect([...(await kernels.read(y))]).toEqual(want);
    await guards.check();
  });

  it('scatters gradients, adding where a token repeats, from zeros or from what is there', async () => {
    const dy = random('dy', [N, E], 2);
    const table = random('table', [V, E], 1);
    const y = kernels.alloc('y', [N, E]);
    const loss = async () => {
      kernels.embeddingForward(y, tokens, table, N, V, E);
      return dot(await kernels.read(y), await kernels.read(dy));
    };
    const want = await numericalGradient(kernels, table, loss);
    const guards = new Guards(kernels);
    const dTable = guards.alloc('dTable', [V, E]);
    kernels.embeddingBackward(dTable, dy, tokens, N, V, E, false);
    expectClose(await kernels.read(dTable), want, GRADIENT_BOUND);
    kernels.embeddingBackward(dTable, dy, tokens, N, V, E, true);
    expectClose(
      await kernels.read(dTable),
      want.map((d) => 2 * d),
      GRADIENT_BOUND,
    );
    await guards.check();
  });

  it('refuses ids outside the table', () => {
    const y = kernels.alloc('y', [1, E]);
    const table = kernels.alloc('table', [V, E]);
    expect(() => kernels.embeddingForward(y, ints('tokens', [V]), table, 1, V, E)).toThrow(
      '"tokens"[0] is 4, expected an id from 0 to 3',
    );
    expect(() => kernels.embeddingForward(y, ints('tokens', [-1]), table, 1, V, E)).toThrow(RangeError);
  });

  it('one-hot rows have a single 1', async () => {
    const guards = new Guards(kernels);
    const y = guards.alloc('y', [3, V]);
    kernels.oneHot(y, ints('tokens', [1, 3, 0]), 3, V);
    expect([...(await kernels.read(y))]).toEqual([0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0]);
    await guards.check();
  });
});

describe('linear', () => {
  const [N, I, O] = [3, 5, 2];

  it.each([true, false])('computes y = x Wᵀ + b (bias: %s)', async (withBias) => {
    const x = random('x', [N, I], 1);
    const weight = random('weight', [O, I], 2);
    const bias = withBias ? random('bias', [O], 3) : null;
    const guards = new Guards(kernels);
    const y = guards.alloc('y', [N, O]);
    kernels.linearForward(y, x, weight, bias, N, I, O);
    const [xs, ws] = [await kernels.read(x), await kernels.read(weight)];
    const bs = bias ? await kernels.read(bias) : new Float64Array(O);
    const want: number[] = [];
    for (let n = 0; n < N; n++) {
      for (let o = 0; o < O; o++) {
        want.push(bs[o] + dot(xs.subarray(n * I, (n + 1) * I), ws.subarray(o * I, (o + 1) * I)));
      }
    }
    expectClose(await kernels.read(y), want, { atol: 1e-14, rtol: 1e-14 });
    await guards.check();
  });

  it('has the gradients of central differences; each may be left out; accumulate adds to the parameters’ only', async () => {
    const x = random('x', [N, I], 1);
    const weight = random('weight', [O, I], 2);
    const bias = random('bias', [O], 3);
    const dy = random('dy', [N, O], 4);
    const y = kernels.alloc('y', [N, O]);
    const loss = async () => {
      kernels.linearForward(y, x, weight, bias, N, I, O);
      return dot(await kernels.read(y), await kernels.read(dy));
    };
    const want = [x, weight, bias].map((tensor) => () => numericalGradient(kernels, tensor, loss));
    const guards = new Guards(kernels);
    const [dx, dW, db] = [guards.alloc('dx', [N, I]), guards.alloc('dW', [O, I]), guards.alloc('db', [O])];
    kernels.linearBackward(dx, dW, db, dy, x, weight, N, I, O, false);
    for (const [i, d] of [dx, dW, db].entries()) {
      expectClose(await kernels.read(d), await want[i](), GRADIENT_BOUND, d.label);
    }
    const [dx1, dW1, db1] = await Promise.all([dx, dW, db].map((d) => kernels.read(d)));
    kernels.linearBackward(dx, dW, db, dy, x, weight, N, I, O, true);
    expectClose(await kernels.read(dx), dx1, {}, 'dx');
    expectClose(
      await kernels.read(dW),
      dW1.map((d) => 2 * d),
      { rtol: 1e-14, atol: 1e-14 },
      'dW',
    );
    expectClose(
      await kernels.read(db),
      db1.map((d) => 2 * d),
      { rtol: 1e-14, atol: 1e-14 },
      'db',
    );
    kernels.linearBackward(dx, null, null, dy, x, weight, N, I, O, false);
    kernels.linearBackward(null, dW, null, dy, x, weight, N, I, O, false);
    kernels.linearBackward(null, null, db, dy, x, weight, N, I, O, false);
    expectClose(await kernels.read(dW), dW1, {}, 'dW');
    expectClose(await kernels.read(db), db1, {}, 'db');
    await guards.check();
  });
});

describe('softmax with cross-entropy', () => {
  const [N, V] = [5, 4];
  const targets = ints('targets', [3, -1, 0, 2, -1]);

  it('adds Σ -ln p and the number of targets to the loss', async () => {
    const logits = random('logits', [N, V], 1);
    const guards = new Guards(kernels);
    const loss = guards.alloc('loss', [2]);
    kernels.write(loss, [10, 20]);
    kernels.softmaxCrossEntropy(loss, null, logits, targets, N, V);
    const a = await kernels.read(logits);
    let sum = 10;
    for (const [n, y] of [
      [0, 3],
      [2, 0],
      [3, 2],
    ]) {
      const row = a.subarray(n * V, (n + 1) * V);
      sum -= Math.log(Math.exp(row[y]) / [...row].reduce((total, av) => total + Math.exp(av), 0));
    }
    expectClose(await kernels.read(loss), [sum, 23], { rtol: 1e-14 });
    await guards.check();
  });

  it('has the gradient of the mean by central differences, 0 at ignored rows, also in place', async () => {
    const logits = random('logits', [N, V], 2);
    const loss = kernels.alloc('loss', [2]);
    const mean = async () => {
      kernels.fill(loss, 0);
      kernels.softmaxCrossEntropy(loss, null, logits, targets, N, V);
      const [sum, count] = await kernels.read(loss);
      return sum / count;
    };
    const want = await numericalGradient(kernels, logits, mean);
    const guards = new Guards(kernels);
    const dLogits = guards.alloc('dLogits', [N, V]);
    kernels.softmaxCrossEntropy(loss, dLogits, logits, targets, N, V);
    const got = await kernels.read(dLogits);
    expectClose(got, want, GRADIENT_BOUND);
    expect([...got.slice(V, 2 * V), ...got.slice(4 * V)].every((d) => d === 0)).toBe(true);
    kernels.softmaxCrossEntropy(loss, logits, logits, targets, N, V);
    expectClose(await kernels.read(logits), got, {});
    await guards.check();
  });

  it('survives logits that overflow exp', async () => {
    const logits = kernels.alloc('logits', [1, 3]);
    kernels.write(logits, [1000, -1000, 999]);
    const loss = kernels.alloc('loss', [2]);
    kernels.softmaxCrossEntropy(loss, logits, logits, ints('targets', [1]), 1, 3);
    const p = 1 / (1 + Math.exp(-1));
    expectClose(await kernels.read(loss), [2000 + Math.log1p(Math.exp(-1)), 1], { rtol: 1e-14 });
    expectClose(await kernels.read(logits), [p, -1, 1 - p], { rtol: 1e-13, atol: 1e-15 });
  });

  it('a batch without targets has no loss and no gradient', async () => {
    const logits = random('logits', [2, V], 3);
    const loss = kernels.alloc('loss', [2]);
    kernels.softmaxCrossEntropy(loss, logits, logits, ints('targets', [-1, -1]), 2, V);
    expect([...(await kernels.read(loss)), ...(await kernels.read(logits))].every((v) => v === 0)).toBe(true);
  });

  it('refuses targets outside the vocabulary', () => {
    const [loss, logits] = [kernels.alloc('loss', [2]), kernels.alloc('logits', [1, V])];
    const call = (target: number) => () =>
      kernels.softmaxCrossEntropy(loss, null, logits, ints('targets', [target]), 1, V);
    expect(call(V)).toThrow('expected an id from -1 to 3');
    expect(call(-2)).toThrow(RangeError);
  });
});

describe('dropout', () => {
  const at = { seed: 5, stream: 1001, counter: 9 };
  const count = 1003;

  it('drops by the words of the random stream, and scales what it keeps', async () => {
    const p = 0.3;
    const x = random('x', [count], 1);
    const guards = new Guards(kernels);
    const y = guards.alloc('y', [count]);
    kernels.dropout(y, x, count, p, at);
    const [got, input] = [await kernels.read(y), await kernels.read(x)];
    const want = input.map((xi, i) => {
      const word = philox(at.seed, at.stream, at.counter, Math.floor(i / 4))[i % 4];
      return word / 2 ** 32 < p ? 0 : xi / (1 - p);
    });
    expectClose(got, want, { rtol: 1e-15 });
    const dropped = got.filter((v) => v === 0).length / count;
    expect(Math.abs(dropped - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / count));
    await guards.check();
  });

  it('works in place, touches only the first `count`, and at p = 0 is the identity', async () => {
    const x = random('x', [10], 2);
    const before = await kernels.read(x);
    const y = kernels.alloc('y', [10]);
    kernels.dropout(y, x, 7, 0.5, at);
    kernels.dropout(x, x, 7, 0.5, at);
    expectClose((await kernels.read(x)).slice(0, 7), (await kernels.read(y)).slice(0, 7), {});
    expectClose((await kernels.read(x)).slice(7), before.slice(7), {});
    kernels.write(x, before);
    kernels.dropout(x, x, 10, 0, at);
    expectClose(await kernels.read(x), before, {});
  });

  it('refuses p = 1', () => {
    const x = kernels.alloc('x', [1]);
    expect(() => kernels.dropout(x, x, 1, 1, at)).toThrow('expected 0 ≤ p < 1');
  });
});
