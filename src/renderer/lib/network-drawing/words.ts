/** What the rows and boxes of a drawing are called. */
import {
  attentionUnits,
  decoderUnits,
  directionsOf,
  lossOf,
  outputInputUnits,
  type Architecture,
} from '../../../engine/model/spec.ts';
import { cellName } from '../describe.ts';
import { integer, setting } from '../format.ts';
import { drawing as text } from '../messages/drawing.ts';
import type { Box, RowName } from './drawing.ts';
import type { NetworkSizes } from './tex.ts';

export interface RowWords {
  readonly name: string;
  readonly detail?: string;
  /** In small: not a stage of its own. */
  readonly quiet?: boolean;
}

export function rowWords({ kind, layer }: RowName, a: Architecture, sizes: NetworkSizes): RowWords {
  const H = integer(a.hidden);
  const F = integer(a.hidden * directionsOf(a));
  const cell = text.cells[a.cell];
  switch (kind) {
    case 'target':
      return { name: text.rows.target, detail: targetDetail(a) };
    case 'prediction':
      return { name: text.rows.prediction };
    case 'output': {
      const K = sizes.outputs ?? (a.task === 'language-model' ? sizes.inputs : null);
      const wide = K !== null && a.task === 'forecasting' ? K * a.horizon : K;
      const detail = text.rows.sizes(integer(outputInputUnits(a)), wide === null ? letterOf(a) : integer(wide));
      return { name: text.rows.linear[lossOf(a)], detail };
    }
    case 'attentional':
      return { name: text.rows.attentional, detail: `A = ${integer(attentionUnits(a))}` };
    case 'context':
      return { name: text.rows.attention[a.attention], detail: text.rows.context };
    case 'pool':
      return { name: text.rows.pool[a.pooling], detail: F };
    case 'cell':
      return {
        name: a.layers === 1 ? text.rows.onlyLayer(cell) : text.rows.layer(cell, layer!),
        detail: a.bidirectional ? text.rows.rightwards(unitsOf(a)) : unitsDetail(a),
      };
    case 'backward':
      return { name: text.rows.leftwards(H), quiet: true };
    case 'concat':
      return { name: text.rows.concat(F), quiet: true };
    case 'norm':
      return { name: text.rows.norm, quiet: true };
    case 'sum':
      return { name: text.rows.residual, quiet: true };
    case 'dropout':
      return { name: text.rows.dropout(setting(a.dropout), a.dropoutKind === 'variational'), quiet: true };
    case 'more-layers':
      return { name: text.rows.moreLayers(a.layers - shownOf(a)), quiet: true };
    case 'hidden':
      return {
        name: a.layers === 1 ? text.rows.onlyHidden : text.rows.hidden(layer!),
        detail: `H = ${H}, ${text.activations[a.activation]}`,
      };
    case 'vector':
      if (a.input === 'numbers') {
        return { name: text.rows.values, detail: `I = ${sizes.inputs === null ? 'I' : integer(sizes.inputs)}` };
      }
      return a.embedding > 0
        ? { name: text.rows.embedding, detail: `E = ${integer(a.embedding)}` }
        : { name: text.rows.oneHot, detail: `V = ${sizes.inputs === null ? 'V' : integer(sizes.inputs)}` };
    case 'input':
      return { name: text.rows.input, detail: inputDetail(a) };
  }
}

/** Layers that are drawn where some are left out. */
function shownOf(a: Architecture): number {
  return a.task === 'translation' || a.bidirectional ? 2 : 3;
}

function unitsOf(a: Architecture): string {
  const [H, S] = [integer(a.hidden), integer(decoderUnits(a))];
  return H === S ? H : `${H}, decoder ${S}`;
}

function unitsDetail(a: Architecture): string {
  if (a.task === 'translation' && decoderUnits(a) !== a.hidden) {
    return text.rows.encoderUnits(integer(a.hidden), integer(decoderUnits(a)));
  }
  const variant =
    a.cell === 'rnn'
      ? text.variants[a.activation]
      : a.cell === 'gru' && a.reset === 'before'
        ? text.variants.before
        : '';
  return text.rows.units(integer(a.hidden), variant);
}

function letterOf(a: Architecture): string {
  return lossOf(a) === 'softmax' && a.task !== 'classification' && a.task !== 'tagging' ? 'V' : 'K';
}

function targetDetail(a: Architecture): string {
  return text.rows.targetDetail[a.task === 'standard' && a.predicts === 'class' ? 'classification' : a.task];
}

function inputDetail(a: Architecture): string {
  if (a.task === 'standard') return text.rows.inputDetail.columns;
  if (a.input === 'numbers') return text.rows.inputDetail.numbers;
  return a.task === 'translation' ? text.rows.inputDetail.source : text.rows.inputDetail.text;
}

/** A box for screen readers: what it is, and where. */
export function boxName(box: Box, a: Architecture): string {
  return text.parts.where[box.part] + text.parts.at(boxKind(box, a), box.step);
}

function boxKind(box: Box, a: Architecture): string {
  const layer = box.layer ?? 1;
  switch (box.kind) {
    case 'cell':
      return box.backward ? text.parts.backward(cellName(a), layer) : text.parts.cell(cellName(a), layer);
    case 'concat':
      return box.layer === null ? text.parts.contextIn : text.parts.concat(layer);
    case 'sum':
      return text.parts.sum(layer);
    case 'norm':
      return text.parts.norm(layer);
    case 'hidden':
      return text.parts.hidden(layer);
    case 'pool':
      return text.rows.pool[a.pooling];
    case 'label':
    case 'initial':
    case 'context':
    case 'attentional':
    case 'output':
      return text.parts[box.kind];
    default:
      return inputName(a);
  }
}

/** What an input's vector is. */
export function inputName(a: Architecture): string {
  if (a.input === 'numbers') return text.rows.values;
  return a.embedding > 0 ? text.rows.embedding : text.rows.oneHot;
}
