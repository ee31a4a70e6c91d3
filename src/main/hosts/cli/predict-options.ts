/** The flags of `predict`, and what they ask of a run's task. */
import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import { predictionInputSchema, type PredictionRequest } from '../../../api/types.ts';
import { defaultGenerateForLabelOptions, defaultTranslateOptions } from '../../../engine/inference/prediction.ts';
import type { Task } from '../../../engine/model/spec.ts';
import { UsageError } from './errors.ts';
import { explainIssue, flagName } from './explain.ts';
import { number } from './parse.ts';

export interface PredictFlags {
  readonly input?: string;
  readonly file?: string;
  readonly label?: string;
  readonly count?: number;
  readonly length?: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly beam?: number;
  readonly lengthPenalty?: number;
  readonly best?: number;
  readonly maxLength?: number;
}

export function addPredictFlags(command: Command): Command {
  const generated = defaultGenerateForLabelOptions;
  const translated = defaultTranslateOptions;
  return command
    .optionsGroup('Input:')
    .option('--input <text>', 'a text, or numbers: cells separated by commas, rows by semicolons')
    .option('--file <file>', 'a text on every line, or a table of numbers; - for stdin')
    .optionsGroup('Translation:')
    .option('--beam <n>', `hypotheses at once, 1 is greedy (default: ${translated.width})`, number)
    .option('--length-penalty <a>', `0 favours short ones (default: ${translated.lengthPenalty})`, number)
    .option('--best <n>', `how many translations (default: ${translated.best})`, number)
    .option('--max-length <n>', `most tokens of one (default: ${translated.maxLength})`, number)
    .optionsGroup('Conditional generation:')
    .option('--label <label>', 'what to write for')
    .option('--count <n>', `how many (default: ${generated.count})`, number)
    .option('--length <n>', `most tokens of each (default: ${generated.length})`, number)
    .option('--temperature <x>', `0 always the likeliest (default: ${generated.temperature})`, number)
    .option('--top-k <n>', 'choose among the k likeliest tokens only', number)
    .option('--top-p <x>', 'choose among the likeliest tokens that make up this probability', number)
    .option('--seed <n>', 'the same seed writes the same texts (default: a new one each time)', number)
    .optionsGroup('Options:');
}

const ofTranslation = ['beam', 'lengthPenalty', 'best', 'maxLength'] as const;
const ofGeneration = ['label', 'count', 'length', 'temperature', 'topK', 'topP', 'seed'] as const;
const ofInput = ['input', 'file'] as const;

/** @throws UsageError for flags that the task has no use for, or needs and has not */
export function checkFlags(flags: PredictFlags, task: Task, run: string): void {
  if (task === 'language-model') {
    throw new UsageError(`A language model goes on with a text: unroll generate ${run} --prompt TEXT`);
  }
  const refuse = (names: readonly (keyof PredictFlags)[], what: string) => {
    const [flag] = names.filter((name) => flags[name] !== undefined);
    if (flag) throw new UsageError(`${flagName(flag)} is for ${what}, and this run's task is ${task}: leave it out.`);
  };
  if (task !== 'translation') refuse(ofTranslation, 'translation');
  if (task !== 'conditional-generation') refuse(ofGeneration, 'conditional generation');
  else refuse(ofInput, 'tasks that read something');
  if (flags.input !== undefined && flags.file !== undefined) {
    throw new UsageError('--input is what to read, and --file where it is: give one of them.');
  }
}

/** @throws UsageError naming the flag that is out of range */
export function textRequest(text: string, flags: PredictFlags, task: Task): PredictionRequest {
  if (task !== 'translation') return { kind: 'text', text };
  const { beam, lengthPenalty, maxLength } = flags;
  const best = flags.best ?? defaultTranslateOptions.best;
  const width = beam ?? Math.max(best, defaultTranslateOptions.width);
  if (best > width) throw new UsageError(`--best ${best}: a beam of ${width} has no more than ${width}.`);
  const given = { width, best, ...defined({ lengthPenalty, maxLength }) };
  return parsed({ kind: 'text', text, translate: given }, flags);
}

/** @throws UsageError when there is no label, or naming the flag that is out of range */
export function labelRequest(flags: PredictFlags, labels: readonly string[]): PredictionRequest {
  const { label, count, length, temperature, topK, topP } = flags;
  if (label === undefined) {
    throw new UsageError(`Say with --label what to write for: one of ${labels.join(', ')}.`);
  }
  const seed = flags.seed ?? randomInt(2 ** 32);
  return parsed({ kind: 'label', label, generate: defined({ count, length, temperature, topK, topP, seed }) }, flags);
}

function parsed(request: object, flags: PredictFlags): PredictionRequest {
  const result = predictionInputSchema.safeParse(request);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const name = issue.path.at(-1);
    const flag = (name === 'width' ? 'beam' : name) as keyof PredictFlags;
    return explainIssue(issue, `${flagName(flag)} ${flags[flag]}`);
  });
  throw new UsageError(lines.join('\n'));
}

function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
