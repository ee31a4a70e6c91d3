import { integer, plural } from '../format.ts';

/** Inside, Equations: the cell's inside, its terms, and one step of it in numbers. */
export const insideEquations = {
  name: 'Equations',
  cellNames: {
    lstm: 'long short-term memory (LSTM)',
    gru: 'gated recurrent unit (GRU)',
    gru_before: 'gated recurrent unit (GRU) with its reset before the product',
    rnn_tanh: 'recurrent network of Elman (tanh)',
    rnn_relu: 'recurrent network of Elman (ReLU)',
    rnn_sigmoid: 'recurrent network of Elman (sigmoid)',
  },
  /** The sentence above: what one looks at, in this run's numbers. */
  sentence: (d: { cell: string; units: number; inputs: number | string; parameters: number | null }) =>
    `One step of a ${d.cell}: ${typeof d.inputs === 'number' ? plural(d.inputs, 'number') : `${d.inputs} numbers`} come in from below, ${plural(d.units, 'number')} from the step before${
      d.parameters === null ? '' : `, and ${integer(d.parameters)} weights and biases make the next state of them`
    }. Point at a term to see where it is, in the formulas and in the drawing; click to keep it.`,
  sentenceSteps: {
    tiny: 'The same step with two units and two inputs, its numbers made up so that they can be followed by hand; this run’s own weights are not used. First forward, then the gradients back.',
    own: 'The step of this very network, with the weights of the checkpoint: all its numbers are reckoned with, the first few written out. First forward, then the gradients back.',
  },
  stepsOf: 'Which cell',
  stepsOfWhat: { tiny: 'Tiny cell', own: 'This model' },
  own: {
    making: 'Reading up to the step',
    units: (first: number, shown: number, all: number) =>
      `Units ${Array.from({ length: shown }, (_, j) => integer((first + j) % all)).join(', ')} of ${integer(all)}`,
    firstUnit: 'First unit that is written out',
    read: (steps: number, part: 'valid' | 'train') =>
      `After ${plural(steps, 'step')} of ${part === 'valid' ? 'the validation part' : 'the training part'}, the last one is marked:`,
    lossHere: 'L is −ln p of the true answer at this step.',
    lossWhole: 'L is the mean loss of the whole sequence.',
  },
  standard:
    'This network has no recurrent layer: each row of numbers goes through it once, and nothing is carried from one to the next.',

  mode: 'What to show',
  modes: { terms: 'This network', steps: 'One step in numbers' },
  layer: 'Layer',
  layerName: (part: 'network' | 'encoder' | 'decoder', layer: number) =>
    part === 'network' ? `Layer ${layer}` : `${part === 'encoder' ? 'Encoder' : 'Decoder'}, layer ${layer}`,
  bothDirections:
    'Each direction has such a cell, with weights of its own; the one from right to left reads the steps in reverse.',
  drawing: (cell: string) => `Inside of a ${cell}`,
  drawingHint: 'Arrow keys move between its parts.',
  formulas: 'Formulas',
  terms: 'Terms',
  rest: 'The rest of the network',

  gates: {
    i: 'input gate',
    f: 'forget gate',
    g: 'candidate',
    o: 'output gate',
    r: 'reset gate',
    z: 'update gate',
    n: 'candidate',
  },
  gateMeaning: {
    i: 'input gate: how much of the candidate is written, 0 … 1',
    f: 'forget gate: how much of the cell state is kept, 0 … 1',
    g: 'candidate: what could be written, −1 … 1',
    o: 'output gate: how much of the cell state is shown, 0 … 1',
    r: 'reset gate: how much of the old state the candidate sees, 0 … 1',
    z: 'update gate: how much of the old state stays, 0 … 1',
    n: 'candidate: the new state where nothing stays, −1 … 1',
  },
  reads: {
    embedding: 'input: the token’s embedding',
    'one-hot': 'input: a 1 at the token, 0 elsewhere',
    numbers: 'input: the step’s values, scaled',
    below: 'input: output of the layer below',
    context: 'input: context vector and token written before',
  },
  meaning: {
    hOld: 'hidden state of the step before',
    h: 'hidden state: what the layer hands on, up and to the next step',
    cOld: 'cell state of the step before',
    c: 'cell state: what is remembered from step to step',
    W: 'weights on the input',
    U: 'weights on the state',
    b: 'bias (two are stored, and added up)',
    WOf: (gate: string) => `${gate}’s weights on the input`,
    UOf: (gate: string) => `${gate}’s weights on the state`,
    bOf: (gate: string) => `${gate}’s bias`,
    bOfRecurrent: 'bias inside of the reset',
  },
  /** What has no letter of its own. */
  parts: {
    keep: 'forget gate times old cell state: what is kept',
    write: 'input gate times candidate: what is written',
    squash: 'cell state through tanh',
    reset: 'reset gate times old state',
    resetAfter: 'reset gate times the state’s product: what the candidate sees of it',
    'old-part': 'update gate times old state: what stays',
    rest: 'one minus the update gate',
    'new-part': 'the rest times the candidate: what is new',
    input: 'input',
    sumAndActivation: 'weighted input and state, and the bias, added up and put through the non-linearity',
    recurrentProduct: 'the candidate’s weights on the state',
  },

  steps: {
    name: 'One step in numbers',
    position: (at: number, of: number) => `Step ${integer(at)} of ${integer(of)}`,
    phase: { forward: 'Forward', backward: 'Backward' },
    previous: 'Previous step',
    next: 'Next step',
    all: 'All steps',
    given:
      'What is given: input, states, weights, and the gradients that come back from above and from the steps after',
    notation:
      'dX stands for ∂L/∂X, in X’s shape; δ for the gradient before the non-linearity. Rounded to three decimals.',
    drawingForward: 'values so far',
    drawingBackward: 'gradients so far',
    of: {
      i: 'Input gate',
      f: 'Forget gate',
      g: 'Candidate',
      o: 'Output gate',
      r: 'Reset gate',
      z: 'Update gate',
      n: 'Candidate',
      c: 'Cell state',
      h: 'Hidden state',
      'c-old': 'Back to the cell state before',
      'h-old': 'Back to the state before',
      x: 'Back to the input',
    },
    resetStep: { after: 'State’s product', before: 'Reset state' },
    weights: (gate: string) => `Gradients of the ${gate}’s weights`,
    weightsOfState: 'Gradients of the weights',
  },
};
