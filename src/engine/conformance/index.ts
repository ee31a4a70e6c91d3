/** The conformance suite: one fixture, computed by the real layers on a device, compared with what PyTorch computed. */
import type { Kernels } from '../kernels/kernels.ts';
import { runEncoderDecoder } from './encoder-decoder.ts';
import { parseFixture, type Fixture } from './fixture.ts';
import { runGradientFlow } from './gradient-flow.ts';
import { runLanguageModel, runOptimizer, runTruncatedBackpropagation } from './language-model.ts';
import { runOneToMany, runStandard } from './one-to-any.ts';
import { judge, type Produced, type Verdict } from './produced.ts';
import { runSequence } from './sequence.ts';
import { runBinary, runClassify, runMultilabel, runRegress, runTagging } from './sequences.ts';

export { FixtureError } from './fixture.ts';

export type ConformanceResult =
  | ({ readonly case: string; readonly implemented: true } & Verdict)
  | { readonly case: string; readonly implemented: false; readonly pass: false; readonly reason: string };

const TASKS: Readonly<Record<string, (kernels: Kernels, fixture: Fixture) => Promise<Produced>>> = {
  sequence: runSequence,
  lm: runLanguageModel,
  lm_optimizer: runOptimizer,
  lm_tbptt: runTruncatedBackpropagation,
  classify: runClassify,
  regress: runRegress,
  binary: runBinary,
  multilabel: runMultilabel,
  one_to_many: runOneToMany,
  encdec: runEncoderDecoder,
  mlp: runStandard,
  tagging: runTagging,
  gradflow: runGradientFlow,
};

/**
 * Runs one fixture.
 * @param json the parsed file
 * @returns pass: every tensor that the fixture lists was computed and is within the bound. maxError: the largest
 * |got - want| / bound, so that up to 1 passes (Infinity where a tensor is missing or not finite); worst: the tensor it is of.
 * @throws FixtureError when it is not a fixture
 */
export async function runFixture(kernels: Kernels, json: unknown): Promise<ConformanceResult> {
  const fixture = parseFixture(json);
  const run = TASKS[fixture.task];
  if (!run) {
    return { case: fixture.name, implemented: false, pass: false, reason: `not implemented: task "${fixture.task}"` };
  }
  const produced = await run(kernels, fixture);
  return { case: fixture.name, implemented: true, ...judge(fixture, produced, kernels.precision) };
}
