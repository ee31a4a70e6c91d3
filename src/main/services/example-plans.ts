/** What a configuration of examples means before it runs: its data are prepared once, and then everything about them is exact. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlanRequest, RunPlan } from '../../api/types.ts';
import { dataObjections } from '../../engine/data/objections.ts';
import { names, requireMeta } from '../../engine/data/store.ts';
import { memoryPlan, parameterCount } from '../../engine/model/size.ts';
import type { ExampleSet } from '../../engine/protocol.ts';
import { nodeFiles } from '../files.ts';
import type { Corpora } from './corpora.ts';
import { readCodec, type DatasetCache, type DatasetRecipe } from './dataset-cache.ts';
import { EngineFailure } from './engine-processes.ts';
import { firstExample, type FirstExample } from './first-example.ts';
import { recipeOf } from './recipes.ts';
import { findTexts, hashesOfTexts, pairProblems } from './run-check.ts';
import type { SpeedEstimates } from './speed-estimates.ts';

/** More than any drawing shows. */
const mostTokens = 257;

/** A prepared data set as plans speak of it. */
interface Prepared {
  readonly set: ExampleSet;
  readonly labels: string[] | null;
  readonly first: FirstExample;
  /** Steps of an example as most are, and of a pair's target: what a batch is on average, sorted by length as it is. */
  readonly typical: { readonly steps: number; readonly targetSteps: number };
}

/** The data of a key as they were found or made; `problem` says why they cannot be prepared. */
type Outcome = { readonly prepared: Prepared } | { readonly problem: string };

interface Work {
  readonly key: string;
  /** null when it was given up for another. */
  readonly outcome: Promise<Outcome | null>;
  giveUp(): void;
}

export class ExamplePlans {
  readonly #corpora: Corpora;
  readonly #datasets: DatasetCache;
  readonly #speeds: SpeedEstimates;
  /** The data last asked for: a plan is made anew at every move of a slider, the data rarely change. */
  #work: Work | null = null;

  constructor(corpora: Corpora, datasets: DatasetCache, speeds: SpeedEstimates) {
    this.#corpora = corpora;
    this.#datasets = datasets;
    this.#speeds = speeds;
  }

  /** Waits for the data to be prepared. What is asked of other data meanwhile gives this up: then `examples` is null. */
  async plan(request: PlanRequest): Promise<RunPlan> {
    const { data, architecture, valid, test, seed } = request;
    const texts = findTexts(request, (id) => this.#corpora.whole(id));
    const problems = [...dataObjections(data, architecture).map(({ message }) => message), ...pairProblems(request)];
    // A split of its own makes the part superfluous.
    const split = { valid: texts.valid ? 0 : valid, test: texts.test ? 0 : test };
    if (split.valid + split.test >= 1)
      problems.push('Validation and test leave nothing to train on; make them smaller.');
    const recipe = recipeOf({ ...request, split, training: { seed } }, hashesOfTexts(texts));
    if (problems.length > 0 || recipe.kind === 'text') return this.#without(request, problems);
    const outcome = await this.#prepare(recipe.of);
    if (!outcome) return this.#without(request, []);
    return 'problem' in outcome ? this.#without(request, [outcome.problem]) : this.#with(request, outcome.prepared);
  }

  async #with(request: PlanRequest, { set, labels, first, typical }: Prepared): Promise<RunPlan> {
    const { architecture, batch, optimizer, data } = request;
    const { sizes, summary } = set;
    const { longest, longestTarget, train, valid, test } = summary;
    const speed = await this.#speeds.of({ ...request, sizes, ...typical });
    const bytes = speed.precision === 'float64' ? 8 : 4;
    const steps = [longest, longestTarget ?? longest] as const;
    return {
      vocabularySize: data.kind === 'numeric' ? 0 : sizes.inputs,
      vocabularyExact: true,
      trainTokens: train.tokens,
      validTokens: valid?.tokens ?? 0,
      testTokens: test?.tokens ?? 0,
      parameters: parameterCount(architecture, sizes),
      memoryBytes: memoryPlan(architecture, sizes, batch, steps, optimizer.kind, bytes).total,
      stepsPerEpoch: Math.ceil(train.examples / batch),
      secondsPerStep: speed.secondsPerStep,
      speedFrom: speed.speedFrom,
      device: speed.device,
      deviceDetail: speed.deviceDetail,
      deviceReason: speed.deviceReason,
      firstTokens: first.tokens,
      firstTargets: first.targets,
      examples: {
        train: train.examples,
        valid: valid?.examples ?? 0,
        test: test?.examples ?? 0,
        ...{ longest, longestTarget, labels },
        outputs: sizes.outputs,
        skippedRows: summary.skippedRows,
        cut: summary.cut,
        tooLong: summary.tooLong,
        unknownRate: summary.unknownRate,
        vectors: summary.vectors,
      },
      problems: speed.problem === null ? [] : [speed.problem],
    };
  }

  /** While nothing is known of the data. */
  async #without(request: PlanRequest, problems: string[]): Promise<RunPlan> {
    const { device, deviceDetail, deviceReason } = await this.#speeds.unmeasured(request);
    return {
      ...{ vocabularySize: 0, vocabularyExact: false, trainTokens: 0, validTokens: 0, testTokens: 0 },
      ...{ parameters: 0, memoryBytes: 0, stepsPerEpoch: 1, secondsPerStep: null, speedFrom: null },
      ...{ device, deviceDetail, deviceReason },
      ...{ firstTokens: [], firstTargets: [], examples: null, problems },
    };
  }

  #prepare(recipe: DatasetRecipe): Promise<Outcome | null> {
    const key = this.#datasets.key(recipe);
    if (this.#work?.key !== key) {
      this.#work?.giveUp();
      this.#work = this.#begin(key, recipe);
    }
    return this.#work.outcome;
  }

  #begin(key: string, recipe: DatasetRecipe): Work {
    const abort = new AbortController();
    const outcome = this.#datasets
      .prepare(recipe, () => {}, abort.signal)
      .then(
        async (set): Promise<Outcome> => ({ prepared: await describe(set) }),
        (error: unknown): Outcome | null => {
          if (error instanceof EngineFailure && error.kind === 'input') return { problem: error.message };
          if (abort.signal.aborted) return null;
          throw error;
        },
      );
    // What is not the data's fault may go better the next time.
    outcome.catch(() => {
      if (this.#work?.key === key) this.#work = null;
    });
    return { key, outcome, giveUp: () => abort.abort() };
  }
}

async function describe(set: ExampleSet): Promise<Prepared> {
  const labels = (await readCodec(set.directory))?.labels ?? null;
  const first = await firstExample(set, mostTokens);
  return { set, labels: labels && [...labels], first, typical: await typicalSteps(set) };
}

async function typicalSteps({ directory, summary }: ExampleSet): Promise<Prepared['typical']> {
  const { train, valid, test, longest, longestTarget } = summary;
  // Rows of a series are of several windows; each has them all.
  const isWindows = train.examples >= train.tokens;
  const steps = isWindows ? longest : Math.min(longest, Math.ceil(train.tokens / train.examples));
  if (longestTarget === null) return { steps, targetSteps: steps };
  const examples = train.examples + (valid?.examples ?? 0) + (test?.examples ?? 0);
  const { bytesPerTarget } = await requireMeta(nodeFiles(), directory);
  const tokens = (await stat(join(directory, names.targets))).size / bytesPerTarget;
  const end = 1; // <eos>
  return { steps, targetSteps: Math.min(longestTarget, Math.ceil(tokens / examples) + end) };
}
