/** Whether a configuration can be run here, before anything is queued: sentences, or the texts it is about. */
import type { z } from 'zod';
import type { Corpus, Device } from '../../api/types.ts';
import { runConfigSchema, type RunConfig } from '../../engine/training/config.ts';
import type { TextHashes } from '../store/text-hashes.ts';
import { badInput, ServiceError } from './errors.ts';

/** @throws ServiceError BAD_INPUT naming the setting */
export function parseRunConfig(config: unknown): RunConfig {
  const parsed = runConfigSchema.safeParse(config);
  if (!parsed.success) throw badInput(describeIssues(parsed.error.issues));
  return parsed.data;
}

/** Issues of a schema as sentences that name the setting; a sentence of our own stands by itself. */
export function describeIssues(issues: readonly z.core.$ZodIssue[]): string {
  return issues
    .map((issue) => {
      if (issue.code === 'custom') return issue.message;
      const message = issue.message.replace(/^./, (first) => first.toLowerCase()).replace(/\.?$/, '.');
      return issue.path.length === 0
        ? `The request is not valid: ${message}`
        : `"${issue.path.join('.')}" is not valid: ${message}`;
    })
    .join(' ');
}

/** The corpora that a configuration names, as TextHashes has their texts. */
export interface RunTexts {
  readonly corpus: Corpus;
  readonly target: Corpus | null;
  readonly valid: Corpus | null;
  readonly validTarget: Corpus | null;
  readonly test: Corpus | null;
  readonly testTarget: Corpus | null;
  readonly vectors: Corpus | null;
}

type NamedTexts = Pick<RunConfig, 'corpus' | 'data' | 'validCorpus' | 'testCorpus' | 'vectorsCorpus'>;

/**
 * The texts a configuration names.
 * @param find a corpus whose text is there
 * @throws ServiceError BAD_INPUT when one is gone
 */
export function findTexts(
  { corpus, data, validCorpus, testCorpus, vectorsCorpus }: NamedTexts,
  find: (id: string) => Corpus,
): RunTexts {
  const needed = (id: string, what: string): Corpus => {
    try {
      return find(id);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      throw badInput(`The ${what} cannot be used. ${error.message}`, error);
    }
  };
  const text = (id: string | null, what: string) => (id === null ? null : needed(id, what));
  const pairs = data.kind === 'pairs' ? data : null;
  return {
    corpus: needed(corpus, 'corpus'),
    target: text(pairs?.targetCorpus ?? null, 'corpus of the targets'),
    valid: text(validCorpus, 'validation corpus'),
    validTarget: text(pairs?.validTargetCorpus ?? null, 'corpus of the validation targets'),
    test: text(testCorpus, 'test corpus'),
    testTarget: text(pairs?.testTargetCorpus ?? null, 'corpus of the test targets'),
    vectors: text(vectorsCorpus, 'corpus of word vectors'),
  };
}

export function hashesOfTexts(texts: RunTexts): TextHashes {
  const hash = (corpus: Corpus | null) => corpus?.sha256 ?? null;
  return {
    corpusHash: texts.corpus.sha256,
    targetHash: hash(texts.target),
    validHash: hash(texts.valid),
    validTargetHash: hash(texts.validTarget),
    testHash: hash(texts.test),
    testTargetHash: hash(texts.testTarget),
    vectorsHash: hash(texts.vectors),
  };
}

/** Pairs whose two sides do not lie in the same way in every part. */
export function pairProblems({ data, validCorpus, testCorpus }: NamedTexts): string[] {
  if (data.kind !== 'pairs') return [];
  const aligned = data.targetCorpus !== null;
  const parts = [
    { name: 'validation', sources: validCorpus, targets: data.validTargetCorpus },
    { name: 'test', sources: testCorpus, targets: data.testTargetCorpus },
  ];
  return parts.flatMap(({ name, sources, targets }) => {
    if (sources === null && targets !== null)
      return [`There are ${name} targets but no ${name} corpus that they belong to. Choose it, or take them away.`];
    if (sources !== null && aligned && targets === null)
      return [`The ${name} corpus has the sources only: choose the corpus of its targets too.`];
    if (targets !== null && !aligned)
      return [`The targets are a column of the corpus, so the ${name} corpus needs no targets of its own.`];
    return [];
  });
}

/** What is wrong with the settings taken together. */
export function settingProblems(config: RunConfig, devices: readonly Device[]): string[] {
  const { training, split, validCorpus, testCorpus, data, device } = config;
  const problems = pairProblems(config);
  if (data.kind !== 'text' && data.folds && testCorpus !== null)
    problems.push('Cross-validation makes one fold the test part: leave the test corpus away, or the folds.');
  if (validCorpus === null && split.valid === 0) {
    const needs = 'needs validation: keep a part of the data for it, or choose a validation corpus';
    if (training.earlyStopping !== null) problems.push(`Early stopping ${needs}.`);
    if (training.schedule.kind === 'plateau') problems.push(`The schedule "reduce on plateau" ${needs}.`);
  }
  if (device !== 'auto') {
    const found = devices.find(({ name }) => name === device);
    const available = devices.filter((other) => other.available).map(({ name }) => name);
    const choices = ['auto', ...available].join(', ');
    if (!found) problems.push(`There is no device "${device}". Choose one of ${choices}.`);
    else if (!found.available)
      problems.push(`The device "${device}" cannot be used here: ${found.detail} Choose one of ${choices}.`);
  }
  return problems;
}

/** A name that says what the run is: "lstm 2×256 on tinyshakespeare". */
export function describeRun({ architecture }: RunConfig, corpusName: string): string {
  const { task, cell, bidirectional, layers, hidden } = architecture;
  const kind = task === 'standard' ? 'standard' : bidirectional ? `bidirectional ${cell}` : cell;
  return `${kind} ${layers}×${hidden} on ${corpusName}`;
}
