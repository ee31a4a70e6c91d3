/** Good files of every format, which the fuzzer damages. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { parametersFile } from '../../../../src/engine/export/model.ts';
import { portableModel } from '../../../../src/engine/export/portable.ts';
import { writeSafetensors } from '../../../../src/engine/export/safetensors.ts';
import { answersSchema } from '../../../../src/engine/import-model/answers.ts';
import { checkpointOf, openModelFile } from '../../../../src/engine/import-model/read-model.ts';
import { encodeCheckpoint } from '../../../../src/engine/training/checkpoint.ts';
import { h5File, kerasFile, matrix, type KerasModel } from '../keras-files.ts';

export const tokens = [...'abcde'];
export const answers = answersSchema.parse({});

/** By format. What PyTorch saved was saved by PyTorch: a model of word_language_model, 5 tokens, and a state dict with its characters. */
export async function goodFiles(): Promise<Record<string, Uint8Array>> {
  const saved = (name: string) => new Uint8Array(readFileSync(join(import.meta.dirname, 'files', name)));
  const checkpoint = checkpointOf(await openModelFile(saved('state.pt')), answers, null);
  const whole = encodeCheckpoint(checkpoint);
  const origin = {
    name: 'a run',
    corpusName: 'a text',
    corpusHash: 'f'.repeat(64),
    trainedWith: 'Unroll',
    createdAt: 0,
  };
  const exported = parametersFile(portableModel(whole, origin));
  const plain = writeSafetensors({
    tensors: new Map([...checkpoint.tensors].map(([name, entry]) => [`model.${name}`, entry])),
    metadata: { format: 'pt' },
  });
  return {
    'torch-zip': saved('state.pt'),
    'torch-module': saved('whole.pt'),
    'torch-legacy': saved('legacy.pt'),
    safetensors: plain,
    'unroll-safetensors': exported,
    'unroll-checkpoint': whole,
    'unroll-zip': zipSync({ 'model.safetensors': exported, 'training.safetensors': whole }, { level: 0 }),
    keras: await kerasFile(keras),
    h5: await h5File(keras),
  };
}

const layer = (class_name: string, name: string, config: object = {}) => ({ class_name, config: { name, ...config } });

const keras: KerasModel = {
  layers: [
    layer('Embedding', 'words'),
    layer('GRU', 'gru', { return_sequences: true, reset_after: true, activation: 'tanh' }),
    layer('Dense', 'answers', { activation: 'softmax' }),
  ],
  weights: [
    [{ inner: '', direction: '', values: { embeddings: matrix(5, 3) } }],
    [
      {
        inner: 'cell/',
        direction: '',
        values: { kernel: matrix(3, 12), recurrent_kernel: matrix(4, 12), bias: matrix(2, 12) },
      },
    ],
    [{ inner: '', direction: '', values: { kernel: matrix(4, 5), bias: matrix(5) } }],
  ],
};
