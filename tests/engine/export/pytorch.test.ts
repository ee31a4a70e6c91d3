import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { tokensInMemory } from '../../../src/engine/corpus/token-source.ts';
import { learnTokenizer } from '../../../src/engine/corpus/tokenizer-learner.ts';
import { parametersFile } from '../../../src/engine/export/model.ts';
import { portableModel } from '../../../src/engine/export/portable.ts';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/index.ts';
import { LanguageModel } from '../../../src/engine/model/language-model.ts';
import type { Architecture } from '../../../src/engine/model/spec.ts';
import { encodeCheckpoint } from '../../../src/engine/training/checkpoint.ts';
import { TextLearner } from '../../../src/engine/training/text-learner.ts';
import { Trainer } from '../../../src/engine/training/trainer.ts';
import { tinyConfig } from '../training/tiny.ts';

const findTorch = 'import importlib.util, sys; sys.exit(importlib.util.find_spec("torch") is None)';
/** A Python that has PyTorch; undefined where there is none. */
const python = ['/usr/bin/python3', 'python3', 'python'].find(
  (name) => spawnSync(name, ['-c', findTorch], { stdio: 'ignore' }).status === 0,
);

const cases: [string, Partial<Architecture>][] = [
  ['lstm', { cell: 'lstm' }],
  ['gru', { cell: 'gru' }],
  ['rnn, tanh', { cell: 'rnn' }],
  ['rnn, ReLU', { cell: 'rnn', activation: 'relu' }],
  ['lstm, one-hot input', { cell: 'lstm', embedding: 0 }],
  ['lstm, tied', { cell: 'lstm', tie: true, embedding: 6 }],
  ['gru, tied', { cell: 'gru', tie: true, embedding: 6 }],
];

const text = 'the cat sat on the mat; the dog sat on the log. '.repeat(6);
const tokenizer = await learnTokenizer(tinyConfig().tokenizer, text);
const ids = tokenizer.encode(text);
const [T, B] = [9, 2];
const inputs = ids.slice(20, 20 + T * B);

/** Two layers after a few steps of training: the exported file, and the logits [T*B*V] of `inputs`. */
async function trained(architecture: Partial<Architecture>): Promise<{ file: Uint8Array; logits: number[] }> {
  const kernels = createReferenceKernels();
  const config = tinyConfig({ architecture, training: { maxSteps: 30 } });
  const data = { tokenizer, charactersPerToken: 1, train: tokensInMemory(ids), valid: null, test: null, vectors: null };
  const learner = new TextLearner(kernels, config, data);
  const trainer = await Trainer.begin({ kernels, config, learner, clock: () => 0 });
  while (trainer.finished === null) await trainer.trainStep();
  const { parameters, vocabularySize: V } = learner.model;
  const model = new LanguageModel(kernels, trainer.config.architecture, V, { B, T, training: false }, parameters);
  model.resetState();
  model.setBatch(inputs, null, T);
  model.forward(null);
  const logits = [...(await kernels.read(model.logits, T * B * V))];
  const origin = { name: 'a', corpusName: 'b', corpusHash: 'c', trainedWith: 'Unroll', createdAt: 0 };
  return { file: parametersFile(portableModel(encodeCheckpoint(await trainer.checkpoint()), origin)), logits };
}

/** What PyTorch makes of them, all in one process: importing it takes seconds. */
function pyTorchLogits(files: readonly Uint8Array[]): number[][] {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-pytorch-'));
  try {
    const requests = files.map((file, i) => {
      const path = join(folder, `${i}.safetensors`);
      writeFileSync(path, file);
      return { file: path, ids: Array.from({ length: T }, (_, t) => [...inputs.subarray(t * B, (t + 1) * B)]) };
    });
    const { status, stdout, stderr } = spawnSync(python!, [join(import.meta.dirname, 'pytorch.py')], {
      input: JSON.stringify(requests),
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout) as number[][];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(python === undefined)('PyTorch computes the same logits from an exported model', () => {
  const ours = new Map<string, number[]>();
  const theirs = new Map<string, number[]>();

  beforeAll(async () => {
    const models = await Promise.all(cases.map(async ([, architecture]) => trained(architecture)));
    const results = pyTorchLogits(models.map(({ file }) => file));
    for (const [i, [name]] of cases.entries()) {
      ours.set(name, models[i]!.logits);
      theirs.set(name, results[i]!);
    }
  }, 120_000);

  it.each(cases)('%s', (name) => {
    const [a, b] = [ours.get(name)!, theirs.get(name)!];
    expect(b.length).toBe(a.length);
    expect(Math.max(...a.map((logit, i) => Math.abs(logit - b[i]!)))).toBeLessThan(1e-4);
  });
});
