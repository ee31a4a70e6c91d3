/** What a configuration means before it runs: sizes exact where they can be known, estimated where not, speed measured. */
import { open, readFile } from 'node:fs/promises';
import type { Corpus, PlanRequest, RunPlan } from '../../api/types.ts';
import { checkSplits, type SplitSizes } from '../../engine/corpus/splits.ts';
import { deserializeTokenizer } from '../../engine/corpus/tokenizer.ts';
import { memoryPlan, parameterCount } from '../../engine/model/size.ts';
import type { TokenData } from '../../engine/protocol.ts';
import type { TokenizerConfig, TrainingConfig } from '../../engine/training/config.ts';
import type { Corpora } from './corpora.ts';
import type { CorpusTexts } from './corpus-texts.ts';
import type { ExamplePlans } from './example-plans.ts';
import { estimateTokens, headBytes, type TokenEstimate } from './head-tokens.ts';
import type { SpeedEstimates } from './speed-estimates.ts';
import type { TokenCache } from './token-cache.ts';

/** More than any drawing shows. */
const firstTokenCount = 257;

/** What the tokeniser makes of the text. */
interface Tokens {
  readonly vocabularySize: number;
  readonly exact: boolean;
  readonly lengths: SplitSizes;
  readonly first: string[];
}

export class Plan {
  readonly #corpora: Corpora;
  readonly #texts: CorpusTexts;
  readonly #tokens: TokenCache;
  readonly #speeds: SpeedEstimates;
  readonly #examples: ExamplePlans;
  readonly #estimates = new Map<string, Promise<TokenEstimate>>();

  constructor(
    corpora: Corpora,
    texts: CorpusTexts,
    tokens: TokenCache,
    speeds: SpeedEstimates,
    examples: ExamplePlans,
  ) {
    this.#corpora = corpora;
    this.#texts = texts;
    this.#tokens = tokens;
    this.#speeds = speeds;
    this.#examples = examples;
  }

  /**
   * At once; of examples once they are prepared, which is remembered. `secondsPerStep` is null the first time and measured meanwhile: asking again for the same waits for it, and null
   * then says that it cannot be measured now.
   * @throws ServiceError NOT_FOUND, CONFLICT for a corpus that is gone
   */
  async plan(request: PlanRequest): Promise<RunPlan> {
    const isText = request.data.kind === 'text' && request.architecture.task === 'language-model';
    return isText ? this.#planText(request) : this.#examples.plan(request);
  }

  async #planText(request: PlanRequest): Promise<RunPlan> {
    const { architecture, batch, steps, partition, optimizer, valid, test } = request;
    const corpus = this.#corpora.whole(request.corpus);
    const tokens = await this.#tokensOf(corpus, request);
    const { vocabularySize, lengths } = tokens;
    const problems =
      valid + test >= 1
        ? ['Validation and test leave nothing to train on; make them smaller.']
        : checkSplits(lengths, batch, steps);
    const speed = await this.#speeds.of({
      ...request,
      sizes: { inputs: vocabularySize, outputs: vocabularySize },
      targetSteps: steps,
    });
    if (speed.problem !== null) problems.push(speed.problem);
    const bytes = speed.precision === 'float64' ? 8 : 4;
    return {
      vocabularySize,
      vocabularyExact: tokens.exact,
      trainTokens: lengths.train,
      validTokens: lengths.valid ?? 0,
      testTokens: lengths.test ?? 0,
      parameters: parameterCount(architecture, vocabularySize),
      memoryBytes: memoryPlan(architecture, vocabularySize, batch, steps, optimizer.kind, bytes).total,
      stepsPerEpoch: Math.max(1, stepsPerEpoch(lengths.train, batch, steps, partition)),
      secondsPerStep: speed.secondsPerStep,
      speedFrom: speed.speedFrom,
      device: speed.device,
      deviceDetail: speed.deviceDetail,
      deviceReason: speed.deviceReason,
      firstTokens: tokens.first,
      firstTargets: [],
      examples: null,
      problems,
    };
  }

  async #tokensOf(corpus: Corpus, { tokenizer, valid, test }: PlanRequest): Promise<Tokens> {
    const recipe = {
      corpusHash: corpus.sha256,
      validHash: null,
      testHash: null,
      split: { valid, test },
      tokenizer,
      vocabulary: null,
    };
    const prepared = await this.#tokens.find(recipe);
    if (prepared) {
      const { data } = prepared;
      const lengths = { train: data.train.length, valid: data.valid?.length ?? null, test: data.test?.length ?? null };
      return { vocabularySize: data.vocabularySize, exact: true, lengths, first: await firstTokens(data) };
    }
    const estimate = await this.#estimate(corpus, tokenizer);
    const part = (share: number) => (share > 0 ? Math.floor(estimate.tokens * share) : null);
    const train = Math.max(0, estimate.tokens - (part(valid) ?? 0) - (part(test) ?? 0));
    const lengths = { train, valid: part(valid), test: part(test) };
    return { vocabularySize: estimate.vocabularySize, exact: false, lengths, first: estimate.firstTokens };
  }

  /** Remembered: a plan is made anew at every move of a slider, the tokeniser rarely changes. */
  #estimate(corpus: Corpus, tokenizer: TokenizerConfig): Promise<TokenEstimate> {
    const key = JSON.stringify([corpus.sha256, tokenizer]);
    let estimate = this.#estimates.get(key);
    if (!estimate) {
      estimate = this.#texts
        .slice(corpus.sha256, 0, headBytes(tokenizer))
        .then(({ text }) => estimateTokens(text, corpus, tokenizer, firstTokenCount));
      this.#estimates.set(key, estimate);
      estimate.catch(() => this.#estimates.delete(key));
    }
    return estimate;
  }
}

/** As corpus/batches.ts: windows of T along B rows of the text, or B at a time of the windows that fit behind any offset. */
function stepsPerEpoch(tokens: number, B: number, T: number, partition: TrainingConfig['partition']): number {
  if (partition === 'sequential') return Math.ceil(Math.floor((tokens - 1) / B) / T);
  const behindAny = Math.floor((tokens - T) / T);
  return Math.floor((behindAny >= B ? behindAny : Math.floor((tokens - 1) / T)) / B);
}

async function firstTokens({ tokenizerPath, train }: TokenData): Promise<string[]> {
  const tokenizer = deserializeTokenizer(JSON.parse(await readFile(tokenizerPath, 'utf8')));
  const { path, bytesPerToken: width, start } = train;
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(Math.min(firstTokenCount, train.length) * width);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start * width);
    return Array.from({ length: Math.floor(bytesRead / width) }, (_, i) =>
      tokenizer.tokenText(buffer.readUIntLE(i * width, width)),
    );
  } finally {
    await file.close();
  }
}
