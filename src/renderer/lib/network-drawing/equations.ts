/**
 * The equations of each part of a network, with the sizes of this very model. Written for one sequence of column vectors, as
 * PyTorch documents its cells, with its two biases added up where they act as one. LSTM: Hochreiter & Schmidhuber 1997 with the
 * forget gate of Gers et al. 2000. GRU: Cho et al. 2014, or its form with the reset after the product as in cuDNN.
 */
import type { Architecture } from '../../../engine/model/spec.ts';
import { integer } from '../format.ts';
import { drawing as text } from '../messages/drawing.ts';

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

/** A place in the drawing, for equations with its own indices: step `1` … `T`, layer from 1. */
export interface Place {
  readonly step: string;
  readonly layer: number;
}

/** One size as TeX, thousands apart: 10{,}000. */
function size(n: number): string {
  return integer(n).replaceAll(',', '{,}');
}

function space(...sizes: readonly (number | null)[]): string {
  return String.raw`\in \mathbb{R}^{${sizes.map((n) => (n === null ? 'V' : size(n))).join(String.raw`\times `)}}`;
}

function before(step: string): string {
  return /^\d+$/.test(step) ? String(Number(step) - 1) : `${step}-1`;
}

/** The recurrent cell: at a place, or at any step of the first layer. */
export function cellEquations(a: Architecture, vocabulary: number | null, place?: Place): Equations {
  const { step, layer } = place ?? { step: 't', layer: 1 };
  const of = (n: number) => (place ? `^{(${n})}` : '');
  const at = (name: string, when = step) => `${name}_{${when}}${of(layer)}`;
  const [h, c, old, oldC] = [at('h'), at('c'), at('h', before(step)), at('c', before(step))];
  const x = !place
    ? `x_{${step}}`
    : layer > 1
      ? `h_{${step}}${of(layer - 1)}`
      : a.embedding > 0
        ? `e_{${step}}`
        : `x_{${step}}`;
  const wide = layer > 1 ? a.hidden : inputWidth(a, vocabulary);
  const gate = (g: string) => String.raw`W_{i${g}} ${x} + W_{h${g}} ${old} + b_{${g}}`;
  const sigma = (g: string) => String.raw`${at(g)} &= \sigma(${gate(g)})`;
  const shapes = (gates: readonly string[]): SymbolMeaning[] => {
    const list = (name: string, of: string) => gates.map((g) => `${name}_{${of}${g}}`).join(',');
    return [
      { tex: `${x} ${space(wide)}`, meaning: inputMeaning(a, layer) },
      { tex: `${list('W', 'i')} ${space(a.hidden, wide)}`, meaning: text.inputWeights },
      { tex: `${list('W', 'h')} ${space(a.hidden, a.hidden)}`, meaning: text.recurrentWeights },
      { tex: `${list('b', '')} ${space(a.hidden)}`, meaning: text.biases },
    ];
  };
  if (a.cell === 'rnn') {
    const f = { tanh: String.raw`\tanh`, relu: String.raw`\operatorname{ReLU}`, sigmoid: String.raw`\sigma` }[
      a.activation
    ];
    return {
      title: text.cellTitle.rnn,
      lines: [String.raw`${h} &= ${f}(W_{ih} ${x} + W_{hh} ${old} + b)`],
      symbols: [
        { tex: `${h} ${space(a.hidden)}`, meaning: text.hiddenState },
        { tex: `${x} ${space(wide)}`, meaning: inputMeaning(a, layer) },
        { tex: String.raw`W_{ih} ${space(a.hidden, wide)}`, meaning: text.inputWeights },
        { tex: String.raw`W_{hh} ${space(a.hidden, a.hidden)}`, meaning: text.recurrentWeights },
        { tex: String.raw`b ${space(a.hidden)}`, meaning: text.biases },
      ],
    };
  }
  if (a.cell === 'gru') {
    const candidate =
      a.reset === 'after'
        ? String.raw`W_{in} ${x} + b_{in} + ${at('r')} \odot (W_{hn} ${old} + b_{hn})`
        : String.raw`W_{in} ${x} + W_{hn}(${at('r')} \odot ${old}) + b_{n}`;
    return {
      title: a.reset === 'after' ? text.cellTitle.gru : text.cellTitle.gruBefore,
      lines: [
        sigma('r'),
        sigma('z'),
        String.raw`${at('n')} &= \tanh(${candidate})`,
        String.raw`${h} &= (1 - ${at('z')}) \odot ${at('n')} + ${at('z')} \odot ${old}`,
      ],
      symbols: [
        { tex: `${h} ${space(a.hidden)}`, meaning: text.hiddenState },
        { tex: `${at('r')}, ${at('z')}, ${at('n')} ${space(a.hidden)}`, meaning: text.gruGates },
        ...shapes(['r', 'z', 'n']).slice(0, 3),
        {
          tex: `${a.reset === 'after' ? 'b_r,b_z,b_{in},b_{hn}' : 'b_r,b_z,b_n'} ${space(a.hidden)}`,
          meaning: text.biases,
        },
      ],
    };
  }
  return {
    title: text.cellTitle.lstm,
    lines: [
      sigma('i'),
      sigma('f'),
      String.raw`${at('g')} &= \tanh(${gate('g')})`,
      sigma('o'),
      String.raw`${c} &= ${at('f')} \odot ${oldC} + ${at('i')} \odot ${at('g')}`,
      String.raw`${h} &= ${at('o')} \odot \tanh(${c})`,
    ],
    symbols: [
      { tex: `${h}, ${c} ${space(a.hidden)}`, meaning: text.hiddenAndCell },
      { tex: `${at('i')}, ${at('f')}, ${at('o')}, ${at('g')} ${space(a.hidden)}`, meaning: text.lstmGates },
      ...shapes(['i', 'f', 'g', 'o']),
    ],
  };
}

