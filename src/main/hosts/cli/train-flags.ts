/** The flags of `train`: how they are written, what they mean, and which tasks have a use for them. */
import { type Command, Option } from 'commander';
import type { Column } from '../../../engine/data/config.ts';
import {
  attentionKinds,
  cellFamilies,
  dropoutKinds,
  forecastPositions,
  poolingKinds,
  predictionKinds,
  scoreKinds,
  tasks,
  type Architecture,
  type Task,
} from '../../../engine/model/spec.ts';
import {
  optimizerSchema,
  type RunConfig,
  scheduleSchema,
  tokenizerSchema,
  trainingSchema,
} from '../../../engine/training/config.ts';
import { character, column, columns, number, several } from './parse.ts';

type Training = RunConfig['training'];

export const dataFormats = ['csv', 'tsv', 'jsonl', 'conllu', 'columns'] as const;
const scalings = ['standard', 'minmax', 'none'] as const;

export interface TrainFlags {
  readonly task: Task;

  readonly encoding?: string;
  readonly format?: (typeof dataFormats)[number];
  readonly delimiter?: string;
  readonly header?: boolean;
  readonly quoting?: boolean;
  readonly maxLength?: number;
  readonly skipBadRows?: boolean;
  readonly valid?: number;
  readonly test?: number;
  readonly validFile?: string;
  readonly testFile?: string;
  readonly folds?: number;
  readonly fold?: number;

  readonly textColumn?: Column;
  readonly labelColumn?: Column;
  readonly labelSeparator?: string;
  readonly positive?: string;

  readonly tokenColumn?: number;
  readonly tagColumn?: number;
  readonly tagSeparator?: string;

  readonly sourceColumn?: Column;
  readonly targetColumn?: Column;
  readonly targetFile?: string;
  readonly validTargetFile?: string;
  readonly testTargetFile?: string;

  readonly columns?: readonly Column[];
  readonly targetColumns?: readonly Column[];
  readonly predicts?: Architecture['predicts'];
  readonly window?: number;
  readonly horizon?: number;
  readonly forecastAt?: Architecture['forecastAt'];
  readonly scaling?: (typeof scalings)[number];
  readonly decimalComma?: boolean;

  readonly tokenizer?: RunConfig['tokenizer']['kind'];
  readonly vocabulary?: number;
  readonly minFrequency?: number;
  readonly lowercase?: boolean;
  readonly wordVectors?: string;

  readonly cell?: Architecture['cell'];
  readonly activation?: Architecture['activation'];
  readonly reset?: Architecture['reset'];
  readonly layers?: number;
  readonly hidden?: number;
  readonly embedding?: number;
  readonly bidirectional?: boolean;
  readonly pooling?: Architecture['pooling'];
  readonly dropout?: number;
  readonly dropoutKind?: Architecture['dropoutKind'];
  readonly layerNorm?: boolean;
  readonly residual?: boolean;
  readonly tie?: boolean;
  readonly labelEmbedding?: number;

  readonly attention?: Architecture['attention'];
  readonly score?: Architecture['score'];
  readonly attentionSize?: number;
  readonly decoderHidden?: number;

  readonly batch?: number;
  readonly steps?: number;
  readonly partition?: Training['partition'];
  readonly epochs?: number;
  readonly maxSteps?: number;
  readonly maxMinutes?: number;
  readonly earlyStopping?: number;
  readonly evalEvery?: number;
  readonly optimizer?: Training['optimizer']['kind'];
  readonly momentum?: number;
  readonly weightDecay?: number;
  readonly lr?: number;
  readonly schedule?: Training['schedule']['kind'];
  readonly warmup?: number;
  readonly clip?: number;
  readonly classWeights?: Training['classWeights'];
  readonly scheduledSampling?: number;
  readonly scheduledSamplingSteps?: number;
  readonly seed?: number;

  readonly device?: string;
  readonly threads?: number;
  readonly precision?: RunConfig['precision'];
  readonly name?: string;
  readonly set?: readonly string[];
}

export type FlagName = keyof TrainFlags;

interface Flag {
  /** As commander has it: "--layers <n>". */
  readonly syntax: string;
  readonly text: string;
  /** The values to choose from, or how a value is read; a text or a switch without. */
  readonly takes?: readonly string[] | ((text: string, before: unknown) => unknown);
  /** Tasks that have a use for it; all without. */
  readonly tasks?: readonly Task[];
}

