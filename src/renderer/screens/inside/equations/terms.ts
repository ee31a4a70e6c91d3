/** The terms of a cell's equations: what can be pointed at, in the formulas, in the list and in the drawing. */

export const gateLetters = ['i', 'f', 'g', 'o', 'r', 'z', 'n'] as const;
export type GateLetter = (typeof gateLetters)[number];

export type Term =
  | 'x' // input
  | 'h-old'
  | 'c-old'
  | 'h' // what comes out
  | 'c'
  | GateLetter
  | `W-${GateLetter | 'h'}` // weights on the input
  | `U-${GateLetter | 'h'}` // weights on the state
  | `b-${GateLetter | 'h' | 'in' | 'hn'}` // biases
  | 'keep' // f c
  | 'write' // i g
  | 'squash' // tanh c
  | 'reset' // r (U h + b), or r h
  | 'old-part' // z h
  | 'rest' // 1 - z
  | 'new-part'; // (1 - z) n

/** Marks a piece of TeX as a term; what KaTeX makes of it has `data-term`. */
export function mark(term: Term, tex: string): string {
  return String.raw`\htmlData{term=${term}}{${tex}}`;
}
