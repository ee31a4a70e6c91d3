/** A cell's inside as a drawing: what stands where, in pixels. */
import type { GateLetter, Term } from '../terms.ts';
import { insideEquations as text } from '../../../../lib/messages/inside-equations.ts';

/** A line that a vector takes. */
export interface Line {
  readonly key: string;
  /** What it carries, or is multiplied by on its way. */
  readonly terms: readonly Term[];
  readonly path: string;
  /** `state` and `cell` go from step to step. */
  readonly kind: 'state' | 'cell' | 'plain';
  readonly arrow?: boolean;
}

/** Something that can be pointed at and stopped at. */
export interface Node {
  readonly key: string;
  readonly terms: readonly Term[];
  /** `letter` stands alone, at the end of a line. */
  readonly shape: 'gate' | 'operator' | 'function' | 'letter';
  readonly x: number;
  readonly y: number;
  /** A letter with its index; an operator's sign; a function's name. */
  readonly label: string;
  readonly index?: string;
  /** A gate's non-linearity. */
  readonly detail?: string;
  /** For screen readers, and below the drawing. */
  readonly name: string;
  /** Whose numbers stand here while a step is walked through, and where, from the middle of the node. */
  readonly value?: { readonly of: Term; readonly dx: number; readonly dy: number; readonly anchor: Anchor };
}

export type Anchor = 'start' | 'middle' | 'end';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** The cell's border: x, y, width, height. */
  readonly body: readonly [number, number, number, number];
  /** The later ones lie over the earlier ones, which stop short of them where both cross. */
  readonly lines: readonly Line[];
  readonly nodes: readonly Node[];
  /** Where lines join. */
  readonly dots: readonly (readonly [number, number])[];
}

export const gateWidth = 84;
export const gateHeight = 44;
export const halfGate = gateHeight / 2;
/** Radius of an operator. */
export const r = 11;

export function gate(letter: GateLetter, x: number, y: number): Node {
  return {
    key: letter,
    terms: [letter],
    shape: 'gate',
    x,
    y,
    label: letter,
    index: 't',
    detail: letter === 'g' || letter === 'n' ? 'tanh' : 'σ',
    name: text.gateMeaning[letter],
    value: { of: letter, dx: 0, dy: 10, anchor: 'middle' },
  };
}

/** What a line ends in or begins with. */
export function letter(term: Term, label: string, index: string, x: number, y: number, name: string): Node {
  const value = { of: term, dx: 0, dy: 22, anchor: 'middle' } as const;
  return { key: `end-${term}`, terms: [term], shape: 'letter', x, y, label, index, name, value };
}

export function operator(
  term: Term,
  sign: string,
  x: number,
  y: number,
  name: string,
  value?: Omit<NonNullable<Node['value']>, 'of'>,
): Node {
  return {
    key: `at-${term}`,
    terms: [term],
    shape: 'operator',
    x,
    y,
    label: sign,
    name,
    ...(value ? { value: { of: term, ...value } } : {}),
  };
}
