import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExampleOrder } from '../../../src/engine/data/example-order.ts';

const lengths = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 400 });
const batch = fc.integer({ min: 1, max: 9 });

function epoch(order: ExampleOrder, number: number): number[][] {
  const n = order.batchesPerEpoch;
  return Array.from({ length: n }, (_, i) => [...order.batch(number * n + i)]);
}

test('every example is in one batch of every epoch, and only one batch is not full', () => {
  fc.assert(
    fc.property(lengths, batch, fc.nat(), (lengths, B, seed) => {
      const order = new ExampleOrder(lengths.length, lengths, B, seed);
      for (const number of [0, 1, 5]) {
        const batches = epoch(order, number);
        expect(batches.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
        expect(batches.filter((indices) => indices.length !== B).length).toBeLessThanOrEqual(1);
        expect(Math.min(...batches.map((indices) => indices.length))).toBeGreaterThan(0);
      }
    }),
    { numRuns: 50 },
  );
});

test('a batch is a function of (seed, position), whatever was asked before', () => {
  fc.assert(
    fc.property(lengths, batch, fc.array(fc.nat(2000), { maxLength: 20 }), (lengths, B, positions) => {
      const order = new ExampleOrder(lengths.length, lengths, B, 3);
      for (const position of positions) {
        expect(order.batch(position)).toEqual(new ExampleOrder(lengths.length, lengths, B, 3).batch(position));
      }
    }),
    { numRuns: 50 },
  );
});

test('batches hold similar lengths, epochs and seeds differ, short batches do not all come first', () => {
  const lengths = Array.from({ length: 5000 }, (_, i) => 1 + ((i * 7919) % 50));
  const order = new ExampleOrder(lengths.length, lengths, 16, 1);
  const batches = epoch(order, 0);
  const longest = batches.map((indices) => Math.max(...indices.map((i) => lengths[i]!)));
  const padding = batches.reduce(
    (sum, indices, i) => sum + indices.reduce((s, e) => s + longest[i]! - lengths[e]!, 0),
    0,
  );
  const real = lengths.reduce((a, b) => a + b, 0);
  expect(padding / real).toBeLessThan(0.05);
  expect(epoch(order, 1)).not.toEqual(batches);
  expect(epoch(new ExampleOrder(lengths.length, lengths, 16, 2), 0)).not.toEqual(batches);
  const rising = longest.filter((most, i) => i > 0 && most >= longest[i - 1]!).length;
  expect(rising).toBeGreaterThan(batches.length * 0.3);
  expect(rising).toBeLessThan(batches.length * 0.7);
});
