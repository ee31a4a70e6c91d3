/** Whether a configuration can be run here, before anything is queued: sentences, or the texts it is about. */
import type { z } from 'zod';
import type { Corpus, Device } from '../../api/types.ts';
import { runConfigSchema, type RunConfig } from '../../engine/training/config.ts';
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

export interface RunTexts {
  readonly corpus: Corpus;
  readonly valid: Corpus | null;
  readonly test: Corpus | null;
}

/**
 * The texts a configuration names.
 * @param find a corpus whose text is there
 * @throws ServiceError BAD_INPUT when one is gone
 */
export function findTexts(config: RunConfig, find: (id: string) => Corpus): RunTexts {
  const text = (id: string, what: string): Corpus => {
    try {
      return find(id);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      throw badInput(`The ${what} cannot be used. ${error.message}`, error);
    }
  };
  return {
    corpus: text(config.corpus, 'corpus'),
    valid: config.validCorpus === null ? null : text(config.validCorpus, 'validation corpus'),
    test: config.testCorpus === null ? null : text(config.testCorpus, 'test corpus'),
  };
}

/** What is wrong with the settings taken together. */
export function settingProblems(config: RunConfig, devices: readonly Device[]): string[] {
  const { training, split, validCorpus, device } = config;
  const problems: string[] = [];
  if (validCorpus === null && split.valid === 0) {
    const needs = 'needs validation: keep a part of the text for it, or choose a validation corpus';
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
  const { cell, layers, hidden } = architecture;
  return `${cell} ${layers}×${hidden} on ${corpusName}`;
}