/** The input's vector at a step: its row of the embedding, or one-hot. */
export function inputEquations(a: Architecture, vocabulary: number | null, step = 't'): Equations {
  if (a.embedding === 0) {
    return {
      title: text.oneHot,
      lines: [String.raw`x_{${step}} &= \operatorname{onehot}(\text{token}_{${step}})`],
      symbols: [{ tex: `x_{${step}} ${space(vocabulary)}`, meaning: text.oneHotMeaning }],
    };
  }
  return {
    title: text.embedding,
    lines: [String.raw`e_{${step}} &= E_{x_{${step}}}`],
    symbols: [
      { tex: `e_{${step}} ${space(a.embedding)}`, meaning: text.embeddingMeaning },
      { tex: `E ${space(vocabulary, a.embedding)}`, meaning: text.embeddingMatrix },
    ],
  };
}

/** The prediction of the next token at a step, and its loss. */
export function outputEquations(a: Architecture, vocabulary: number | null, step = 't'): Equations {
  const top = a.layers > 1 ? `h_{${step}}^{(${a.layers})}` : `h_{${step}}`;
  const matrix = a.tie ? 'E' : 'W_y';
  return {
    title: text.output,
    lines: [
      String.raw`\hat y_{${step}} &= \operatorname{softmax}(${matrix} ${top} + b_y)`,
      String.raw`\ell_{${step}} &= -\log \hat y_{${step}}[\text{target}_{${step}}]`,
    ],
    symbols: [
      { tex: String.raw`\hat y_{${step}} ${space(vocabulary)}`, meaning: text.predictionMeaning },
      { tex: `${matrix} ${space(vocabulary, a.hidden)}`, meaning: a.tie ? text.tiedMatrix : text.outputMatrix },
      { tex: `b_y ${space(vocabulary)}`, meaning: text.outputBias },
      { tex: String.raw`\ell_{${step}}`, meaning: text.lossMeaning },
    ],
  };
}

function inputWidth(a: Architecture, vocabulary: number | null): number | null {
  return a.embedding > 0 ? a.embedding : vocabulary;
}

function inputMeaning(a: Architecture, layer: number): string {
  if (layer > 1) return text.fromBelow(layer - 1);
  return a.embedding > 0 ? text.inputIsEmbedding : text.inputIsOneHot;
}
