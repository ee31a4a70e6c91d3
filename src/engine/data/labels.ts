/** What stands in a label column, by what the label is. */
import type { LabelConfig } from './config.ts';
import { numberAdvice, parseNumber } from './numbers.ts';
import { quoted } from './rows.ts';

const yes = new Set(['1', 'yes', 'y', 'true', 't', 'positive', 'pos']);
const no = new Set(['0', 'no', 'n', 'false', 'f', 'negative', 'neg']);

/** 1 for yes, 0 for no, null for neither. */
export function yesOrNo(label: string, positive: string | null): 0 | 1 | null {
  if (positive !== null) return label === positive ? 1 : 0;
  const word = label.toLowerCase();
  if (yes.has(word)) return 1;
  return no.has(word) ? 0 : null;
}

/** The labels of a cell that holds several, each once, in order; an empty cell, or `none`, holds none. */
export function splitLabels(cell: string, separator: string, none = ''): string[] {
  const trimmed = cell.trim();
  if (trimmed === '' || trimmed === none) return [];
  return [...new Set(trimmed.split(separator).map((label) => label.trim()))].filter((label) => label !== '');
}

/** What is wrong with a label; null if nothing. */
export function labelProblem(label: string, config: LabelConfig): string | null {
  if (config.is === 'labels') return null;
  if (label === '') return 'The label is missing.';
  if (config.is === 'number' && Number.isNaN(parseNumber(label))) {
    return `The label is ${quoted(label)}, not a number.${numberAdvice(label, '.') && ' Write it with a decimal point.'}`;
  }
  if (config.is === 'binary' && yesOrNo(label, config.positive) === null) {
    return `The label is ${quoted(label)}, neither yes nor no (yes/no, true/false, 1/0, positive/negative). Say which label means yes.`;
  }
  return null;
}

/** The order of label names: numbers by value, others by code unit. */
export function sortLabels(labels: Iterable<string>): string[] {
  const all = [...labels];
  const numbers = all.every((label) => !Number.isNaN(parseNumber(label)));
  return all.sort((a, b) => (numbers ? parseNumber(a) - parseNumber(b) : 0) || (a < b ? -1 : a > b ? 1 : 0));
}
