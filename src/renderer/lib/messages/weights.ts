import { integer, number, percent, plural } from '../format.ts';

export const weights = {
  making: 'Taking the weights apart',
  views: 'What of the weights',
  view: { matrices: 'Matrices', updates: 'Updates', embedding: 'Embedding' },
  list: 'Parameters',
  name: 'Name',
  shape: 'Shape',
  std: 'Std',
  norm: 'Norm',
  ratio: '‖Δθ‖/‖θ‖',
  shapeOf: (shape: readonly number[]) => shape.map(integer).join(' × '),
  says: (name: string, count: number, mean: number, std: number, min: number, max: number) =>
    `${name} holds ${plural(count, 'number')} from ${number(min)} to ${number(max)}, ${number(mean)} on average with a standard deviation of ${number(std)}.`,
  lookFor:
    'A histogram that is much wider than its neighbours’, or all in a few bins, is a layer that learned something else, or nothing.',
  spectrumSays: (rank: number, all: number) =>
    `${integer(rank)} of ${integer(all)} singular values hold 90 % of the matrix (of the sum of their squares).`,
  eigenSays: (outside: number, all: number, radius: number) =>
    outside === 0
      ? `All ${integer(all)} eigenvalues lie inside the unit circle (the largest has |λ| = ${number(radius)}).`
      : `${integer(outside)} of ${integer(all)} eigenvalues lie outside the unit circle (the largest has |λ| = ${number(radius)}).`,
  histogram: 'Histogram',
  value: 'value',
  share: 'share of the numbers',
  count: 'numbers',
  from: 'from',
  to: 'to',
  singular: 'Singular values',
  index: 'number, largest first',
  sigma: 'σ',
  eigen: 'Eigenvalues',
  re: 'real part',
  im: 'imaginary part',
  block: 'Gate',
  other: (what: string) => `The thin line is the ${what}.`,
  atStep: (step: number) => `network at training step ${integer(step)}`,
  overTraining: 'Histogram over training',
  overTrainingKeys: 'Histogram over training. Arrow keys go from step to step, and its histogram is shown beside it.',
  overTrainingLook:
    'Over training: from the least to the greatest number, the middle 90 % and 50 %, and the median. Point at a step to see its histogram.',
  quantile: (share: number) => (share === 0 ? 'least' : share === 1 ? 'greatest' : percent(share)),
  spreadAt: (step: string, least: string, median: string, greatest: string) =>
    `Training step ${step}: from ${least} to ${greatest}, median ${median}`,
  here: { best: 'best checkpoint', last: 'last checkpoint' },
  updates: 'Update-to-weight ratio',
  updatesSay: (step: number, below: number, above: number, all: number) =>
    below + above === 0
      ? `At step ${integer(step)} every one of the ${integer(all)} parameters moves by between 1e-4 and 1e-2 of itself in a step.`
      : `At step ${integer(step)}, of ${plural(all, 'parameter')} ${integer(above)} ${above === 1 ? 'moves' : 'move'} by more than 1e-2 of ${above === 1 ? 'itself' : 'themselves'} in a step, ${integer(below)} by less than 1e-4.`,
  updatesLook:
    'How much of each parameter one step changes. A rule of thumb, no more: about 1e-3 is healthy, far above it the learning rate is too high, far below it too low (the grey band is 1e-4 to 1e-2).',
  noUpdates: 'Nothing was looked at while this run trained: it is older than this picture.',
  updatesTable: 'Update-to-weight ratios by training step',
  trainingStep: 'training step',
  band: 'rule of thumb',
  matrix: 'Matrix',
  search: 'Find a token',
  embeddingSays: (tokens: number, vocabulary: number, width: number) =>
    `${tokens === vocabulary ? `All ${integer(tokens)} tokens` : `The first ${integer(tokens)} of ${integer(vocabulary)} tokens`}, from ${plural(width, 'dimension')} laid out in two.`,
  embeddingLook:
    'UMAP (McInnes et al. 2018) of the cosine distances: near means used alike; distances between far groups mean little. Click a token for its nearest neighbours; drag the map, zoom by + and −, or by the wheel with Ctrl or ⌘.',
  neighbours: (token: string) => `Nearest to ${token}`,
  cosine: 'cosine',
  map: 'Map of the tokens',
  mapHint: 'Arrow keys go from token to token, with Shift they move the map, + and − zoom, 0 shows all.',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  showAll: 'Show all',
  noToken: 'No token of this vocabulary is like that.',
  none: 'Click a token, or find one.',
  noEmbedding:
    'This network has no embedding: its inputs are numbers, or one-hot. Give a new run an embedding width above 0 to learn one.',
  laying: 'Laying out the embedding',
};
