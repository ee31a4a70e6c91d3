/** What stands between the cells: inputs, two directions, layer normalisation and residual connections, pooling, initial states. */
import { decoderUnits, directionsOf, type Architecture } from '../../../engine/model/spec.ts';
import { equations as text } from '../messages/equations.ts';
import { activationTex } from './cell-equations.ts';
import {
  after,
  before,
  changesOutputs,
  inputSize,
  outputOf,
  space,
  topOutput,
  type Equations,
  type NetworkSizes,
  type SymbolMeaning,
} from './tex.ts';

/** The input's vector at a step: its row of the embedding, one-hot, or numbers as they are. */
export function inputEquations(a: Architecture, sizes: NetworkSizes, step = 't'): Equations {
  const V = inputSize(sizes, a);
  if (a.input === 'numbers') {
    const x = a.task === 'standard' ? 'x' : `x_{${step}}`;
    return {
      title: text.numbers,
      lines: [String.raw`${x} &= (\text{values} - \text{shift}) \oslash \text{scale}`],
      symbols: [{ tex: `${x} ${space(V)}`, meaning: text.numbersMeaning }],
    };
  }
  if (a.embedding === 0) {
    return {
      title: text.oneHot,
      lines: [String.raw`x_{${step}} &= \operatorname{onehot}(\text{token}_{${step}})`],
      symbols: [{ tex: `x_{${step}} ${space(V)}`, meaning: text.oneHotMeaning }],
    };
  }
  return {
    title: text.embedding,
    lines: [String.raw`e_{${step}} &= E_{x_{${step}}}`],
    symbols: [
      { tex: `e_{${step}} ${space(a.embedding)}`, meaning: text.embeddingMeaning },
      { tex: `E ${space(V, a.embedding)}`, meaning: text.embeddingMatrix },
    ],
  };
}

/** What a decoder reads at a step: the token that it wrote at the step before. */
export function decoderInputEquations(a: Architecture, sizes: NetworkSizes, step = 't'): Equations {
  const V = sizes.outputs ?? 'V';
  const x = `x_{${step}}`;
  const token = `y_{${before(step)}}`;
  if (a.embedding === 0) {
    return {
      title: text.oneHot,
      lines: [String.raw`${x} &= \operatorname{onehot}(${token})`],
      symbols: [{ tex: `${x} ${space(V)}`, meaning: text.decoderOneHotMeaning }],
    };
  }
  return {
    title: text.targetEmbedding,
    lines: [String.raw`${x} &= E_{${token}}`],
    symbols: [
      { tex: `${x} ${space(a.embedding)}`, meaning: text.decoderEmbeddingMeaning },
      { tex: `E ${space(V, a.embedding)}`, meaning: text.targetEmbeddingMatrix },
    ],
  };
}

/** Both directions of a layer at a step, joined. */
export function bidirectionalEquations(a: Architecture, step = 't', layer: number | null = null): Equations {
  const raised = layer === null ? '' : `^{(${layer})}`;
  const right = (when: string) => String.raw`\overrightarrow{h}_{${when}}${raised}`;
  const left = (when: string) => String.raw`\overleftarrow{h}_{${when}}${raised}`;
  const first = layer !== null && a.embedding > 0 ? `e_{${step}}` : `x_{${step}}`;
  const x = layer !== null && layer > 1 ? outputOf(a, step, layer - 1) : first;
  const h = `h_{${step}}${raised}`;
  return {
    title: text.bidirectional,
    lines: [
      String.raw`${right(step)} &= \operatorname{cell}_\rightarrow(${x},\ ${right(before(step))})`,
      String.raw`${left(step)} &= \operatorname{cell}_\leftarrow(${x},\ ${left(after(step))})`,
      String.raw`${h} &= [\,${right(step)}\,;\,${left(step)}\,]`,
    ],
    symbols: [
      { tex: `${right(step)},${left(step)} ${space(a.hidden)}`, meaning: text.directions },
      { tex: `${h} ${space(2 * a.hidden)}`, meaning: text.joined },
    ],
  };
}

/** What a layer hands on where its input is added to its output (He et al. 2016) or that is normalised (Ba et al. 2016). */
export function layerOutputEquations(
  a: Architecture,
  step = 't',
  layer: number | null = null,
  decoder = false,
): Equations {
  const state = decoder ? 's' : 'h';
  const l = layer === null ? 'l' : String(layer);
  const below = layer === null ? 'l-1' : String(layer - 1);
  const letter = decoder ? String.raw`\tilde z` : 'z';
  const z = `${letter}_{${step}}^{(${l})}`;
  const adds = a.residual && layer !== 1;
  const sum = `${state}_{${step}}^{(${l})}${adds ? ` + ${letter}_{${step}}^{(${below})}` : ''}`;
  const F = decoder ? decoderUnits(a) : a.hidden * directionsOf(a);
  const symbols: SymbolMeaning[] = [{ tex: `${z} ${space(F)}`, meaning: text.layerOutput }];
  if (adds)
    symbols.push({ tex: `${letter}_{${step}}^{(${below})} ${space(F)}`, meaning: text.residualInput(layer === null) });
  if (!a.layerNorm) return { title: text.residual, lines: [`${z} &= ${sum}`], symbols };
  return {
    title: a.residual ? text.residualAndNorm : text.norm,
    lines: [
      String.raw`${z} &= \operatorname{norm}(${sum})`,
      String.raw`\operatorname{norm}(v) &= \gamma \odot \frac{v - \mu}{\sqrt{\sigma^2 + 10^{-5}}} + \beta`,
    ],
    symbols: [
      ...symbols,
      { tex: String.raw`\mu, \sigma^2 \in \mathbb{R}`, meaning: text.statistics },
      { tex: String.raw`\gamma, \beta ${space(F)}`, meaning: text.gainAndBias },
    ],
  };
}

