import { integer, plural } from '../format.ts';

type Steps = { steps: number; tokens: string };

/** "a, b and c". */
function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

export const drawing = {
  title: {
    unrolled: (cell: string, layers: number, bidirectional: boolean) =>
      `The network unrolled in time: ${plural(layers, `${bidirectional ? 'bidirectional ' : ''}${cell} layer`)}, the same weights at every step`,
    encoderDecoder: (cell: string, layers: number, bidirectional: boolean) =>
      `The encoder–decoder unrolled in time: ${plural(layers, `${bidirectional ? 'bidirectional ' : ''}${cell} layer`)} in the encoder, ${layers} in the decoder`,
    standard: (layers: number) => `The standard network: ${plural(layers, 'hidden layer')}, one step`,
  },

  /** Sentences of the text alternative. */
  says: {
    steps: ({ steps, tokens }: Steps) => `Columns are time steps 1 to ${integer(steps)}, on ${tokens}.`,
    source: ({ steps, tokens }: Steps) =>
      `The encoder, at the left, reads the ${plural(steps, 'step')} of the source: ${tokens}.`,
    decoder: ({ steps, tokens }: Steps) =>
      `The decoder, at the right, writes the target in ${plural(steps, 'step')}: ${tokens}. It starts at <bos>, reads at each step the token before, and ends with <eos>.`,
    writes: ({ steps, tokens }: Steps) =>
      `Columns are time steps 1 to ${integer(steps)}: the text (${tokens}) starts at <bos> and ends with <eos>; each output is fed back as the next input.`,
    input: (input: string) => `Each step’s input becomes ${input}`,
    layers: (d: { cell: string; layers: number; hidden: number; bidirectional: boolean }) =>
      d.bidirectional
        ? `and goes up through ${plural(d.layers, 'layer')} of ${integer(d.hidden)} ${d.cell} units in each of two directions, left to right and right to left, joined by concatenation.`
        : `and goes up through ${plural(d.layers, 'layer')} of ${integer(d.hidden)} ${d.cell} units. Each layer hands its state to the right, to the next step.`,
    decoderUnits: (units: number) => `The decoder’s layers have ${integer(units)} units.`,
    residual: 'Residual connections add a layer’s input to its output, above the first layer.',
    norm: 'Layer normalisation follows every layer.',
    dropout: (p: string, variational: boolean) =>
      `Dropout of ${p} between layers${variational ? ' is variational: one mask for all steps of a sequence' : ''}.`,
    tied: 'Input and output share one matrix: they are tied.',
    label: (label: string | null) =>
      `The label${label === null ? '' : ` (${label})`} is embedded and sets the initial state of every layer.`,
    corner: 'The encoder’s last state sets the decoder’s initial state.',
    noAttention: 'There is no attention.',
    luong: (score: string) =>
      `Luong attention (${score}): after the cell, each decoder step looks at all of the encoder’s states through a context vector; both make the attentional vector that the output layer reads.`,
    bahdanau:
      'Bahdanau attention (additive): before the cell, each decoder step looks at all of the encoder’s states through a context vector, which enters the cell beside the embedding.',
    pool: {
      last: 'The final states of both directions make one vector (pooling: last).',
      mean: 'The mean over time pools all steps into one vector.',
      max: 'The maximum over time pools all steps into one vector.',
    },
    lastState: 'The last state alone leads on to the answer.',
    standard: (d: { layers: number; hidden: number; activation: string; inputs: string }) =>
      `The columns (${d.inputs}) go through ${plural(d.layers, 'hidden layer')} of ${integer(d.hidden)} units with ${d.activation}.`,
    output: (d: { layer: string; what: string; target: string }) => `A ${d.layer} predicts ${d.what}${d.target}.`,
    target: (target: string) => `, the target above: ${target}`,
  },
  layerWords: {
    softmax: 'linear layer with softmax',
    sigmoid: 'linear layer with sigmoid',
    squared: 'linear layer',
  },
  inputWords: {
    embedding: (E: number) => `an embedding of ${integer(E)} numbers`,
    oneHot: 'a one-hot vector',
    numbers: 'a vector of its values',
  },
  predicts: {
    'language-model': 'the next token',
    tagging: 'the tag of each step',
    taggingSeveral: 'the labels of each step, each yes or no',
    translation: 'the next token of the target',
    classification: 'one class for the whole sequence',
    regression: 'one rating for the whole sequence',
    binary: 'yes or no for the whole sequence',
    multilabel: 'the labels of the whole sequence, each yes or no',
    'conditional-generation': 'the next token',
    forecastEnd: (h: number) => `the next ${h === 1 ? 'step' : `${integer(h)} steps`} after the window`,
    forecastEvery: (h: number) => `at every step the next ${h === 1 ? 'one' : integer(h)}`,
    standardClass: 'a class',
    standardValue: (names: readonly string[]) => (names.length === 0 ? 'the values' : listed(names)),
  },

  rows: {
    target: 'target',
    targetDetail: {
      'language-model': 'the next token',
      tagging: 'tag of the token',
      translation: 'the next token',
      classification: 'class',
      regression: 'rating',
      binary: 'yes or no',
      multilabel: 'labels',
      'conditional-generation': 'the next token',
      forecasting: 'what comes next',
      standard: 'columns',
    },
    prediction: 'prediction',
    linear: { softmax: 'linear + softmax', sigmoid: 'linear + sigmoid', squared: 'linear' },
    layer: (cell: string, layer: number) => `${cell} layer ${layer}`,
    onlyLayer: (cell: string) => `${cell} layer`,
    units: (H: string, variant: string) => (variant ? `H = ${H}, ${variant}` : `H = ${H}`),
    encoderUnits: (H: string, S: string) => `H = ${H}, decoder ${S}`,
    rightwards: (H: string) => `→ H = ${H}`,
    leftwards: (H: string) => `← H = ${H}`,
    moreLayers: (count: number) => plural(count, 'more layer'),
    hidden: (layer: number) => `hidden layer ${layer}`,
    onlyHidden: 'hidden layer',
    embedding: 'embedding',
    oneHot: 'one-hot',
    values: 'values',
    input: 'input',
    inputDetail: { text: 'tokens of the text', source: 'tokens', numbers: 'values', columns: 'columns' },
    dropout: (p: string, variational: boolean) => (variational ? `dropout ${p}, locked` : `dropout ${p}`),
    norm: 'layer norm',
    residual: 'residual sum',
    concat: (F: string) => `joined, ${F}`,
    pool: { last: 'last states', mean: 'mean over time', max: 'maximum over time' },
    attention: { none: '', luong: 'attention (Luong)', bahdanau: 'attention (Bahdanau)' },
    context: 'context vectors',
    attentional: 'attentional vector',
    sizes: (from: string, to: string) => `${from} → ${to}`,
  },
  cells: { rnn: 'RNN', gru: 'GRU', lstm: 'LSTM' },
  variants: { tanh: '', relu: 'ReLU', sigmoid: 'sigmoid', before: 'reset before' },
  activations: { tanh: 'tanh', relu: 'ReLU', sigmoid: 'sigmoid' },
  poolShort: { last: 'last', mean: 'mean', max: 'max' },
  norm: 'norm',

  tiedTitle: 'Input and output share one matrix',
  carried: 'The state is carried over from the window before',
  fromZero: 'The state starts from zero',
  cellFromZero: 'The cell state starts from zero',
  tokenNotShown: 'This token is not shown',
  unknownToken: 'tokens that are shown once a corpus is chosen',

  /** Names of boxes, for screen readers. */
  parts: {
    where: { network: '', encoder: 'Encoder: ', decoder: 'Decoder: ' },
    at: (what: string, step: string | null) => (step === null ? what : `${what} at step ${step}`),
    cell: (cell: string, layer: number) => `${cell} layer ${layer}`,
    backward: (cell: string, layer: number) => `${cell} layer ${layer} from right to left`,
    concat: (layer: number) => `both directions of layer ${layer} joined`,
    contextIn: 'context vector joined with the input',
    sum: (layer: number) => `residual sum of layer ${layer}`,
    norm: (layer: number) => `layer normalisation of layer ${layer}`,
    hidden: (layer: number) => `hidden layer ${layer}`,
    label: 'embedding of the label',
    initial: 'initial state of every layer',
    context: 'context vector',
    attentional: 'attentional vector',
    output: 'prediction',
  },
};
