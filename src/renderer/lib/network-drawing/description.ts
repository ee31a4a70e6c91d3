/** The drawing in words, for those who do not see it. */
import { decoderUnits, lossOf, shapeOf, type Architecture } from '../../../engine/model/spec.ts';
import { cellName } from '../describe.ts';
import { setting } from '../format.ts';
import { drawing as text } from '../messages/drawing.ts';
import { written } from './inputs.ts';
import type { NetworkData } from './layout.ts';
import { shortToken } from './tokens.ts';

const { says } = text;

export function titleOf(a: Architecture): string {
  if (a.task === 'standard') return text.title.standard(a.layers);
  const of = a.task === 'translation' ? text.title.encoderDecoder : text.title.unrolled;
  return of(cellName(a), a.layers, a.bidirectional);
}

export function inWords(a: Architecture, data: NetworkData): string {
  return [...beginning(a, data), ...middle(a), ...answer(a, data)].join(' ');
}

function beginning(a: Architecture, { steps, tokens, targets, columns }: NetworkData): string[] {
  switch (shapeOf(a)) {
    case 'one-to-one': {
      const inputs = columns ? some(columns.inputs) : text.rows.values;
      const activation = text.activations[a.activation];
      return [says.standard({ layers: a.layers, hidden: a.hidden, activation, inputs })];
    }
    case 'one-to-many': {
      const { words, T } = written(targets, steps);
      return [says.label(tokens[0] ?? null), says.writes({ steps: T, tokens: some(words) })];
    }
    case 'many-to-many-unaligned': {
      const { words, T } = written(targets, steps);
      return [says.source({ steps, tokens: some(tokens) }), says.decoder({ steps: T, tokens: some(words) })];
    }
    default:
      return [says.steps({ steps, tokens: some(tokens) })];
  }
}

function* middle(a: Architecture): Generator<string> {
  if (a.task !== 'standard') {
    const input =
      a.input === 'numbers'
        ? text.inputWords.numbers
        : a.embedding > 0
          ? text.inputWords.embedding(a.embedding)
          : text.inputWords.oneHot;
    const { layers, hidden, bidirectional } = a;
    yield `${says.input(input)} ${says.layers({ cell: cellName(a), layers, hidden, bidirectional })}`;
  }
  if (a.residual) yield says.residual;
  if (a.layerNorm) yield says.norm;
  if (a.dropout > 0) yield says.dropout(setting(a.dropout), a.dropoutKind === 'variational');
  if (a.task === 'translation') {
    if (decoderUnits(a) !== a.hidden) yield says.decoderUnits(decoderUnits(a));
    yield says.corner;
    if (a.attention === 'none') yield says.noAttention;
    else yield a.attention === 'luong' ? says.luong(a.score === 'dot' ? 'dot product' : a.score) : says.bahdanau;
  }
  if (shapeOf(a) === 'many-to-one') {
    yield a.pooling === 'last' && !a.bidirectional ? says.lastState : says.pool[a.pooling];
  }
  if (a.tie) yield says.tied;
}

function answer(a: Architecture, data: NetworkData): string[] {
  const shown = a.task === 'standard' && a.predicts === 'value' ? [] : data.targets;
  const target = shown.length === 0 || shapeOf(a) === 'one-to-many' ? '' : says.target(some(shown));
  return [says.output({ layer: text.layerWords[lossOf(a)], what: predicted(a, data), target })];
}

function predicted(a: Architecture, { columns }: NetworkData): string {
  const { predicts } = text;
  switch (a.task) {
    case 'forecasting':
      return a.forecastAt === 'end' ? predicts.forecastEnd(a.horizon) : predicts.forecastEvery(a.horizon);
    case 'standard':
      return a.predicts === 'class' ? predicts.standardClass : predicts.standardValue(columns?.targets ?? []);
    case 'tagging':
      return a.multilabel ? predicts.taggingSeveral : predicts.tagging;
    default:
      return predicts[a.task];
  }
}

/** The first few of a sequence. */
function some(tokens: readonly string[]): string {
  if (tokens.length === 0) return text.unknownToken;
  const shown = tokens.slice(0, 8).map((token) => shortToken(token, 12));
  return shown.join(' ') + (tokens.length > 8 ? ' …' : '');
}
