import { integer, number, plural, visible } from '../format.ts';

/** Inside, Neurons: states and gates over a text. */
export const insideNeurons = {
  making: 'Reading with the network',
  standard: 'A standard network reads each row at once: no neuron of it has a state over time.',
  quantities: {
    h: 'Hidden state h',
    c: 'Cell state c',
    i: 'Input gate i',
    f: 'Forget gate f',
    g: 'Candidate g',
    o: 'Output gate o',
    r: 'Reset gate r',
    z: 'Update gate z',
    n: 'Candidate n',
  },
  quantity: 'What of it',
  layer: 'Layer',
  layerName: (d: {
    part: 'network' | 'encoder' | 'decoder';
    layer: number;
    direction: 'forward' | 'backward' | null;
  }) =>
    `${d.part === 'network' ? 'Layer' : d.part === 'encoder' ? 'Encoder, layer' : 'Decoder, layer'} ${d.layer + 1}${
      d.direction === null ? '' : d.direction === 'forward' ? ' →' : ' ←'
    }`,
  order: 'Order of the neurons',
  orders: { unit: 'Order: number', deviation: 'Order: how much they change' },
  orderBy: (feature: string) => `Order: ${feature}`,
  orderToken: (piece: string) => `Order: token “${visible(piece)}”`,
  features: {
    quotes: 'inside quotation marks',
    line: 'position in the line',
    word: 'inside a word',
    space: 'white space',
    capital: 'capital letters',
    vowel: 'vowels',
    digit: 'digits',
    punctuation: 'punctuation',
    newline: 'ends of lines',
    brackets: 'depth of brackets',
  },
  /** The sentence above. */
  sentence: (d: { quantity: string; neurons: number; what: string }) =>
    `${d.quantity} of ${plural(d.neurons, 'neuron')}, a row each, over ${d.what}; red is positive, blue negative.`,
  best: (d: { neuron: number; feature: string; r: number }) =>
    `Neuron ${integer(d.neuron)} follows “${d.feature}” best (r = ${number(d.r, 2)}): look for stripes that begin and end with it.`,
  noBest: 'Choose a neuron, and read the text in its colours.',

  map: 'Heat map of neurons by steps',
  mapHint: 'Arrow keys move, with Shift they select steps, + and − zoom.',
  heatTable: 'Values by step and neuron',
  heatColumn: 'Step, neuron',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  scale: (value: string) => `−${value}`,
  at: (d: { neuron: number; step: number; piece: string; value: string }) =>
    `Neuron ${integer(d.neuron)} at step ${integer(d.step + 1)}, “${visible(d.piece)}”: ${d.value}`,
  table: 'Neurons, in this order',
  columns: { neuron: 'Neuron', deviation: 'std', r: 'r' },
  someNeurons: (shown: number, all: number) => `The first ${integer(shown)} of ${integer(all)}.`,

  neuron: (unit: number) => `Neuron ${integer(unit)}`,
  about: (d: { mean: string; deviation: string }) => `mean ${d.mean}, standard deviation ${d.deviation}`,
  follows: (feature: string, r: number) => `${feature} r = ${number(r, 2)}`,
  coloured: 'The text in the colours of this neuron',
  colouredHint: 'Drag over the text, or hold Shift with the arrow keys, to select a span.',
  asTable: 'Values as a table',
  asText: 'Values in the text',
  steps: { step: 'Step', piece: 'Read', value: 'Value' },

  span: 'Selected span',
  spanText: (text: string) => `“${visible(text)}”`,
  threshold: 'Threshold',
  firing: (count: number, threshold: string) =>
    count === 0
      ? `No neuron is beyond ±${threshold} at every step of it. Lower the threshold, or select less.`
      : `${plural(count, 'neuron')} beyond ±${threshold} at every step of it:`,
  fires: (unit: number, sign: 1 | -1) => `${integer(unit)}${sign === 1 ? '+' : '−'}`,
  find: 'Find other places',
  finding: 'Searching',
  clear: 'Clear',
  places: (count: number, searched: number, part: 'valid' | 'train') =>
    count === 0
      ? `None of these neurons fires anywhere in ${plural(searched, 'step')} of ${part === 'valid' ? 'the validation part' : 'the training part'}.`
      : `The best ${integer(count)} places in ${plural(searched, 'step')} of ${part === 'valid' ? 'the validation part' : 'the training part'}, by the share of these neurons that fire in them and not beside them:`,
  placesName: 'Places where the same neurons fire',
  example: (index: number) => `example ${integer(index + 1)}`,
  token: (index: number) => `token ${integer(index + 1)}`,
};
