/** The state of New run: the fields, what is wrong with them, and what they mean. */
import { createContext } from 'svelte';
import { dataSchema, type Column, type DataConfig } from '../../../engine/data/config.ts';
import { dataKindOf } from '../../../engine/data/objections.ts';
import { architectureSchema, shapeOf, type Architecture, type Shape } from '../../../engine/model/spec.ts';
import { runConfigSchema, type RunConfig } from '../../../engine/training/config.ts';
import { charRnn, presets, usualLearningRate, usualVocabulary, type Preset } from '../../../engine/training/presets.ts';
import { usualConfig } from '../../../engine/training/task-presets.ts';
import { parseNumber } from '../../lib/number-field.ts';
import { applies } from './applies.ts';
import { dataFields, dataFor, rawData } from './data-draft.ts';
import { check, draftOf, rawConfig, type Draft, type FieldName } from './draft.ts';
import type { InspectInput } from './inspector.svelte.ts';
import { partnerOf } from './partner.ts';
import type { PlanInput } from './planner.svelte.ts';
import type { SavedForm } from './saved-forms.ts';
import { choiceFor, choiceOf, suggestedChoice, type TaskChoice, type TaskId } from './task-choices.ts';

/** A preset on a text. */
function draftOfPreset({ config }: Pick<Preset, 'config'>, corpus: string): Draft {
  // The schema fills in what presets leave out. It wants a text; the field may still be empty.
  return { ...draftOf(runConfigSchema.parse({ ...config, corpus: '-' })), corpus };
}

/** The usual fields of a task on such texts; how its data are read comes from elsewhere. */
function usualDraft({ task, multilabel, predicts, forecastAt }: TaskChoice, texts: readonly string[]): Draft {
  const { architecture, ...config } = usualConfig(task, texts);
  const purpose = { ...architecture, multilabel, predicts, forecastAt };
  // Not checked: what the data are is not known here.
  const unread = {
    corpus: '',
    data: { kind: 'text' },
    validCorpus: null,
    testCorpus: null,
    vectorsCorpus: null,
    start: null,
  } as const;
  return draftOf({ ...config, ...unread, architecture: purpose, device: 'auto', threads: null, precision: 'float32' });
}

/** Presets and tasks decide neither the text nor where it is computed. */
const keptByPresets: readonly FieldName[] = [
  ...(['corpus', 'validCorpus', 'testCorpus', 'device', 'threads', 'precision', 'seed'] as const),
];

interface Looks {
  readonly corpus: string;
  readonly data: DataConfig;
  readonly columns: readonly Column[];
  /** Some of the texts that a network would read. */
  readonly texts: readonly string[];
}

export class RunForm {
  draft = $state({} as Draft);
  name = $state('');
  tags = $state('');
  /** What a text looks like, and its columns. */
  #looks = $state.raw<Looks | null>(null);
  /** The fields as they were filled in without the person's doing; null when the person chose them. */
  #filled: Draft | null = null;
  /** The text that the data's fields were filled in from. */
  #readAs = $state.raw<string | null>(null);
  /** The other halves that were filled in, by field. */
  readonly #suggested = new Map<FieldName, string>();
  /** Settings of tasks that were left for another: who looks at all of them loses nothing. */
  #left = new Map<TaskId, Draft>();
  #lastArchitecture: Architecture;

  /** The fields of a configuration, or the usual ones on a text. */
  constructor(from: RunConfig | string, tags: readonly string[]) {
    const isNew = typeof from === 'string';
    const draft = isNew ? draftOfPreset(charRnn, from) : draftOf(from);
    this.#lastArchitecture = isNew ? charRnn.config.architecture : from.architecture;
    if (isNew) this.#filled = draft;
    else this.#readAs = from.corpus;
    this.draft = { ...draft };
    this.tags = tags.join(', ');
  }

