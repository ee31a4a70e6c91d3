/** Generating from a language model, one token at a time, drawing included: what is timed for `generation` cases. */
import { draw, samplingDistribution } from '../inference/sampling.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { LanguageModel } from '../model/language-model.ts';
import { architectureSchema } from '../model/spec.ts';
import { Random, STREAM } from '../random.ts';
import type { GenerationCase } from './cases.ts';

/** A random model of a case; `generate` draws that many tokens from where it last ended. */
export function createGeneration(kernels: Kernels, { cell, V, E, H, L }: GenerationCase) {
  const architecture = architectureSchema.parse({
    task: 'language-model',
    cell,
    layers: L,
    hidden: H,
    embedding: E,
    dropout: 0,
    tie: false,
  });
  const model = new LanguageModel(kernels, architecture, V, { B: 1, T: 1, training: false });
  model.parameters.initialise(1);
  const random = new Random(1, STREAM.sampling);
  const token = Int32Array.of(0);
  return {
    async generate(count: number): Promise<void> {
      for (let n = 0; n < count; n++) {
        model.setBatch(token, null, 1);
        model.forward(null);
        model.carryState();
        const logits = await kernels.read(model.logits, V);
        token[0] = draw(samplingDistribution(logits, { temperature: 1, topK: null, topP: null }), random);
      }
    },
    dispose: () => model.dispose(),
  };
}
