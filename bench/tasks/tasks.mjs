// The benchmark's tasks: what each trains on, with which settings, and what it should reach. What is not set is usual for the task
// (src/engine/training/task-presets.ts). Nothing is held out for validation and nothing stops early, so that a run has a known
// number of steps and the figure is that of its last parameters.

/**
 * @typedef {object} Task
 * @property {string} name what `--only` calls it
 * @property {string} title
 * @property {string} data for people: what is learned from and what is measured on
 * @property {readonly string[]} flags of `unroll train`; a name with a slash is a file of the data folder
 * @property {number} [folds] cross-validation: as many runs, whose mean is the figure
 * @property {{ figure: string, target?: number, better: 'higher' | 'lower' }} measure `perplexity`, or one of the figures of src/engine/metrics/figures.ts
 * @property {'share' | 'points' | 'ratio'} unit how the figure is written
 * @property {readonly string[]} [samples] labels to write samples for
 * @property {number} [torchThreads] with how many PyTorch is fastest; by default 1
 */

/** @type {readonly Task[]} */
export const tasks = [
  {
    name: 'names',
    title: 'Name → language',
    data: 'surnames of 18 languages; a held-out 20 %',
    flags: [
      ...['real/names', '--task', 'classification', '--tokenizer', 'char', '--min-frequency', '1', '--test', '0.2'],
      ...['--epochs', '5'],
    ],
    measure: { figure: 'accuracy', target: 0.8, better: 'higher' },
    unit: 'share',
  },
  {
    name: 'pos',
    title: 'Part of speech',
    data: 'UD English EWT: trained on dev, measured on test',
    flags: [
      ...['real/en_ewt-ud-dev.conllu', '--test-file', 'real/en_ewt-ud-test.conllu', '--task', 'tagging', '--lowercase'],
      ...['--epochs', '15'],
    ],
    measure: { figure: 'tokenAccuracy', target: 0.84, better: 'higher' },
    unit: 'share',
  },
  {
    name: 'numbers',
    title: 'Digits → number words',
    data: '`numbers.tsv`; a held-out 10 %',
    flags: [
      ...['synthetic/numbers.tsv', '--task', 'translation', '--min-frequency', '1', '--test', '0.1'],
      ...['--hidden', '128', '--embedding', '64', '--dropout', '0.1'],
      ...['--batch', '32', '--lr', '0.002', '--epochs', '30'],
    ],
    measure: { figure: 'exactMatch', target: 0.9, better: 'higher' },
    unit: 'share',
  },
  {
    name: 'reverse',
    title: 'Letters → reversed',
    data: '`reverse.tsv`; a held-out 10 %',
    flags: [
      ...['synthetic/reverse.tsv', '--task', 'translation', '--min-frequency', '1', '--test', '0.1'],
      ...['--hidden', '128', '--embedding', '16', '--dropout', '0.2'],
      ...['--batch', '32', '--lr', '0.003', '--schedule', 'cosine', '--epochs', '60'],
    ],
    measure: { figure: 'exactMatch', target: 0.99, better: 'higher' },
    unit: 'share',
  },
  {
    name: 'multi30k',
    title: 'English → German',
    data: 'Multi30k, lower-cased; test 2016 (Flickr)',
    flags: [
      ...['real/multi30k-train.en.gz', '--target-file', 'real/multi30k-train.de.gz', '--task', 'translation'],
      ...['--test-file', 'real/multi30k-test_2016_flickr.en.gz'],
      ...['--test-target-file', 'real/multi30k-test_2016_flickr.de.gz', '--cell', 'gru'],
      ...['--schedule', 'cosine', '--epochs', '6'],
    ],
    measure: { figure: 'bleu', target: 25, better: 'higher' },
    torchThreads: 2,
    unit: 'points',
  },
  {
    name: 'sines',
    title: 'Forecast 20 steps ahead',
    data: '`sines.csv`, column `noisy`; the last 20 %',
    flags: [
      ...['synthetic/sines.csv', '--task', 'forecasting', '--columns', 'noisy', '--window', '50', '--horizon', '20'],
      ...['--test', '0.2', '--epochs', '10'],
    ],
    measure: { figure: 'lastStepToNaive', target: 0.5, better: 'lower' },
    unit: 'ratio',
  },
  {
    name: 'sentiment',
    title: 'Sentiment',
    data: '`sentiment.csv`; 5-fold cross-validation',
    flags: [
      ...['synthetic/sentiment.csv', '--task', 'binary', '--min-frequency', '1', '--test', '0', '--folds', '5'],
      ...['--hidden', '64', '--epochs', '20'],
    ],
    folds: 5,
    measure: { figure: 'accuracy', target: 0.9, better: 'higher' },
    unit: 'share',
  },
  {
    name: 'generate',
    title: 'Language → names',
    data: 'surnames of 18 languages; a held-out 10 %',
    flags: [...['real/names', '--task', 'conditional-generation', '--test', '0.1', '--epochs', '5']],
    measure: { figure: 'perplexity', better: 'lower' },
    unit: 'ratio',
    samples: ['Russian', 'Italian', 'Japanese', 'Greek', 'Irish'],
  },
];
