/** How a decoder looks back at what an encoder read. */
import { attentionUnits, decoderUnits, directionsOf, type Architecture } from '../../../engine/model/spec.ts';
import { equations as text } from '../messages/equations.ts';
import { before, space, type Equations, type SymbolMeaning } from './tex.ts';

/** The context vector of a step. Luong, Pham & Manning 2015 (global), or Bahdanau, Cho & Bengio 2015. */
export function contextEquations(a: Architecture, step = 't'): Equations {
  const { score, weights, symbols } = a.attention === 'bahdanau' ? additive(a, step) : multiplicative(a, step);
  const F = a.hidden * directionsOf(a);
  return {
    title: a.attention === 'bahdanau' ? text.bahdanau : text.luong[a.score],
    lines: [
      `e_{${step} s} &= ${score}`,
      String.raw`\alpha_{${step}} &= \operatorname{softmax}(e_{${step}})`,
      String.raw`c_{${step}} &= \sum_{s=1}^{T_x} \alpha_{${step} s}\, h_s`,
    ],
    symbols: [
      { tex: `c_{${step}} ${space(F)}`, meaning: text.context },
      { tex: String.raw`\alpha_{${step}} ${space('T_x')}`, meaning: text.attentionWeights },
      { tex: `h_s ${space(F)}`, meaning: text.encoderOutput },
      ...symbols,
      ...weights,
    ],
  };
}

interface Score {
  readonly score: string;
  readonly symbols: readonly SymbolMeaning[];
  readonly weights: readonly SymbolMeaning[];
}

function multiplicative(a: Architecture, step: string): Score {
  const S = decoderUnits(a);
  const F = a.hidden * directionsOf(a);
  const general = a.score === 'general';
  return {
    score: String.raw`d_{${step}}^\top ${general ? 'W_a ' : ''}h_s`,
    symbols: [{ tex: `d_{${step}} ${space(S)}`, meaning: text.decoderOutput }],
    weights: general ? [{ tex: `W_a ${space(S, F)}`, meaning: text.scoreWeights }] : [],
  };
}

function additive(a: Architecture, step: string): Score {
  const [A, S, F] = [attentionUnits(a), decoderUnits(a), a.hidden * directionsOf(a)];
  const query = `s_{${before(step)}}`;
  return {
    score: String.raw`v^\top \tanh(W_1 h_s + W_2 ${query})`,
    symbols: [{ tex: `${query} ${space(S)}`, meaning: text.queryBefore }],
    weights: [
      { tex: `W_1 ${space(A, F)}`, meaning: text.scoreWeights },
      { tex: `W_2 ${space(A, S)}`, meaning: text.queryWeights },
      { tex: `v ${space(A)}`, meaning: text.scoreVector },
    ],
  };
}

/** Luong's attentional vector, which the output layer reads. */
export function attentionalEquations(a: Architecture, step = 't'): Equations {
  const [A, S, F] = [attentionUnits(a), decoderUnits(a), a.hidden * directionsOf(a)];
  return {
    title: text.attentional,
    lines: [String.raw`a_{${step}} &= \tanh(W_c [\,c_{${step}}\,;\,d_{${step}}\,])`],
    symbols: [
      { tex: `a_{${step}} ${space(A)}`, meaning: text.attentionalMeaning },
      { tex: `W_c ${space(A, F + S)}`, meaning: text.attentionalWeights },
      { tex: `d_{${step}} ${space(S)}`, meaning: text.decoderOutput },
    ],
  };
}

/** Bahdanau's decoder reads the context beside the embedding. */
export function joinedInputEquations(a: Architecture, step = 't'): Equations {
  const F = a.hidden * directionsOf(a);
  return {
    title: text.contextIn,
    lines: [String.raw`s_{${step}} &= \operatorname{cell}([\,c_{${step}}\,;\,x_{${step}}\,],\ s_{${before(step)}})`],
    symbols: [
      { tex: `c_{${step}} ${space(F)}`, meaning: text.context },
      { tex: `x_{${step}}`, meaning: text.decoderInput },
    ],
  };
}
