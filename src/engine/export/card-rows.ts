/** Settings as rows of a model card: only those that this network has. */
import { attentionUnits, cellOf, decoderUnits, shapeOf } from '../model/spec.ts';
import type { RunConfig } from '../training/config.ts';
import type { PortableModel } from './portable.ts';

export type Row = readonly [name: string, value: string];

export function architectureRows({ architecture: a, sizes }: PortableModel): Row[] {
  const standard = a.task === 'standard';
  const translation = a.task === 'translation';
  return [
    ['task', a.task],
    standard ? ['non-linearity', a.activation] : ['cell', cellOf(a)],
    ['layers', String(a.layers)],
    ['hidden units', String(a.hidden)],
    ...when(translation, ['hidden units of the decoder', String(decoderUnits(a))]),
    ...when(a.bidirectional, ['directions', '2']),
    a.input === 'numbers'
      ? ['numbers of a step', String(sizes.inputs)]
      : ['vocabulary', translation ? `${sizes.inputs}, of targets ${sizes.outputs}` : String(sizes.inputs)],
    ...when(a.input === 'tokens', ['embedding', a.embedding === 0 ? 'none (one-hot)' : String(a.embedding)]),
    ...when(sizes.labels !== undefined, ['labels', String(sizes.labels)]),
    ['outputs', String(sizes.outputs)],
    ...when(a.task === 'forecasting', [
      'steps ahead',
      `${a.horizon}, forecast ${a.forecastAt === 'end' ? 'at the end of the window' : 'at every step'}`,
    ]),
    ...when(shapeOf(a) === 'many-to-one', ['pooling over time', a.pooling]),
    ...when(translation, [
      'attention',
      a.attention === 'none'
        ? 'none'
        : `${a.attention}, ${attentionUnits(a)} wide${a.attention === 'luong' ? `, ${a.score} score` : ''}`,
    ]),
    ...when(a.dropout > 0, ['dropout', `${a.dropout}${a.dropoutKind === 'variational' ? ', variational' : ''}`]),
    ...when(a.layerNorm, ['layer normalisation', 'after each layer']),
    ...when(a.residual, ['residual connections', 'around layers above the first']),
    ...when(a.tie, ['tied weights', 'embedding and output share a matrix']),
  ];
}

export function trainingRows({ training: t, split, tokenizer, architecture }: RunConfig): Row[] {
  const tokens = tokenizer.kind === 'char' ? 'characters' : tokenizer.kind === 'word' ? 'words' : 'byte pairs';
  const ends = [
    t.maxEpochs !== null && `${t.maxEpochs} epochs`,
    t.maxSteps !== null && `${t.maxSteps} steps`,
    t.maxMinutes !== null && `${t.maxMinutes} minutes`,
  ].filter((one) => one !== false);
  return [
    ...when(architecture.input === 'tokens', ['tokens', tokens]),
    ['validation and test', `${percent(split.valid)} and ${percent(split.test)} of the data`],
    ['optimiser', fields(t.optimizer)],
    ['learning rate', String(t.learningRate)],
    ['schedule', fields(t.schedule)],
    ['gradient clipping', t.clip === null ? 'none' : `global norm ${t.clip}`],
    ['batch', String(t.batch)],
    ...when(architecture.task === 'language-model', ['steps back in time', `${t.steps}, ${t.partition} windows`]),
    ...when(t.classWeights !== 'none', ['classes weigh', t.classWeights]),
    ...when(t.scheduledSampling !== null, [
      'scheduled sampling',
      `${t.scheduledSampling?.rate} over ${t.scheduledSampling?.overSteps} steps`,
    ]),
    ['ends after', ends.join(' or ')],
    ['seed', String(t.seed)],
  ];
}

function when(condition: boolean, row: Row): Row[] {
  return condition ? [row] : [];
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}

/** `adamw (weightDecay 0.01)` */
function fields({ kind, ...rest }: { readonly kind: string }): string {
  const others = Object.entries(rest).map(([name, value]) => `${name} ${String(value)}`);
  return others.length === 0 ? kind : `${kind} (${others.join(', ')})`;
}
