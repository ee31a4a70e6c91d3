/** Equations as TeX, and the letters that a network's vectors have. Notation as in docs/conventions.md. */
import type { Architecture } from '../../../engine/model/spec.ts';
import { integer } from '../format.ts';

export interface SymbolMeaning {
  /** TeX of one or several symbols, with the space they live in. */
  readonly tex: string;
  readonly meaning: string;
}

export interface Equations {
  readonly title: string;
  /** TeX, one equation each, `&` before the sign that stands above the others. */
  readonly lines: readonly string[];
  readonly symbols: readonly SymbolMeaning[];
}

/** How wide the data make a network's ends; null while unknown. */
export interface NetworkSizes {
  /** Vocabulary of the tokens, or numbers of a step. */
  readonly inputs: number | null;
  /** Vocabulary of the tokens to predict, tags, classes, labels or variables. */
  readonly outputs: number | null;
  /** Conditional generation: labels to choose from. */
  readonly labels: number | null;
}

/** One size, thousands apart: 10{,}000; or the letter it has while unknown. */
export function size(n: number | string): string {
  return typeof n === 'number' ? integer(n).replaceAll(',', '{,}') : n;
}

/** The space of vectors or matrices of these sizes. */
export function space(...sizes: readonly (number | string)[]): string {
  return String.raw`\in \mathbb{R}^{${sizes.map(size).join(String.raw`\times `)}}`;
}

/** The step before and after one: 2 and 4 of 3, t-1 and t+1 of t. */
export function before(step: string): string {
  return neighbour(step, -1);
}
export function after(step: string): string {
  return neighbour(step, 1);
}

function neighbour(step: string, by: 1 | -1): string {
  if (/^\d+$/.test(step)) return String(Number(step) + by);
  return `${step}${by < 0 ? '-' : '+'}1`;
}

/** What a drawing calls the last steps, as TeX. */
export function stepTex(step: string): string {
  return step.replace(/^T([xy])/, 'T_$1');
}

export function inputSize({ inputs }: NetworkSizes, a: Pick<Architecture, 'input'>): number | string {
  return inputs ?? (a.input === 'numbers' ? 'I' : 'V');
}

/** Width of what the lowest layer reads at a step. */
export function vectorSize(sizes: NetworkSizes, a: Pick<Architecture, 'input' | 'embedding'>): number | string {
  return a.embedding > 0 ? a.embedding : inputSize(sizes, a);
}

/** Whether layers hand on something else than their states: normalised, or with their input added. */
export function changesOutputs({ layerNorm, residual }: Pick<Architecture, 'layerNorm' | 'residual'>): boolean {
  return layerNorm || residual;
}

/** The output of a layer at a step, both directions together. */
export function outputOf(a: Architecture, step: string, layer: number | null, decoder = false): string {
  const letter = changesOutputs(a) ? (decoder ? String.raw`\tilde z` : 'z') : decoder ? 's' : 'h';
  return `${letter}_{${step}}${layer === null ? '' : `^{(${layer})}`}`;
}

/** The top layer's output: with its number where there are several. */
export function topOutput(a: Architecture, step: string, decoder = false): string {
  return outputOf(a, step, a.layers > 1 ? a.layers : null, decoder);
}
