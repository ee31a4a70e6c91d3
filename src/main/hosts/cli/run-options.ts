/** The flags of `train` and what they mean as a run's configuration. What a flag leaves out comes from the char-rnn preset. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import { cellFamilies, tasks } from '../../../engine/model/spec.ts';
import {
  type RunConfig,
  optimizerSchema,
  runConfigSchema,
  scheduleSchema,
  tokenizerSchema,
} from '../../../engine/training/config.ts';
import { charRnn, usualLearningRate, usualVocabulary } from '../../../engine/training/presets.ts';
import { UsageError } from './errors.ts';
import { explainIssue, flagName } from './explain.ts';

export interface TrainFlags {
  readonly task: RunConfig['architecture']['task'];
  readonly tokenizer?: RunConfig['tokenizer']['kind'];
  readonly encoding?: string;
  readonly vocabulary?: number;
  readonly minFrequency?: number;
  readonly lowercase?: boolean;
  readonly cell?: RunConfig['architecture']['cell'];
  readonly activation?: RunConfig['architecture']['activation'];
  readonly reset?: RunConfig['architecture']['reset'];
  readonly layers?: number;
  readonly hidden?: number;
  readonly embedding?: number;
  readonly dropout?: number;
  readonly tie?: boolean;
  readonly batch?: number;
  readonly steps?: number;
  readonly partition?: RunConfig['training']['partition'];
  readonly epochs?: number;
  readonly maxSteps?: number;
  readonly maxMinutes?: number;
  readonly optimizer?: RunConfig['training']['optimizer']['kind'];
  readonly momentum?: number;
  readonly weightDecay?: number;
  readonly lr?: number;
  readonly schedule?: RunConfig['training']['schedule']['kind'];
  readonly warmup?: number;
  readonly clip?: number;
  readonly seed?: number;
  readonly valid?: number;
  readonly test?: number;
  readonly validFile?: string;
  readonly testFile?: string;
  readonly evalEvery?: number;
  readonly device?: string;
  readonly threads?: number;
  readonly name?: string;
}

const kinds = (schema: {
  readonly options: readonly { readonly shape: { readonly kind: { readonly value: string } } }[];
}) => schema.options.map((option) => option.shape.kind.value);

/** Adds the flags to a command. */
export function addTrainFlags(command: Command): Command {
  const { architecture, training, split, tokenizer } = charRnn.config;
  const choice = (flags: string, text: string, choices: readonly string[]) => new Option(flags, text).choices(choices);
  return command
    .addOption(choice('--task <name>', 'what the network learns', tasks).default(tasks[0]))
    .addOption(
      choice('--tokenizer <kind>', `what a token is (default: ${tokenizer.kind})`, tokenizerSchema.shape.kind.options),
    )
    .option('--encoding <name>', 'encoding of the texts (default: found out)')
    .option('--vocabulary <n>', 'most tokens to keep; for bpe the vocabulary to learn', number)
    .option('--min-frequency <n>', 'tokens seen less often become <unk> (default: 1)', number)
    .option('--lowercase', 'make all letters small')
    .addOption(choice('--cell <kind>', `recurrent cell (default: ${architecture.cell})`, cellFamilies))
    .addOption(
      choice('--activation <name>', 'non-linearity of the rnn cell (default: tanh)', ['tanh', 'relu', 'sigmoid']),
    )
    .addOption(
      choice('--reset <when>', 'reset gate of the gru cell and its product (default: after)', ['after', 'before']),
    )
    .option('--layers <n>', `stacked layers (default: ${architecture.layers})`, number)
    .option('--hidden <n>', `hidden units H of each layer (default: ${architecture.hidden})`, number)
    .option('--embedding <n>', 'embedding width E; 0 feeds one-hot vectors (default: 0 for char, H otherwise)', number)
    .option('--dropout <p>', `probability of dropping a unit (default: ${architecture.dropout})`, number)
    .option('--tie', 'the output layer shares the embedding’s weights')
    .option('--batch <n>', `sequences side by side B (default: ${training.batch})`, number)
    .option('--steps <n>', `steps back in time T (default: ${training.steps})`, number)
    .addOption(
      choice('--partition <kind>', 'windows in order, or from anywhere (default: sequential)', [
        'sequential',
        'random',
      ]),
    )
    .option('--epochs <n>', `end after so many passes over the text (default: ${training.maxEpochs})`, number)
    .option('--max-steps <n>', 'end after so many steps', number)
    .option(
      '--max-minutes <n>',
      'end after so many minutes; of several limits the first that is reached counts',
      number,
    )
    .addOption(choice('--optimizer <name>', `optimiser (default: ${training.optimizer.kind})`, kinds(optimizerSchema)))
    .option('--momentum <x>', 'of the momentum optimiser (default: 0.9)', number)
    .option('--weight-decay <x>', 'of adamw (default: 0.01)', number)
    .option('--lr <x>', 'learning rate (default: one that suits the optimiser)', number)
    .addOption(choice('--schedule <name>', 'learning-rate schedule (default: as char-rnn)', kinds(scheduleSchema)))
    .option('--warmup <n>', 'steps of warm-up of the cosine schedule (default: 100)', number)
    .option('--clip <x>', `largest global gradient norm, 0 for none (default: ${training.clip})`, number)
    .option('--seed <n>', `seed of everything random (default: ${training.seed})`, number)
    .option('--valid <fraction>', `part of the text kept for validation (default: ${split.valid})`, number)
    .option('--test <fraction>', `part of the text kept for the test at the end (default: ${split.test})`, number)
    .option('--valid-file <file>', 'a text of its own for validation')
    .option('--test-file <file>', 'a text of its own for the test')
    .option('--eval-every <n>', 'steps between evaluations (default: about ten an epoch)', number)
    .option('--device <name>', 'auto, or a name that `unroll devices` lists (default: auto)')
    .option('--threads <n>', 'threads of a CPU device (default: one per core)', number)
    .option('--name <text>', 'what to call the run');
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

/**
 * The configuration of a run.
 * @param corpora ids of the imported texts
 * @throws UsageError that names the flag, its value and what would do
 */
export function runConfigOf(
  flags: TrainFlags,
  corpora: { readonly main: string; readonly valid: string | null; readonly test: string | null },
): RunConfig {
  checkCombinations(flags);
  const { architecture, training, split } = charRnn.config;
  const tokenizer = flags.tokenizer ?? charRnn.config.tokenizer.kind;
  const hidden = flags.hidden ?? architecture.hidden;
  const optimizer = flags.optimizer ?? training.optimizer.kind;
  const ownFiles = flags.validFile !== undefined || flags.testFile !== undefined;
  const limited = [flags.epochs, flags.maxSteps, flags.maxMinutes].some((limit) => limit !== undefined);

  const wide = tokenizer !== 'char' || flags.tie === true;
  const result = runConfigSchema.safeParse({
    corpus: corpora.main,
    validCorpus: corpora.valid,
    testCorpus: corpora.test,
    split: {
      valid: flags.valid ?? (ownFiles ? 0 : split.valid),
      test: flags.test ?? (ownFiles ? 0 : split.test),
    },
    tokenizer: {
      kind: tokenizer,
      maxVocabulary: flags.vocabulary ?? usualVocabulary(tokenizer),
      minFrequency: flags.minFrequency,
      lowercase: flags.lowercase,
    },
    architecture: {
      task: flags.task,
      cell: flags.cell ?? architecture.cell,
      activation: flags.activation,
      reset: flags.reset,
      layers: flags.layers ?? architecture.layers,
      hidden,
      embedding: flags.embedding ?? (wide ? hidden : architecture.embedding),
      dropout: flags.dropout ?? architecture.dropout,
      tie: flags.tie ?? false,
    },
    training: {
      ...training,
      batch: flags.batch ?? training.batch,
      steps: flags.steps ?? training.steps,
      partition: flags.partition ?? training.partition,
      optimizer: {
        kind: optimizer,
        ...(flags.momentum !== undefined && { momentum: flags.momentum }),
        ...(flags.weightDecay !== undefined && { weightDecay: flags.weightDecay }),
      },
      learningRate: flags.lr ?? usualLearningRate(optimizer),
      schedule: flags.schedule
        ? { kind: flags.schedule, ...(flags.warmup !== undefined && { warmupSteps: flags.warmup }) }
        : training.schedule,
      clip: flags.clip === undefined ? training.clip : flags.clip === 0 ? null : flags.clip,
      maxEpochs: flags.epochs ?? (limited ? null : training.maxEpochs),
      maxSteps: flags.maxSteps ?? null,
      maxMinutes: flags.maxMinutes ?? null,
      evalEvery: flags.evalEvery ?? null,
      seed: flags.seed ?? training.seed,
    },
    device: flags.device ?? 'auto',
    threads: flags.threads ?? null,
  });
  if (!result.success) throw new UsageError(result.error.issues.map((issue) => explain(issue, flags)).join('\n'));
  return result.data;
}

function checkCombinations(flags: TrainFlags): void {
  const only = (flag: 'momentum' | 'weightDecay' | 'warmup', given: unknown, needed: string) => {
    if (flags[flag] === undefined || given === needed.split(' ')[1]) return;
    throw new UsageError(`${flagName(flag)} belongs to ${needed}: add that, or leave it out.`);
  };
  only('momentum', flags.optimizer, '--optimizer momentum');
  only('weightDecay', flags.optimizer, '--optimizer adamw');
  only('warmup', flags.schedule, '--schedule cosine');
  if (flags.validFile !== undefined && flags.valid) {
    throw new UsageError('--valid takes a part of the text and --valid-file another text: give one of them.');
  }
  if (flags.testFile !== undefined && flags.test) {
    throw new UsageError('--test takes a part of the text and --test-file another text: give one of them.');
  }
}

/** Path in the configuration → the flag that sets it. */
const flagOf: Readonly<Record<string, keyof TrainFlags>> = {
  'split.valid': 'valid',
  'split.test': 'test',
  'tokenizer.maxVocabulary': 'vocabulary',
  'tokenizer.minFrequency': 'minFrequency',
  'training.optimizer.momentum': 'momentum',
  'training.optimizer.weightDecay': 'weightDecay',
  'training.schedule.warmupSteps': 'warmup',
  'architecture.layers': 'layers',
  'architecture.hidden': 'hidden',
  'architecture.embedding': 'embedding',
  'architecture.dropout': 'dropout',
  'architecture.tie': 'tie',
  'training.batch': 'batch',
  'training.steps': 'steps',
  'training.learningRate': 'lr',
  'training.clip': 'clip',
  'training.maxEpochs': 'epochs',
  'training.maxSteps': 'maxSteps',
  'training.maxMinutes': 'maxMinutes',
  'training.evalEvery': 'evalEvery',
  'training.seed': 'seed',
  threads: 'threads',
};

function explain(issue: z.core.$ZodIssue, flags: TrainFlags): string {
  const flag = flagOf[issue.path.join('.')];
  if (issue.code === 'custom' || flag === undefined) return issue.message;
  return explainIssue(issue, `${flagName(flag)} ${flags[flag]}`);
}
