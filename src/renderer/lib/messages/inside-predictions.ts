import { integer, number, plural, visible } from '../format.ts';

/** A piece of text, without the space that separates it from the next. */
const shown = (piece: string) => visible(piece.trimEnd() || piece);

/** Inside, Predictions: surprisal, alternatives, attention and confusions. */
export const insidePredictions = {
  making: 'Predicting',
  none: 'This network answers with numbers, or with several labels at once: what it does well and badly stands among the results of its run.',
  openRun: 'Open the run',

  colour: 'Colour by',
  colours: { surprisal: 'Surprisal', entropy: 'Uncertainty' },
  colourHints: {
    surprisal: 'how surprised the network was: −log₂ of the probability it gave to what came, in bits',
    entropy: 'how uncertain it was before it knew: the entropy of its distribution, in bits',
  },
  sentence: (d: { what: string; bits: string; perplexity: string; choices: number; of: 'token' | 'tag' }) =>
    `Over ${d.what} the network was surprised by ${d.bits} bits ${d.of === 'token' ? 'a token' : 'a tag'} on average: a perplexity of ${d.perplexity}, as if it chose evenly among so many of ${integer(d.choices)}.`,
  hardest: (piece: string, bits: string) =>
    `The redder a token, the less it was expected; “${shown(piece)}” was expected least (${bits} bits). Click one to see what the network expected instead.`,
  unknownTruth: (what: string, of: 'token' | 'tag') =>
    `Over ${what}: nobody knows the right ${of === 'tag' ? 'tags' : 'tokens'}, so colours show how uncertain the network was. Click a token to see its alternatives.`,

  text: 'The text, coloured by what the network expected',
  hint: 'Arrow keys go from token to token.',
  scale: (bits: number) => `${number(bits, 2)} bits`,
  reads: (source: string) => `Source: ${source}`,
  expected: (piece: string) => `What the network expected at “${shown(piece)}”`,
  nothingBefore: 'Nothing stands before the first token: the network did not predict it.',
  came: 'came',
  rest: 'all others',
  truth: (d: { name: string; p: string; bits: string }) =>
    `“${d.name}” came: the network gave it ${d.p}, a surprise of ${d.bits} bits.`,
  answer: (d: { name: string; p: string }) => `The network answers “${d.name}” with ${d.p}.`,
  entropy: (bits: string) => `Uncertain by ${bits} bits.`,
  asTable: 'Tokens as a table',
  asText: 'Tokens in the text',
  columns: {
    step: 'Token',
    piece: 'Read',
    truth: 'Came',
    surprisal: 'Surprisal, bits',
    entropy: 'Uncertainty, bits',
    best: 'Expected',
    p: 'p',
  },
  page: (from: string, to: string, all: string) => `${from}–${to} of ${all}`,
  pageBefore: 'Tokens before',
  pageAfter: 'Tokens after',
  attentionNote: 'The network was given the target’s tokens before each one, not its own answers.',

  confusion: {
    making: 'Answering the held-out examples',
    sentence: (d: {
      right: string;
      answers: number;
      of: 'example' | 'token';
      part: 'valid' | 'train';
      worst: string | null;
    }) =>
      `The network answers ${d.right} of ${plural(d.answers, d.of)} of ${d.part === 'valid' ? 'the validation part' : 'the training part'} right. ${d.worst ?? 'It takes none for another.'}`,
    worst: (target: string, answer: string, count: number) =>
      `It takes ${target} for ${answer} most often, ${count === 1 ? 'once' : `${integer(count)} times`}: click a cell to see the examples in it.`,
    some: (read: number, total: number) => `The first ${integer(read)} of ${plural(total, 'example')}.`,
    cell: (target: string, answer: string) =>
      target === answer ? `${target}, answered right` : `${target}, taken for ${answer}`,
    examples: (shown: number, all: number) =>
      shown < all
        ? `${plural(all, 'example')}; the first ${integer(shown)}, the surest first:`
        : `${plural(all, 'example')}, the surest first:`,
    line: (line: number) => `line ${integer(line)}`,
    sure: (p: string) => `${p} sure`,
    ofTruth: (p: string) => `right: ${p}`,
    choose: 'Choose a cell to see its examples.',
    view: { text: 'Token by token', matrix: 'Confusions' },
    viewName: 'What to look at',
  },
};