export const labelled: readonly Task[] = [
  'classification',
  'binary',
  'multilabel',
  'regression',
  'conditional-generation',
];
const numeric: readonly Task[] = ['forecasting', 'standard'];
const without = (...left: Task[]) => tasks.filter((task) => !left.includes(task));
const ofTokens = without('forecasting', 'standard');
const examples = without('language-model');
const recurrent = without('standard');
const ofTokenExamples = ofTokens.filter((task) => examples.includes(task));
const tabular: readonly Task[] = [...labelled, 'translation', ...numeric];

const kinds = (schema: {
  readonly options: readonly { readonly shape: { readonly kind: { readonly value: string } } }[];
}) => schema.options.map((option) => option.shape.kind.value);

const dataFlags: readonly Flag[] = [
  { syntax: '--encoding <name>', text: 'encoding of the files (default: found out)' },
  {
    ...{ syntax: '--format <name>', takes: dataFormats, tasks: examples },
    text: 'how examples stand in the file (default: found out, as all below)',
  },
  {
    syntax: '--delimiter <c>',
    text: 'what separates cells: a character, tab or space',
    takes: character,
    tasks: examples,
  },
  { syntax: '--header', text: 'the first row names the columns', tasks: tabular },
  { syntax: '--no-header', text: 'the first row is an example', tasks: tabular },
  { syntax: '--quoting', text: 'cells may stand in quotes (default: in csv)', tasks: tabular },
  { syntax: '--no-quoting', text: 'quotes are characters like others', tasks: tabular },
  {
    ...{ syntax: '--max-length <n>', takes: number, tasks: ofTokenExamples },
    text: 'most tokens of an example: longer texts are cut, longer sentences and pairs left out (default: no limit)',
  },
  { syntax: '--skip-bad-rows', text: 'leave out what cannot be used, instead of refusing the file', tasks: examples },
  { syntax: '--valid <fraction>', text: 'part kept for validation', takes: number },
  { syntax: '--test <fraction>', text: 'part kept for the test at the end', takes: number },
  { syntax: '--valid-file <file>', text: 'a file of its own for validation' },
  { syntax: '--test-file <file>', text: 'a file of its own for the test' },
  { syntax: '--folds <n>', text: 'cross-validation: the test part is one of so many', takes: number, tasks: examples },
  { syntax: '--fold <i>', text: 'which one, from 1', takes: number, tasks: examples },
];

const labelFlags: readonly Flag[] = [
  { syntax: '--text-column <column>', text: 'name or number of the column of texts', takes: column, tasks: labelled },
  { syntax: '--label-column <column>', text: 'name or number of the column of labels', takes: column, tasks: labelled },
  {
    ...{ syntax: '--label-separator <c>', takes: character, tasks: ['multilabel'] },
    text: 'what separates the labels of one text (default: ;)',
  },
  {
    ...{ syntax: '--positive <label>', tasks: ['binary'] },
    text: 'the label that means yes (default: yes, true, 1, positive)',
  },
];

const tagFlags: readonly Flag[] = [
  { syntax: '--token-column <n>', text: 'number of the column of tokens', takes: number, tasks: ['tagging'] },
  { syntax: '--tag-column <n>', text: 'number of the column of tags', takes: number, tasks: ['tagging'] },
  {
    ...{ syntax: '--tag-separator <c>', takes: character, tasks: ['tagging'] },
    text: 'several labels a token, separated by this',
  },
];

const pairFlags: readonly Flag[] = [
  {
    syntax: '--source-column <column>',
    text: 'name or number of the source column',
    takes: column,
    tasks: ['translation'],
  },
  {
    syntax: '--target-column <column>',
    text: 'name or number of the target column',
    takes: column,
    tasks: ['translation'],
  },
  {
    ...{ syntax: '--target-file <file>', tasks: ['translation'] },
    text: 'the targets, line by line, where FILE has the sources only',
  },
  { syntax: '--valid-target-file <file>', text: 'the same of --valid-file', tasks: ['translation'] },
  { syntax: '--test-target-file <file>', text: 'the same of --test-file', tasks: ['translation'] },
];

const numberFlags: readonly Flag[] = [
  { syntax: '--columns <a,b,…>', text: 'names or numbers of the columns to read', takes: columns, tasks: numeric },
  {
    ...{ syntax: '--target-columns <a,b,…>', takes: columns, tasks: numeric },
    text: 'columns to predict (default, of a series: the same)',
  },
  {
    syntax: '--predicts <what>',
    text: 'whether the target is a class or a value',
    takes: predictionKinds,
    tasks: ['standard'],
  },
  {
    syntax: '--window <n>',
    text: 'steps that a forecast is made from (default: 20)',
    takes: number,
    tasks: ['forecasting'],
  },
  { syntax: '--horizon <n>', text: 'steps to forecast (default: 1)', takes: number, tasks: ['forecasting'] },
  {
    ...{ syntax: '--forecast-at <where>', takes: forecastPositions, tasks: ['forecasting'] },
    text: 'from the end of the window or at every step of it (default: end)',
  },
  {
    ...{ syntax: '--scaling <kind>', takes: scalings, tasks: [...numeric, 'regression'] },
    text: 'of the numbers, learned on the training part (default: standard)',
  },
  { syntax: '--decimal-comma', text: 'numbers are written 3,14', tasks: numeric },
];

