/** The state of New run: the fields, what is wrong with them, and what they mean. */
import { createContext } from 'svelte';
import { architectureSchema, type Architecture } from '../../../engine/model/spec.ts';
import { runConfigSchema, type RunConfig } from '../../../engine/training/config.ts';
import { charRnn, presets, usualLearningRate, usualVocabulary, type Preset } from '../../../engine/training/presets.ts';
import { parseNumber } from '../../lib/number-field.ts';
import { check, draftOf, rawConfig, type Draft, type FieldName } from './draft.ts';
import type { PlanInput } from './planner.svelte.ts';

/** A preset on a text. */
function configOf(preset: Preset, corpus: string): RunConfig {
  // The schema fills in what presets leave out. It wants a text; the field may still be empty.
  const config = runConfigSchema.parse({ ...preset.config, corpus: corpus || '-' });
  return { ...config, corpus };
}

/** Presets decide neither the text nor where it is computed. */
const keptByPresets: readonly FieldName[] = ['corpus', 'validCorpus', 'testCorpus', 'device', 'threads', 'seed'];

export interface SavedForm {
  readonly draft: Draft;
  readonly base: RunConfig;
  readonly name: string;
  readonly tags: string;
}

/** Forms that were left before they were started, by what they began from. Kept while the window is open. */
export const savedForms = new Map<string, SavedForm>();

export class RunForm {
  draft = $state({} as Draft);
  name = $state('');
  tags = $state('');
  /** Has what there is no field for. */
  #base = $state.raw({} as RunConfig);
  #lastArchitecture: Architecture;

  /** The fields of a configuration, or the usual ones on a text. */
  constructor(from: RunConfig | string, tags: readonly string[]) {
    this.#base = typeof from === 'string' ? configOf(charRnn, from) : from;
    this.#lastArchitecture = this.#base.architecture;
    this.draft = draftOf(this.#base);
    this.tags = tags.join(', ');
  }

  /** What has been filled in, to be put back with `restore` when the screen is opened again. */
  save(): SavedForm {
    return { draft: $state.snapshot(this.draft), base: this.#base, name: this.name, tags: this.tags };
  }

  restore({ draft, base, name, tags }: SavedForm): void {
    this.draft = { ...draft };
    this.#base = base;
    this.name = name;
    this.tags = tags;
  }

  readonly #checked = $derived.by(() => check(this.draft, this.#base));
  readonly config = $derived(this.#checked.config);
  readonly problems = $derived(this.#checked.problems);

  /** What the drawing shows: the network of the fields, with the last valid value where one is not. */
  readonly architecture = $derived.by(() => {
    const raw = rawConfig(this.draft, this.#base).architecture;
    const parsed = architectureSchema.safeParse(raw);
    if (parsed.success) return (this.#lastArchitecture = parsed.data);
    const last: Record<string, unknown> = { ...this.#lastArchitecture, tie: false };
    const mended = { ...raw };
    for (const { path } of parsed.error.issues) mended[String(path[0])] = last[String(path[0])];
    return architectureSchema.safeParse(mended).data ?? this.#lastArchitecture;
  });

  /** T for the drawing. */
  readonly steps = $derived.by(() => {
    const steps = parseNumber(this.draft.steps);
    return steps !== null && Number.isInteger(steps) && steps >= 1 ? steps : 1;
  });

  /** The preset that the fields are, if they are one. */
  readonly preset = $derived(
    presets.find((preset) => {
      const other = draftOf(configOf(preset, this.draft.corpus));
      return (Object.keys(other) as FieldName[]).every(
        (field) => keptByPresets.includes(field) || other[field] === this.draft[field],
      );
    }) ?? null,
  );

  /** What a plan depends on; null while that is not valid. As text, so that it only changes when it means something else. */
  readonly #planKey = $derived(
    this.config &&
      JSON.stringify({
        corpus: this.config.corpus,
        tokenizer: this.config.tokenizer,
        architecture: this.config.architecture,
        batch: this.config.training.batch,
        steps: this.config.training.steps,
        partition: this.config.training.partition,
        optimizer: this.config.training.optimizer,
        valid: this.config.split.valid,
        test: this.config.split.test,
        device: this.config.device,
        threads: this.config.threads,
      } satisfies PlanInput),
  );
  readonly planInput = $derived(this.#planKey ? (JSON.parse(this.#planKey) as PlanInput) : null);

  readonly tagList = $derived([
    ...new Set(
      this.tags
        .split(',')
        .map((tag) => tag.trim())
        .filter(Boolean),
    ),
  ]);

  problem(field: FieldName): string | null {
    return (this.problems as Partial<Record<FieldName, string>>)[field] ?? null;
  }

  applyPreset(preset: Preset): void {
    const next = draftOf(configOf(preset, this.draft.corpus));
    for (const field of keptByPresets) assign(next, field, this.draft[field]);
    this.#base = configOf(preset, this.draft.corpus);
    Object.assign(this.draft, next);
  }

  /** Another tokeniser starts with the usual size of its vocabulary. */
  chooseTokenizer(kind: Draft['tokenizer']): void {
    this.draft.tokenizer = kind;
    this.draft.maxVocabulary = String(usualVocabulary(kind) ?? '');
  }

  /** Another optimiser starts with the usual learning rate for it, unless one was set by hand. */
  chooseOptimizer(kind: Draft['optimizer']): void {
    const before = usualLearningRate(this.draft.optimizer);
    if (parseNumber(this.draft.learningRate) === before) this.draft.learningRate = String(usualLearningRate(kind));
    this.draft.optimizer = kind;
  }
}

function assign<F extends FieldName>(draft: Draft, field: F, value: Draft[F]): void {
  draft[field] = value;
}

export const [getForm, setForm] = createContext<RunForm>();
