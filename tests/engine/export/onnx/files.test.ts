/** What stands in exported files besides arithmetic, and a trained model that goes the whole way. */
import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { tokensInMemory } from '../../../../src/engine/corpus/token-source.ts';
import { deserializeTokenizer } from '../../../../src/engine/corpus/tokenizer.ts';
import { learnTokenizer } from '../../../../src/engine/corpus/tokenizer-learner.ts';
import { ExportError } from '../../../../src/engine/export/errors.ts';
import { ModelProtoSchema, type ModelProto } from '../../../../src/engine/export/onnx/onnx_pb.ts';
import { MOST_BYTES, onnxFiles } from '../../../../src/engine/export/onnx/onnx.ts';
import { portableModel } from '../../../../src/engine/export/portable.ts';
import { Generator } from '../../../../src/engine/inference/generator.ts';
import { draw, samplingDistribution } from '../../../../src/engine/inference/sampling.ts';
import { createReferenceKernels } from '../../../../src/engine/kernels/reference/index.ts';
import type { GenerateOptions } from '../../../../src/engine/protocol.ts';
import { Random, STREAM } from '../../../../src/engine/random.ts';
import { encodeCheckpoint } from '../../../../src/engine/training/checkpoint.ts';
import { TextLearner } from '../../../../src/engine/training/text-learner.ts';
import { Trainer } from '../../../../src/engine/training/trainer.ts';
import { taskArchitecture } from '../../model/task-cases.ts';
import { tinyConfig } from '../../training/tiny.ts';
import { ALL_CASES } from './cases.ts';
import { network } from './network.ts';
import { open, run, type Numbers } from './run.ts';

const kernels = createReferenceKernels();
const parsed = (bytes: Uint8Array): ModelProto => fromBinary(ModelProtoSchema, bytes);
const metadataOf = ({ metadataProps }: ModelProto) => new Map(metadataProps.map(({ key, value }) => [key, value]));

describe('the files of a model', () => {
  it.each(ALL_CASES)(
    '%s: the standard’s operators, plain names, and a word on all that goes in and out',
    async (_, architecture) => {
      const { exported } = await network(kernels, architecture);
      for (const { bytes } of onnxFiles(exported)) {
        const { graph, ...model } = parsed(bytes);
        expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([['', 17n]]);
        expect(model.producerName).toBe('Unroll 0.1.0');
        for (const { name, docString } of [...graph!.input, ...graph!.output]) {
          expect(docString, name).toMatch(/^[A-Z].*\.$/);
        }
        const names = [...graph!.node, ...graph!.initializer].map(({ name }) => name);
        expect(names.filter((name) => !/^[\w.]+$/.test(name))).toEqual([]);
        expect(new Set(names).size).toBe(names.length);
      }
    },
  );

  it('keep a tied matrix once', async () => {
    const { exported } = await network(kernels, taskArchitecture({ task: 'language-model', tie: true, embedding: 3 }));
    const { graph } = parsed(onnxFiles(exported)[0]!.bytes);
    expect(graph!.initializer.filter(({ dims }) => dims.join() === '5,3').map(({ name }) => name)).toEqual([
      'emb.weight',
    ]);
  });

  it('cannot hold more than 2 GB', async () => {
    const { exported } = await network(kernels, taskArchitecture({ task: 'language-model' }));
    const shape = [MOST_BYTES / 4 + 1];
    const parameters = new Map([...exported.parameters, ['large', { shape, data: new Float32Array(0) }] as const]);
    expect(() => onnxFiles({ ...exported, parameters })).toThrow(
      new ExportError(
        'The parameters take 2.1 GB, and an ONNX file holds at most 2 GB: export the model as safetensors instead.',
      ),
    );
  });
});

it('a trained language model writes the same text, from nothing but its file', async () => {
  const text = 'the cat sat on the mat; the dog sat on the log. '.repeat(6);
  const config = tinyConfig({ training: { maxSteps: 30 } });
  const tokenizer = await learnTokenizer(config.tokenizer, text);
  const train = tokensInMemory(tokenizer.encode(text));
  const data = { tokenizer, charactersPerToken: 1, train, valid: null, test: null, vectors: null };
  const learner = new TextLearner(kernels, config, data);
  const trainer = await Trainer.begin({ kernels, config, learner, clock: () => 0 });
  while (trainer.finished === null) await trainer.trainStep();
  const provenance = { name: 'Cats', corpusName: 'cats.txt', corpusHash: 'ab', trainedWith: 'Unroll', createdAt: 0 };
  const model = portableModel(encodeCheckpoint(await trainer.checkpoint()), provenance);
  const [file] = onnxFiles(model);

  const options: GenerateOptions = { prompt: 'the ', length: 40, temperature: 0.8, topK: null, topP: null, seed: 4 };
  const generator = new Generator(kernels, model.architecture, tokenizer, learner.model.parameters);
  let ours = '';
  for await (const piece of generator.generate(options)) ours += piece;
  expect(await generated(file!.bytes, options)).toBe(ours);
});

/** A text as `Generator` draws it, from the logits of ONNX Runtime and the tokeniser in the file. */
async function generated(file: Uint8Array, options: GenerateOptions): Promise<string> {
  const session = await open(file);
  const metadata = metadataOf(parsed(file));
  expect(metadata.get('name')).toBe('Cats');
  const tokenizer = deserializeTokenizer(JSON.parse(metadata.get('tokenizer')!));
  const zeros = { shape: [2, 1, 6], data: new Float32Array(12) };
  const random = new Random(options.seed, STREAM.sampling);
  let state: Record<string, Numbers> = { h0: zeros, c0: zeros };
  const step = async (ids: ArrayLike<number>) => {
    const { logits, hn, cn } = await run(session, { tokens: { shape: [ids.length, 1], data: ids }, ...state });
    state = { h0: hn!, c0: cn! };
    return Float64Array.from(logits!.data).slice(-tokenizer.vocabularySize);
  };
  let logits = await step(tokenizer.encode(options.prompt));
  const ids: number[] = [];
  for (let n = 0; n < options.length; n++) {
    ids.push(draw(samplingDistribution(logits, options, [tokenizer.unknownId!]), random));
    logits = await step(ids.slice(-1));
  }
  return tokenizer.decode(ids);
}