const tokenFlags: readonly Flag[] = [
  { syntax: '--tokenizer <kind>', text: 'what a token is', takes: tokenizerSchema.shape.kind.options, tasks: ofTokens },
  {
    ...{ syntax: '--vocabulary <n>', takes: number, tasks: ofTokens },
    text: 'most tokens to keep; for bpe the vocabulary to learn',
  },
  { syntax: '--min-frequency <n>', text: 'tokens seen less often become <unk>', takes: number, tasks: ofTokens },
  { syntax: '--lowercase', text: 'make all letters small', tasks: ofTokens },
  { syntax: '--no-lowercase', text: 'leave letters as they are', tasks: ofTokens },
  {
    ...{ syntax: '--word-vectors <file>', tasks: ofTokens },
    text: 'what the embedding begins with, in GloVe’s or word2vec’s text format',
  },
];

const networkFlags: readonly Flag[] = [
  { syntax: '--cell <kind>', text: 'recurrent cell', takes: cellFamilies, tasks: recurrent },
  {
    ...{ syntax: '--activation <name>', takes: ['tanh', 'relu', 'sigmoid'] },
    text: 'non-linearity of the rnn cell and of a standard network (default: tanh)',
  },
  {
    ...{ syntax: '--reset <when>', takes: ['after', 'before'], tasks: recurrent },
    text: 'reset gate of the gru cell and its product (default: after)',
  },
  { syntax: '--layers <n>', text: 'stacked layers L', takes: number },
  { syntax: '--hidden <n>', text: 'hidden units H of each layer and direction', takes: number },
  { syntax: '--embedding <n>', text: 'embedding width E; 0 feeds one-hot vectors', takes: number, tasks: ofTokens },
  { syntax: '--bidirectional', text: 'a second direction, right to left' },
  { syntax: '--no-bidirectional', text: 'left to right only' },
  {
    ...{ syntax: '--pooling <kind>', takes: poolingKinds },
    ...{ text: 'how all steps become one answer', tasks: [...labelled.slice(0, 4), 'forecasting'] },
  },
  { syntax: '--dropout <p>', text: 'probability of dropping a unit', takes: number },
  {
    ...{ syntax: '--dropout-kind <kind>', takes: dropoutKinds, tasks: recurrent },
    text: 'variational: one mask for all steps of a sequence (default: standard)',
  },
  { syntax: '--layer-norm', text: 'layer normalisation of every recurrent layer’s output', tasks: recurrent },
  { syntax: '--residual', text: 'a layer above the first adds its input to its output', tasks: recurrent },
  { syntax: '--tie', text: 'the output layer shares the embedding’s weights' },
  {
    ...{ syntax: '--label-embedding <n>', takes: number, tasks: ['conditional-generation'] },
    text: 'width of the label’s embedding (default: H)',
  },
];

const decoderFlags: readonly Flag[] = [
  {
    ...{ syntax: '--attention <kind>', takes: attentionKinds, tasks: ['translation'] },
    text: 'what the decoder sees of the source',
  },
  {
    syntax: '--score <kind>',
    text: 'of Luong’s attention (default: general)',
    takes: scoreKinds,
    tasks: ['translation'],
  },
  {
    syntax: '--attention-size <n>',
    text: 'width A of the attention (default: S)',
    takes: number,
    tasks: ['translation'],
  },
  {
    syntax: '--decoder-hidden <n>',
    text: 'hidden units S of the decoder (default: H)',
    takes: number,
    tasks: ['translation'],
  },
  {
    ...{ syntax: '--scheduled-sampling <rate>', takes: number, tasks: ['translation'] },
    text: 'how often the decoder is fed its own token at last (default: never)',
  },
  {
    ...{ syntax: '--scheduled-sampling-steps <n>', takes: number, tasks: ['translation'] },
    text: 'steps over which that grows from 0 (default: 1000)',
  },
];

