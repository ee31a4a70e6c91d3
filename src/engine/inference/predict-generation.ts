/** Generating texts for a label. */
import { CorpusError } from '../corpus/errors.ts';
import { BOS, EOS, type ExampleCodec } from '../data/codec.ts';
import { requireFinite } from '../metrics/outputs.ts';
import { ConditionalGenerator } from '../model/conditional-generator.ts';
import { Random, STREAM } from '../random.ts';
import { requireTask, type Trained } from './predict-model.ts';
import {
  defaultGenerateForLabelOptions,
  type GeneratedPrediction,
  type GenerateForLabelOptions,
} from './prediction.ts';
import { draw, samplingDistribution } from './sampling.ts';

/**
 * Samples, side by side. The same seed draws the same ones, and sample n does not depend on how many there are.
 * @throws CorpusError for a label that the data do not have
 * @throws RangeError for a count or length that is not a whole number from 1 on
 */
export async function generateForLabel(
  trained: Trained,
  label: string,
  options: Partial<GenerateForLabelOptions> = {},
): Promise<GeneratedPrediction> {
  requireTask(trained, 'conditional-generation');
  const { kernels, architecture, codec, parameters } = trained;
  const all = { ...defaultGenerateForLabelOptions, ...options };
  requireWhole('count', all.count);
  requireWhole('length', all.length);
  const id = idOf(codec, label);
  const sizes = { B: all.count, T: 1, training: false };
  const model = new ConditionalGenerator(kernels, architecture, codec.sizes, sizes, parameters);
  try {
    const samples = await drawSamples(trained, model, id, all);
    return {
      kind: 'generated',
      label,
      samples: samples.map((ids) => ({ text: codec.decodeTarget(ids), finished: ids.at(-1) === EOS })),
    };
  } finally {
    model.dispose();
  }
}

/** Ids of each sample, with the EOS that ends it. */
async function drawSamples(
  { kernels, codec }: Trained,
  model: ConditionalGenerator,
  label: number,
  options: GenerateForLabelOptions,
): Promise<number[][]> {
  const { count: B, length, seed } = options;
  const V = model.K;
  const samples = Array.from({ length: B }, () => new Array<number>());
  const randoms = samples.map((_, b) => new Random(seed, STREAM.sampling, b));
  const excluded = codec.neverGenerated;
  const inputs = new Int32Array(B).fill(BOS);
  let labels: Int32Array | null = new Int32Array(B).fill(label);
  for (let step = 0; step < length && samples.some((ids) => ids.at(-1) !== EOS); step++) {
    model.setBatch({ T: 1, B, lengths: null, inputs, targets: null, labels });
    model.forward(null);
    const logits = await kernels.read(model.outputs, B * V);
    requireFinite(logits);
    samples.forEach((ids, b) => {
      if (ids.at(-1) === EOS) return; // its row is computed with the others, and is read no more
      const distribution = samplingDistribution(logits.subarray(b * V, (b + 1) * V), options, excluded);
      inputs[b] = draw(distribution, randoms[b]);
      ids.push(inputs[b]);
    });
    model.carryState();
    labels = null; // from here on the carried state says it
  }
  return samples;
}

/** Labels that a message names. */
const mostNamed = 10;

function idOf(codec: ExampleCodec, label: string): number {
  const labels = codec.labels!;
  const id = labels.indexOf(label);
  if (id >= 0) return id;
  const named = labels.slice(0, mostNamed).join(', ') + (labels.length > mostNamed ? ', …' : '');
  throw new CorpusError(`There is no label “${label}” in the data: choose one of ${named}.`);
}

function requireWhole(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new RangeError(`The ${name} is a whole number from 1 on, not ${value}.`);
}
