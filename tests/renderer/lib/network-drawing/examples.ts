/** Every task with every option that changes a drawing, on made-up data. */
import { architectureSchema, tasks, type Architecture, type Task } from '../../../../src/engine/model/spec.ts';
import { usualConfig } from '../../../../src/engine/training/task-presets.ts';
import type { NetworkData } from '../../../../src/renderer/lib/network-drawing/layout.ts';

export function architecture(task: Task, more: Partial<Architecture> = {}): Architecture {
  return architectureSchema.parse({ ...usualConfig(task).architecture, dropout: 0, ...more });
}

const everything = { layerNorm: true, dropout: 0.3, dropoutKind: 'variational' } as const;
const stacks: Partial<Architecture>[] = [
  { layers: 1 },
  { layers: 3, cell: 'gru' },
  { layers: 2, residual: true, ...everything },
  { layers: 8, residual: true, ...everything, cell: 'gru' },
];

const own: Readonly<Record<Task, Partial<Architecture>[]>> = {
  'language-model': [{}, { embedding: 32 }, { embedding: 64, hidden: 64, tie: true }],
  tagging: [{ bidirectional: false }, { bidirectional: true }, { multilabel: true }],
  translation: (['none', 'luong', 'bahdanau'] as const).flatMap((attention) => [
    { attention, bidirectional: true },
    { attention, bidirectional: false, decoderHidden: 128 },
    { attention, bidirectional: false, hidden: 96, embedding: 96, tie: true },
  ]),
  classification: (['last', 'mean', 'max'] as const).flatMap((pooling) => [
    { pooling, bidirectional: true },
    { pooling, bidirectional: false },
  ]),
  regression: [{}],
  binary: [{}],
  multilabel: [{}],
  'conditional-generation': [{}, { hidden: 32, tie: true }],
  forecasting: [
    { horizon: 1 },
    { horizon: 20 },
    { horizon: 3, bidirectional: true, pooling: 'mean' },
    { forecastAt: 'every-step', horizon: 2 },
  ],
  standard: [{ predicts: 'class' }, { predicts: 'value' }],
};

/** Name and architecture, for every task and option. */
export const every: readonly (readonly [string, Architecture])[] = tasks.flatMap((task) => {
  const plain = (stack: Partial<Architecture>) =>
    task === 'standard' ? { layers: stack.layers, dropout: stack.dropout ?? 0 } : stack;
  return own[task].flatMap((option) =>
    stacks.map((stack) => {
      const more = { ...plain(stack), ...option } as Partial<Architecture>;
      return [`${task} ${JSON.stringify(more)}`, architecture(task, more)] as const;
    }),
  );
});

const words = ['The', 'cat', 'sat', 'on', 'the', 'mat'];
const labels = ['Arabic', 'Chinese', 'Czech', 'Dutch', 'English', 'French', 'German', 'Greek'];
const targets: Readonly<Record<Task, readonly string[]>> = {
  'language-model': [],
  tagging: ['DET', 'NOUN', 'VERB', 'ADP', 'DET', 'NOUN'],
  translation: ['Die', 'Katze', 'saß', 'auf', 'der', 'Matte', '<eos>'],
  classification: ['German'],
  regression: ['3.5'],
  binary: ['yes'],
  multilabel: ['Arabic, German'],
  'conditional-generation': ['M', 'o', 'r', 'e', 'a', 'u', '<eos>'],
  forecasting: ['0.84', '0.81', '0.77'],
  standard: ['German'],
};

/** An example of a task, of as many steps. */
export function data(task: Task, steps = words.length): NetworkData {
  const numbers = task === 'forecasting' || task === 'standard';
  return {
    steps,
    tokens: task === 'conditional-generation' ? ['French'] : numbers ? ['0.1', '0.2', '0.3'] : words,
    targets: targets[task],
    labels: ['classification', 'multilabel', 'standard', 'tagging'].includes(task) ? labels : null,
    columns: numbers ? { inputs: ['width', 'height', 'depth'], targets: ['price', 'rent'] } : null,
  };
}