const trainingFlags: readonly Flag[] = [
  { syntax: '--batch <n>', text: 'sequences side by side B', takes: number },
  { syntax: '--steps <n>', text: 'steps back in time T', takes: number, tasks: ['language-model'] },
  {
    ...{ syntax: '--partition <kind>', takes: ['sequential', 'random'], tasks: ['language-model'] },
    text: 'windows in order, or from anywhere (default: sequential)',
  },
  { syntax: '--epochs <n>', text: 'end after so many passes over the training part', takes: number },
  { syntax: '--max-steps <n>', text: 'end after so many steps', takes: number },
  {
    ...{ syntax: '--max-minutes <n>', takes: number },
    text: 'end after so many minutes; of several limits the first that is reached counts',
  },
  {
    ...{ syntax: '--early-stopping <n>', takes: number },
    text: 'end after so many evaluations without improvement, 0 never',
  },
  { syntax: '--eval-every <n>', text: 'steps between evaluations (default: about ten an epoch)', takes: number },
  { syntax: '--optimizer <name>', text: 'optimiser', takes: kinds(optimizerSchema) },
  { syntax: '--momentum <x>', text: 'of the momentum optimiser (default: 0.9)', takes: number },
  { syntax: '--weight-decay <x>', text: 'of adamw (default: 0.01)', takes: number },
  { syntax: '--lr <x>', text: 'learning rate', takes: number },
  { syntax: '--schedule <name>', text: 'learning-rate schedule', takes: kinds(scheduleSchema) },
  { syntax: '--warmup <n>', text: 'steps of warm-up of the cosine schedule (default: 100)', takes: number },
  { syntax: '--clip <x>', text: 'largest global gradient norm, 0 for none', takes: number },
  {
    ...{ syntax: '--class-weights <kind>', takes: trainingSchema.shape.classWeights.unwrap().options },
    text: 'balanced: rare classes weigh as much as frequent ones (default: none)',
  },
  { syntax: '--seed <n>', text: 'seed of everything random', takes: number },
];

const runFlags: readonly Flag[] = [
  { syntax: '--device <name>', text: 'auto, or a name that `unroll devices` lists (default: auto)' },
  { syntax: '--threads <n>', text: 'threads of a CPU device (default: one per core)', takes: number },
  {
    ...{ syntax: '--precision <kind>', takes: ['float32', 'mixed'] },
    text: 'mixed: weights are multiplied as f16, with --device webgpu (default: float32)',
  },
  { syntax: '--name <text>', text: 'what to call the run' },
  {
    ...{ syntax: '--set <path=value>', takes: several },
    text: 'any other setting by its path in config.json, as training.schedule.factor=0.97; may be given more than once',
  },
];

const groups: readonly { readonly heading: string; readonly flags: readonly Flag[] }[] = [
  { heading: 'Data', flags: dataFlags },
  {
    heading: 'Texts with labels: classification, binary, multilabel, regression, conditional-generation',
    flags: labelFlags,
  },
  { heading: 'Tokens with tags: tagging', flags: tagFlags },
  { heading: 'Pairs of texts: translation', flags: pairFlags },
  { heading: 'Columns of numbers: forecasting, standard', flags: numberFlags },
  { heading: 'Tokens', flags: tokenFlags },
  { heading: 'Network', flags: networkFlags },
  { heading: 'Encoder and decoder: translation', flags: decoderFlags },
  { heading: 'Training', flags: trainingFlags },
  { heading: 'Run', flags: runFlags },
];

const footer = `
What a flag leaves out is usual for the task, and how FILE is read is found out from its beginning.`;

function optionOf({ syntax, text, takes }: Flag): Option {
  const option = new Option(syntax, text);
  if (typeof takes === 'function') return option.argParser(takes);
  return takes ? option.choices(takes) : option;
}

/** Adds the flags to a command. */
export function addTrainFlags(command: Command): Command {
  command.addOption(new Option('--task <name>', 'what the network learns').choices(tasks).default(tasks[0]));
  for (const { heading, flags } of groups) {
    for (const flag of flags) command.addOption(optionOf(flag).helpGroup(`${heading}:`));
  }
  return command.addHelpText('after', footer);
}

export interface Use {
  readonly text: string;
  readonly tasks: readonly Task[];
}

/** What flags are for, where not every task has a use for them. */
export const usesOf: ReadonlyMap<FlagName, Use> = new Map(
  groups
    .flatMap(({ flags }) => flags)
    .flatMap((flag): [FlagName, Use][] =>
      flag.tasks ? [[optionOf(flag).attributeName() as FlagName, { text: flag.text, tasks: flag.tasks }]] : [],
    ),
);
