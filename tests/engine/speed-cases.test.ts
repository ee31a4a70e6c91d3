import { expect, test } from 'vitest';
import { trainingFlops } from '../../src/engine/bench/cases.ts';
import { architectureSchema } from '../../src/engine/model/spec.ts';
import { largeToSmall, nearestCase, speedCases, stepFlops, timesTheWork } from '../../src/engine/speed-cases.ts';

const language = (hidden: number, layers: number, V: number, batch = 32, steps = 64) => ({
  architecture: architectureSchema.parse({
    ...{ task: 'language-model', cell: 'lstm', layers, hidden, embedding: 64 },
    ...{ dropout: 0, tie: false },
  }),
  sizes: { inputs: V, outputs: V },
  ...{ batch, steps, targetSteps: steps },
});

test('the work of a step is that of its matrix products', () => {
  const { small, large } = speedCases;
  const { H, L, V, B, T } = small;
  expect(stepFlops(language(H, L, V, B, T)) / trainingFlops(small)).toBeCloseTo(1, 1);
  expect(largeToSmall).toBeCloseTo(trainingFlops(large) / trainingFlops(small), 1);
});

test('an embedding is looked up: its size is no work', () => {
  const little = language(64, 1, 10);
  const wide = { ...little, sizes: { inputs: 100_000, outputs: 10 } };
  expect(stepFlops(wide)).toBe(stepFlops(little));
});

test('a network is compared with the case whose step is more like its own', () => {
  expect(nearestCase(language(64, 1, 65))).toBe('small');
  expect(nearestCase(language(512, 2, 65))).toBe('large');
  expect(timesTheWork(language(128, 1, 65, 64), 'small')).toBeCloseTo(2, 6);
});
