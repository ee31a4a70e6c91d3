/** A cell's equations with their terms marked, and what each term is, with its shape in this network. */
import { insideEquations as text } from '../../../lib/messages/inside-equations.ts';
import { space } from '../../../lib/network-drawing/tex.ts';
import type { CellFacts, CellKind } from './cell.ts';
import { mark, type GateLetter, type Term } from './terms.ts';

export interface TermRow {
  readonly term: Term;
  /** TeX of the symbol, without its shape. */
  readonly symbol: string;
  /** TeX of the space it lives in. */
  readonly shape: string;
  readonly meaning: string;
}

export interface CellTerms {
  /** TeX, an equation each, `&` before the sign. */
  readonly lines: readonly string[];
  readonly rows: readonly TermRow[];
}

const x = mark('x', 'x_t');
const hOld = mark('h-old', 'h_{t-1}');
const cOld = mark('c-old', 'c_{t-1}');
const h = mark('h', 'h_t');
const c = mark('c', 'c_t');
const gate = (letter: GateLetter) => mark(letter, `${letter}_t`);
const fromX = (letter: GateLetter) => `${mark(`W-${letter}`, `W_{i${letter}}`)} ${x}`;
const U = (letter: GateLetter) => mark(`U-${letter}`, `W_{h${letter}}`);

const gateLine = (letter: GateLetter, act = String.raw`\sigma`) =>
  String.raw`${gate(letter)} &= ${act}(${fromX(letter)} + ${U(letter)} ${hOld} + ${mark(`b-${letter}`, `b_${letter}`)})`;

const rnnActivation: Readonly<Partial<Record<CellKind, string>>> = {
  rnn_tanh: String.raw`\tanh`,
  rnn_relu: String.raw`\operatorname{ReLU}`,
  rnn_sigmoid: String.raw`\sigma`,
};

export function cellTerms(facts: CellFacts): CellTerms {
  if (facts.kind === 'lstm') return lstmTerms(facts);
  if (facts.kind === 'gru' || facts.kind === 'gru_before') return gruTerms(facts);
  return rnnTerms(facts);
}

function rnnTerms({ kind, units, inputs, reads }: CellFacts): CellTerms {
  const W = mark('W-h', 'W_{ih}');
  const line = `${h} &= ${rnnActivation[kind]!}(${W} ${x} + ${mark('U-h', 'W_{hh}')} ${hOld} + ${mark('b-h', 'b')})`;
  return {
    lines: [line],
    rows: [
      ...ends(units, inputs, reads),
      { term: 'h', symbol: 'h_t', shape: space(units), meaning: text.meaning.h },
      { term: 'W-h', symbol: 'W_{ih}', shape: space(units, inputs), meaning: text.meaning.W },
      { term: 'U-h', symbol: 'W_{hh}', shape: space(units, units), meaning: text.meaning.U },
      { term: 'b-h', symbol: 'b', shape: space(units), meaning: text.meaning.b },
    ],
  };
}

function lstmTerms({ units, inputs, reads }: CellFacts): CellTerms {
  const letters = ['i', 'f', 'g', 'o'] as const;
  return {
    lines: [
      gateLine('i'),
      gateLine('f'),
      gateLine('g', String.raw`\tanh`),
      gateLine('o'),
      String.raw`${c} &= ${mark('keep', String.raw`${gate('f')} \odot ${cOld}`)} + ${mark('write', String.raw`${gate('i')} \odot ${gate('g')}`)}`,
      String.raw`${h} &= ${gate('o')} \odot ${mark('squash', String.raw`\tanh(${c})`)}`,
    ],
    rows: [
      ...ends(units, inputs, reads),
      { term: 'c-old', symbol: 'c_{t-1}', shape: space(units), meaning: text.meaning.cOld },
      ...letters.map((letter) => gateRow(letter, units)),
      { term: 'c', symbol: 'c_t', shape: space(units), meaning: text.meaning.c },
      { term: 'h', symbol: 'h_t', shape: space(units), meaning: text.meaning.h },
      ...letters.flatMap((letter) => weightRows(letter, units, inputs)),
    ],
  };
}

function gruTerms({ kind, units, inputs, reads }: CellFacts): CellTerms {
  const after = kind === 'gru';
  const rn = after
    ? mark('reset', String.raw`${gate('r')} \odot (${U('n')} ${hOld} + ${mark('b-hn', 'b_{hn}')})`)
    : String.raw`${U('n')} ${mark('reset', String.raw`(${gate('r')} \odot ${hOld})`)}`;
  const candidate = after
    ? String.raw`${fromX('n')} + ${mark('b-in', 'b_{in}')} + ${rn}`
    : String.raw`${fromX('n')} + ${rn} + ${mark('b-n', 'b_n')}`;
  const biasN: TermRow[] = after
    ? [
        { term: 'b-in', symbol: 'b_{in}', shape: space(units), meaning: text.meaning.bOf(text.gates.n) },
        { term: 'b-hn', symbol: 'b_{hn}', shape: space(units), meaning: text.meaning.bOfRecurrent },
      ]
    : [{ term: 'b-n', symbol: 'b_n', shape: space(units), meaning: text.meaning.bOf(text.gates.n) }];
  return {
    lines: [
      gateLine('r'),
      gateLine('z'),
      String.raw`${gate('n')} &= \tanh(${candidate})`,
      String.raw`${h} &= ${mark('new-part', String.raw`${mark('rest', `(1 - ${gate('z')})`)} \odot ${gate('n')}`)} + ${mark('old-part', String.raw`${gate('z')} \odot ${hOld}`)}`,
    ],
    rows: [
      ...ends(units, inputs, reads),
      ...(['r', 'z', 'n'] as const).map((letter) => gateRow(letter, units)),
      { term: 'h', symbol: 'h_t', shape: space(units), meaning: text.meaning.h },
      ...weightRows('r', units, inputs),
      ...weightRows('z', units, inputs),
      ...weightRows('n', units, inputs).slice(0, 2),
      ...biasN,
    ],
  };
}

function ends(units: number, inputs: number | string, reads: CellFacts['reads']): TermRow[] {
  return [
    { term: 'x', symbol: 'x_t', shape: space(inputs), meaning: text.reads[reads] },
    { term: 'h-old', symbol: 'h_{t-1}', shape: space(units), meaning: text.meaning.hOld },
  ];
}

function gateRow(letter: GateLetter, units: number): TermRow {
  return { term: letter, symbol: `${letter}_t`, shape: space(units), meaning: text.gateMeaning[letter] };
}

function weightRows(letter: GateLetter, units: number, inputs: number | string): TermRow[] {
  const name = text.gates[letter];
  return [
    { term: `W-${letter}`, symbol: `W_{i${letter}}`, shape: space(units, inputs), meaning: text.meaning.WOf(name) },
    { term: `U-${letter}`, symbol: `W_{h${letter}}`, shape: space(units, units), meaning: text.meaning.UOf(name) },
    { term: `b-${letter}`, symbol: `b_${letter}`, shape: space(units), meaning: text.meaning.bOf(name) },
  ];
}
