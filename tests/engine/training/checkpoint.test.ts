import { describe, expect, it } from 'vitest';
import { SafetensorsError, writeSafetensors } from '../../../src/engine/export/safetensors.ts';
import {
  CheckpointError,
  decodeCheckpoint,
  encodeCheckpoint,
  readCheckpointRecord,
  type Checkpoint,
} from '../../../src/engine/training/checkpoint.ts';
import { tinyConfig } from './tiny.ts';

const checkpoint = (): Checkpoint => ({
  tensors: new Map([
    ['emb.weight', { shape: [2, 2], data: Float64Array.of(0.1, 0.2, 1 / 3, -1) }],
    ['optimizer.m.emb.weight', { shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) }],
    ['state.h', { shape: [1, 1, 2], data: Float64Array.of(5, 6) }],
  ]),
  steps: [
    { step: 1, epoch: 0.5, loss: 1 / 3, gradNorm: 2, learningRate: 0.1, tokensPerSecond: 9, elapsed: 0.25 },
    { step: 2, epoch: 1, loss: 0.3, gradNorm: 1e-300, learningRate: 0.1, tokensPerSecond: 8, elapsed: 0.5 },
  ],
  state: {
    version: 1,
    config: tinyConfig(),
    tokenizer: { kind: 'char', tokens: ['ψ', '\n'] },
    vocabularySize: 2,
    charactersPerToken: 1,
    step: 2,
    position: 2,
    elapsed: 0.5,
    progress: { best: { step: 1, loss: 0.1 + 0.2 }, sinceBest: 1, sinceReduction: 1, plateaus: 0 },
    evaluationDue: true,
    codec: null,
    evals: [
      {
        ...{ step: 1, epoch: 0.5, split: 'valid', loss: 0.1 + 0.2, bitsPerCharacter: 0.4, elapsed: 0.3 },
        ...{ figures: {}, metrics: null },
      },
    ],
    samples: [{ step: 1, text: 'ψ\u0000"', detail: null }],
    device: 'reference',
    deviceDetail: 'TypeScript',
  },
});

describe('checkpoints', () => {
  it('come back with every bit', () => {
    const { state, tensors, steps } = decodeCheckpoint(encodeCheckpoint(checkpoint()));
    const want = checkpoint();
    expect(state).toEqual(want.state);
    expect(steps).toEqual(want.steps);
    expect([...tensors]).toEqual([...want.tensors]);
  });

  it('what they remember is read without their numbers', async () => {
    const large = checkpoint();
    const tensors = new Map(large.tensors).set('big', { shape: [100_000], data: new Float64Array(100_000) });
    const file = encodeCheckpoint({ ...large, tensors });
    let read = 0;
    const source = (size: number) => ({
      size,
      read: (from: number, to: number) => {
        expect(to).toBeLessThanOrEqual(size);
        read += to - from;
        return Promise.resolve(file.slice(from, to));
      },
    });
    const { state, steps } = decodeCheckpoint(file);
    expect(await readCheckpointRecord(source(file.length))).toEqual({ state, steps });
    expect(read).toBeLessThan(file.length - 800_000 + 1);
    // The steps come last: a file without its end is not whole.
    for (const size of [0, 7, 8, 100, file.length - 1])
      await expect(readCheckpointRecord(source(size)), `${size} bytes`).rejects.toThrow(SafetensorsError);
  });

  it('say what is wrong with a safetensors file that is none', () => {
    const other = writeSafetensors({ tensors: new Map(), metadata: {} });
    expect(() => decodeCheckpoint(other)).toThrow(CheckpointError);
    const broken = writeSafetensors({ tensors: new Map(), metadata: { unroll: '{"version":2}' } });
    expect(() => decodeCheckpoint(broken)).toThrow(/version/);
    const notJson = writeSafetensors({ tensors: new Map(), metadata: { unroll: '{' } });
    expect(() => decodeCheckpoint(notJson)).toThrow(CheckpointError);
  });
});