/** One vector of all steps; of the last ones, where each direction ends. */
export function poolingEquations(a: Architecture): Equations {
  const F = a.hidden * directionsOf(a);
  const meaning = { tex: `p ${space(F)}`, meaning: text.pooledMeaning[a.pooling] };
  if (a.pooling === 'last') {
    return { title: text.pooling.last, lines: [`p &= ${lastOutputs(a, 'T')}`], symbols: [meaning] };
  }
  const h = topOutput(a, 't');
  const line = a.pooling === 'mean' ? String.raw`\frac{1}{T} \sum_{t=1}^{T} ${h}` : String.raw`\max_{t=1}^{T} ${h}`;
  return {
    title: text.pooling[a.pooling],
    lines: [`p &= ${line}`],
    symbols: [meaning, { tex: `${h} ${space(F)}`, meaning: text.topOutput }],
  };
}

/** The outputs of the last step that each direction computed, in one vector. */
function lastOutputs(a: Architecture, T: string): string {
  if (!a.bidirectional) return topOutput(a, T);
  const letter = changesOutputs(a) ? 'z' : 'h';
  const raised = a.layers > 1 ? `^{(${a.layers})}` : '';
  return String.raw`[\,\overrightarrow{${letter}}_{${T}}${raised}\,;\,\overleftarrow{${letter}}_{1}${raised}\,]`;
}

/** The state that a label, or what an encoder read, makes a network start from. */
export function initialStateEquations(a: Architecture, sizes: NetworkSizes): Equations {
  const decoder = a.task === 'translation';
  const state = decoder ? 's' : 'h';
  const units = decoder ? decoderUnits(a) : a.hidden;
  const from = decoder ? 'p' : 'e';
  const width = decoder ? a.hidden * directionsOf(a) : (a.labelEmbedding ?? a.hidden);
  const states =
    a.layers === 1
      ? `${state}_0`
      : a.layers === 2
        ? `[\\,${state}_0^{(1)}\\,;\\,${state}_0^{(2)}\\,]`
        : String.raw`[\,${state}_0^{(1)}\,;\,\dots\,;\,${state}_0^{(${a.layers})}\,]`;
  const rows = a.layers * units;
  return {
    title: decoder ? text.decoderInitial : text.labelInitial,
    lines: [
      decoder ? `p &= ${lastOutputs(a, 'T_x')}` : String.raw`e &= C_{\text{label}}`,
      String.raw`${states} &= \tanh(W_0 ${from} + b_0)`,
      ...(a.cell === 'lstm' ? [decoder ? String.raw`\text{cell state}_0 &= 0` : 'c_0 &= 0'] : []),
    ],
    symbols: [
      ...(decoder
        ? [{ tex: `p ${space(width)}`, meaning: text.encoderEnds }]
        : [
            { tex: `e ${space(width)}`, meaning: text.labelMeaning },
            { tex: `C ${space(sizes.labels ?? 'K', width)}`, meaning: text.labelMatrix },
          ]),
      { tex: `W_0 ${space(rows, width)}`, meaning: text.initialWeights(a.layers) },
      { tex: `b_0 ${space(rows)}`, meaning: text.biases },
    ],
  };
}

/** A hidden layer of a standard network. */
export function hiddenLayerEquations(a: Architecture, sizes: NetworkSizes, layer: number | null = null): Equations {
  const f = activationTex(a);
  const I = inputSize(sizes, a);
  const line = (l: number | 'l') =>
    String.raw`h^{(${l})} &= ${f}(W^{(${l})} ${l === 1 ? 'x' : `h^{(${l === 'l' ? 'l-1' : l - 1})}`} + b^{(${l})})`;
  const lines = layer !== null ? [line(layer)] : a.layers > 1 ? [line(1), line('l')] : [line(1)];
  const deep = { tex: String.raw`W^{(${layer ?? 'l'})} ${space(a.hidden, a.hidden)}`, meaning: text.hiddenWeights };
  return {
    title: text.hiddenLayer,
    lines,
    symbols: [
      { tex: String.raw`h^{(${layer ?? (a.layers > 1 ? 'l' : 1)})} ${space(a.hidden)}`, meaning: text.hiddenUnits },
      ...(layer === null || layer === 1 ? [{ tex: `W^{(1)} ${space(a.hidden, I)}`, meaning: text.inputWeights }] : []),
      ...(a.layers > 1 && layer !== 1 ? [deep] : []),
      { tex: String.raw`b^{(${layer ?? (a.layers > 1 ? 'l' : 1)})} ${space(a.hidden)}`, meaning: text.biases },
    ],
  };
}
