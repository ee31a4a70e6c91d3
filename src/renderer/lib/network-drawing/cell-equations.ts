/**
 * The recurrent cell, written for one sequence of column vectors, as PyTorch documents it, with its two biases added up where they
 * act as one. LSTM: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000. GRU: Cho et al. 2014, or its form with
 * the reset after the product as in cuDNN.
 */
import { decoderUnits, directionsOf, type Architecture } from '../../../engine/model/spec.ts';
import { equations as text } from '../messages/equations.ts';
import type { Part } from './drawing.ts';
import {
  after,
  before,
  outputOf,
  space,
  vectorSize,
  type Equations,
  type NetworkSizes,
  type SymbolMeaning,
} from './tex.ts';

/** A place in the drawing, for equations with its own indices: step `1` … `T`, layer from 1. */
export interface Place {
  readonly step: string;
  readonly layer: number;
  readonly part?: Part;
  /** Of a bidirectional layer the direction from right to left. */
  readonly backward?: boolean;
}

/** What a cell reads, in a formula and in words. */
interface Input {
  readonly tex: string;
  readonly size: number | string;
  readonly meaning: string;
}

/** The recurrent cell: at a place, or at any step of the first layer. */
export function cellEquations(a: Architecture, sizes: NetworkSizes, place?: Place): Equations {
  const { step, layer, part = 'network', backward = false } = place ?? { step: 't', layer: 1 };
  const decoder = part === 'decoder';
  const units = decoder ? decoderUnits(a) : a.hidden;
  const directed = a.bidirectional && !decoder;
  const over = (name: string) =>
    directed ? String.raw`${backward ? String.raw`\overleftarrow` : String.raw`\overrightarrow`}{${name}}` : name;
  const raised = place ? `^{(${layer})}` : '';
  const at = (name: string, when = step) => `${over(name)}_{${when}}${raised}`;
  const gateAt = (name: string) => `${name}_{${step}}${raised}`;
  const previous = backward ? after(step) : before(step);
  const state = decoder ? 's' : 'h';
  const [h, c, old, oldC] = [at(state), at('c'), at(state, previous), at('c', previous)];
  const input = inputOf(a, sizes, { step, layer, decoder, anywhere: !place });
  const x = input.tex;
  const gate = (g: string) => String.raw`W_{i${g}} ${x} + W_{h${g}} ${old} + b_{${g}}`;
  const sigma = (g: string) => String.raw`${gateAt(g)} &= \sigma(${gate(g)})`;
  const inputMeaning: SymbolMeaning = { tex: `${x} ${space(input.size)}`, meaning: input.meaning };
  const shapes = (gates: readonly string[]): SymbolMeaning[] => {
    const list = (name: string, of: string) => gates.map((g) => `${name}_{${of}${g}}`).join(',');
    return [
      inputMeaning,
      { tex: `${list('W', 'i')} ${space(units, input.size)}`, meaning: text.inputWeights },
      { tex: `${list('W', 'h')} ${space(units, units)}`, meaning: text.recurrentWeights },
      { tex: `${list('b', '')} ${space(units)}`, meaning: text.biases },
    ];
  };
  if (a.cell === 'rnn') {
    return {
      title: text.cellTitle.rnn,
      lines: [String.raw`${h} &= ${activationTex(a)}(W_{ih} ${x} + W_{hh} ${old} + b)`],
      symbols: [
        { tex: `${h} ${space(units)}`, meaning: text.hiddenState },
        inputMeaning,
        { tex: String.raw`W_{ih} ${space(units, input.size)}`, meaning: text.inputWeights },
        { tex: String.raw`W_{hh} ${space(units, units)}`, meaning: text.recurrentWeights },
        { tex: String.raw`b ${space(units)}`, meaning: text.biases },
      ],
    };
  }
  if (a.cell === 'gru') {
    const candidate =
      a.reset === 'after'
        ? String.raw`W_{in} ${x} + b_{in} + ${gateAt('r')} \odot (W_{hn} ${old} + b_{hn})`
        : String.raw`W_{in} ${x} + W_{hn}(${gateAt('r')} \odot ${old}) + b_{n}`;
    return {
      title: a.reset === 'after' ? text.cellTitle.gru : text.cellTitle.gruBefore,
      lines: [
        sigma('r'),
        sigma('z'),
        String.raw`${gateAt('n')} &= \tanh(${candidate})`,
        String.raw`${h} &= (1 - ${gateAt('z')}) \odot ${gateAt('n')} + ${gateAt('z')} \odot ${old}`,
      ],
      symbols: [
        { tex: `${h} ${space(units)}`, meaning: text.hiddenState },
        { tex: `${gateAt('r')}, ${gateAt('z')}, ${gateAt('n')} ${space(units)}`, meaning: text.gruGates },
        ...shapes(['r', 'z', 'n']).slice(0, 3),
        {
          tex: `${a.reset === 'after' ? 'b_r,b_z,b_{in},b_{hn}' : 'b_r,b_z,b_n'} ${space(units)}`,
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
      String.raw`${gateAt('g')} &= \tanh(${gate('g')})`,
      sigma('o'),
      String.raw`${c} &= ${gateAt('f')} \odot ${oldC} + ${gateAt('i')} \odot ${gateAt('g')}`,
      String.raw`${h} &= ${gateAt('o')} \odot \tanh(${c})`,
    ],
    symbols: [
      { tex: `${h}, ${c} ${space(units)}`, meaning: text.hiddenAndCell },
      {
        tex: `${gateAt('i')}, ${gateAt('f')}, ${gateAt('o')}, ${gateAt('g')} ${space(units)}`,
        meaning: text.lstmGates,
      },
      ...shapes(['i', 'f', 'g', 'o']),
    ],
  };
}

/** The non-linearity of a vanilla RNN, and of a standard network's layers. */
export function activationTex({ activation }: Pick<Architecture, 'activation'>): string {
  return { tanh: String.raw`\tanh`, relu: String.raw`\operatorname{ReLU}`, sigmoid: String.raw`\sigma` }[activation];
}

interface Reading {
  readonly step: string;
  readonly layer: number;
  readonly decoder: boolean;
  /** Of any layer: x stands for all of their inputs. */
  readonly anywhere: boolean;
}

function inputOf(a: Architecture, sizes: NetworkSizes, { step, layer, decoder, anywhere }: Reading): Input {
  const F = a.hidden * directionsOf(a);
  if (layer > 1) {
    return {
      tex: outputOf(a, step, layer - 1, decoder),
      size: decoder ? decoderUnits(a) : F,
      meaning: text.fromBelow(layer - 1),
    };
  }
  if (decoder) {
    const wide = a.embedding > 0 ? a.embedding : (sizes.outputs ?? 'V');
    if (a.attention !== 'bahdanau') return { tex: `x_{${step}}`, size: wide, meaning: text.decoderInput };
    const both = typeof wide === 'number' ? F + wide : `${F}+${wide}`;
    return { tex: `[c_{${step}} ; x_{${step}}]`, size: both, meaning: text.decoderInputWithContext };
  }
  const meaning =
    a.input === 'numbers' ? text.inputIsNumbers : a.embedding > 0 ? text.inputIsEmbedding : text.inputIsOneHot;
  const letter = a.embedding > 0 && !anywhere ? 'e' : 'x';
  return { tex: `${letter}_{${step}}`, size: vectorSize(sizes, a), meaning };
}