  /** What has been filled in, to be put back with `restore` when the screen is opened again. */
  save(): SavedForm {
    const { name, tags } = this;
    return { draft: $state.snapshot(this.draft) as Draft, name, tags, filled: this.#filled, readAs: this.#readAs };
  }

  restore({ draft, name, tags, filled, readAs }: SavedForm): void {
    this.draft = { ...this.draft, ...draft };
    this.name = name;
    this.tags = tags;
    this.#filled = filled;
    this.#readAs = readAs;
  }

  readonly #checked = $derived.by(() => check(this.draft));
  readonly config = $derived(this.#checked.config);
  readonly problems = $derived(this.#checked.problems);

  /** Which settings mean something for this network. */
  readonly applies = $derived(applies(this.draft));
  readonly choice = $derived(choiceOf(this.draft));
  readonly shape = $derived<Shape>(shapeOf(this.draft));

  readonly #looksNow = $derived(this.#looks?.corpus === this.draft.corpus ? this.#looks : null);

  readonly #texts = $derived(this.#looksNow?.texts ?? []);

  /** The task that the text looks made for, where it is no use for the chosen one. */
  readonly offer = $derived.by(() => {
    const data = this.#looksNow?.data;
    if (!data || data.kind === dataKindOf[this.draft.task]) return null;
    // Each of two line-aligned texts looks like running text.
    const isAligned = this.draft.task === 'translation' && this.draft.pairsIn === 'corpora';
    return isAligned && data.kind === 'text' ? null : suggestedChoice(data);
  });

  /** What the drawing shows: the network of the fields, with the last valid value where one is not. */
  readonly architecture = $derived.by(() => {
    const raw = rawConfig(this.draft).architecture;
    const parsed = architectureSchema.safeParse(raw);
    if (parsed.success) return (this.#lastArchitecture = parsed.data);
    const last: Record<string, unknown> = { ...this.#lastArchitecture, tie: false };
    const mended = { ...raw };
    for (const { path } of parsed.error.issues) mended[String(path[0])] = last[String(path[0])];
    return architectureSchema.safeParse(mended).data ?? this.#lastArchitecture;
  });

  /** T for the drawing, of windows; examples have their own lengths. */
  readonly steps = $derived.by(() => {
    const steps = parseNumber(this.draft.task === 'forecasting' ? this.draft.window : this.draft.steps);
    return steps !== null && Number.isInteger(steps) && steps >= 1 ? steps : 1;
  });

  /** The numbers that go in and come out, by column. */
  readonly columns = $derived.by(() => {
    if (dataKindOf[this.draft.task] !== 'numeric') return null;
    const inputs = this.draft.inputs.map(String);
    return { inputs, targets: this.draft.targets.length > 0 ? this.draft.targets.map(String) : inputs };
  });

  /** The preset that the fields are, if they are one. */
  readonly preset = $derived(presets.find((preset) => this.#is(draftOfPreset(preset, ''))) ?? null);

  /** The fields are what is usual for the task. */
  readonly isUsual = $derived(this.#is(usualDraft(this.choice, this.#texts)));

  #is(other: Draft): boolean {
    return (Object.keys(other) as FieldName[]).every(
      (field) => keptByPresets.includes(field) || isDataField(field) || same(other[field], this.draft[field]),
    );
  }

  /** What a plan depends on; null while that is not valid. As text, so that it only changes when it means something else. */
  readonly #planKey = $derived(
    this.config &&
      JSON.stringify({
        corpus: this.config.corpus,
        data: this.config.data,
        validCorpus: this.config.validCorpus,
        testCorpus: this.config.testCorpus,
        vectorsCorpus: this.config.vectorsCorpus,
        seed: this.config.training.seed,
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
        precision: this.config.precision,
      } satisfies PlanInput),
  );
  readonly planInput = $derived(this.#planKey ? (JSON.parse(this.#planKey) as PlanInput) : null);

  /** How the text is to be looked through: as the fields say, as far as that decides what is found. As text, too. */
  readonly #inspectKey = $derived.by(() => {
    const { corpus, foldIndex } = this.draft;
    if (!corpus) return null;
    const indifferent = { foldCount: '', foldIndex, maxLength: '', skipBadRows: false, window: '20' };
    const parsed = dataSchema.safeParse(rawData({ ...this.draft, ...indifferent }, this.draft));
    // The text's look comes first: until it is here, the fields are not about this text.
    const data = parsed.success && parsed.data.kind !== 'text' && this.#readAs === corpus ? parsed.data : null;
    const target = data?.kind === 'pairs' ? data.targetCorpus : null;
    return JSON.stringify({ id: corpus, target, data } satisfies InspectInput);
  });
  readonly inspectInput = $derived(this.#inspectKey ? (JSON.parse(this.#inspectKey) as InspectInput) : null);

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
    this.#take({ ...draftOfPreset(preset, ''), ...this.#dataNow() });
  }

  /** The usual settings of the task. How the data are read stays. */
  resetToUsual(): void {
    this.#take({ ...usualDraft(this.choice, this.#texts), ...this.#dataNow() });
  }

  /** Another shape of graph: the task of it that fits the text, with its usual settings. */
  chooseShape(shape: Shape): void {
    if (shape !== this.shape) this.chooseTask(choiceFor(shape, this.#looksNow?.data ?? null));
  }

  /** A task on the same text, with its usual settings or those that it was left with. */
  chooseTask(choice: TaskChoice): void {
    this.#filled = null;
    this.#begin(choice);
  }

  /**
   * What the chosen text looks like. A form that nobody has touched becomes one for it; otherwise the fields of the data are filled
   * in where the task can learn from such data.
   */
  suggest(looks: Looks): void {
    const { corpus, data, columns } = looks;
    this.#looks = looks;
    if (corpus !== this.draft.corpus || this.#readAs === corpus) return;
    this.#readAs = corpus;
    const choice = suggestedChoice(data);
    if (this.#filled && this.#isUntouched(this.#filled) && choice !== this.choice) {
      this.#begin(choice);
      this.#filled = $state.snapshot(this.draft) as Draft;
    } else if (data.kind === dataKindOf[this.draft.task]) {
      Object.assign(this.draft, dataFor(this.choice, data, columns));
    }
  }

  /** The line-aligned other halves of the chosen texts, where none have been chosen and their names tell which. */
  suggestTargets(corpora: Parameters<typeof partnerOf>[1]): void {
    const halves = [
      ['corpus', 'targetCorpus'],
      ['validCorpus', 'validTargetCorpus'],
      ['testCorpus', 'testTargetCorpus'],
    ] as const;
    for (const [source, target] of halves) {
      const chosen = this.draft[target];
      if (chosen !== '' && chosen !== this.#suggested.get(target)) continue;
      const partner = partnerOf(this.draft[source], corpora) ?? '';
      this.draft[target] = partner;
      this.#suggested.set(target, partner);
    }
  }

  #begin(choice: TaskChoice): void {
    const sameKind = dataKindOf[choice.task] === dataKindOf[this.draft.task];
    // Corpora of their own for validation and test are of the kind of data that was read before.
    if (!sameKind) Object.assign(this.draft, { validCorpus: '', testCorpus: '' });
    const data =
      sameKind && choice.task !== 'standard'
        ? this.#dataNow()
        : dataFor(choice, this.#looksNow?.data ?? null, this.#looksNow?.columns ?? []);
    const label = choice.multilabel && !this.draft.tagSeparator ? { tagSeparator: '|' } : {};
    this.#left.set(this.choice.id, $state.snapshot(this.draft) as Draft);
    this.#lastArchitecture = usualConfig(choice.task).architecture;
    this.#take({ ...(this.#left.get(choice.id) ?? usualDraft(choice, this.#texts)), ...data, ...label });
  }

  #take(next: Draft): void {
    for (const field of keptByPresets) assign(next, field, this.draft[field]);
    Object.assign(this.draft, next);
  }

  #dataNow(): Partial<Draft> {
    return Object.fromEntries(dataFields.map((field) => [field, this.draft[field]]));
  }

  #isUntouched(filled: Draft): boolean {
    return (Object.keys(filled) as FieldName[]).every(
      (field) => field === 'corpus' || isDataField(field) || same(filled[field], this.draft[field]),
    );
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

function isDataField(field: FieldName): boolean {
  return (dataFields as readonly FieldName[]).includes(field);
}

function same(a: Draft[FieldName], b: Draft[FieldName]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function assign<F extends FieldName>(draft: Draft, field: F, value: Draft[F]): void {
  draft[field] = value;
}

export const [getForm, setForm] = createContext<RunForm>();
