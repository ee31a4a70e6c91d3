import type { Task } from '../../../engine/model/spec.ts';
import { integer, plural } from '../format.ts';

const cells = { rnn: 'RNN', gru: 'GRU', lstm: 'LSTM' } as const;

export const importModel = {
  action: 'Import a model…',
  title: 'Import a model',
  reading: 'Reading',
  sending: 'Sending',
  import: 'Import',
  failed: (name: string) => `“${name}” cannot be imported`,
  imported: (name: string) => `Imported “${name}”`,
  network: (cell: keyof typeof cells, layers: number, hidden: number, bidirectional: boolean) =>
    `${bidirectional ? 'Bidirectional ' : ''}${cells[cell]}, ${plural(layers, 'layer')} of ${integer(hidden)} hidden units`,
  facts: {
    from: 'From',
    file: 'File',
    embedding: 'Embedding',
    oneHot: 'none, one-hot',
    tied: (width: number) => `${integer(width)}, tied to the output`,
    ends: 'In → out',
    parameters: 'Parameters',
    step: 'Trained for',
    steps: (step: number) => plural(step, 'step'),
  },
  checkpoint: 'A whole checkpoint of Unroll: where its corpus is, it can be trained further as if it had never left.',
  name: 'Name of the run',
  task: 'What it is for',
  activation: 'Activation of the RNN',
  activationHint: 'The file does not say. word_language_model has RNN_TANH and RNN_RELU.',
  gateOrder: 'Order of the gates in its rows',
  gateOrderHint: 'Its LSTM is written by hand. char-rnn and torch-rnn have input, forget, output, candidate.',
  gateOrders: { ifog: 'Input, forget, output, candidate', ifgo: 'Input, forget, candidate, output (PyTorch)' },
  labels: 'Names of its classes',
  labelsHint: (outputs: number) =>
    `In the order of its ${integer(outputs)} outputs, separated by commas. Without them they are called by their numbers.`,
  vocabulary: 'Vocabulary',
  vocabularyHint: (rows: number) => `Which tokens its ${integer(rows)} rows stand for. The file does not say.`,
  inFile: 'In the file',
  beside: (file: string) => `In ${file}, beside it`,
  firstTokens: 'Its first tokens',
  ways: {
    file: 'From a file',
    words: 'The words of a corpus',
    'sorted-characters': 'The characters of a corpus, sorted',
    characters: 'The characters of a corpus',
    printable: 'Python’s string.printable',
  },
  wayHints: {
    file: 'JSON, or one token a line',
    words: 'In order of appearance, with <eos> after each line, as word_language_model',
    'sorted-characters': 'As most ports of char-rnn',
    characters: 'In order of appearance',
    printable: '100 characters, as spro/char-rnn.pytorch',
  },
  corpus: 'Corpus it was trained on',
  noCorpus: 'There is no corpus yet. Import the text that it was trained on first.',
  chooseFile: 'Choose a file…',
  otherVocabulary: 'Take another',
  noteTitle: 'Trained elsewhere',
  note: (when: string, file: string) =>
    `Imported from ${file} (${when}). Look inside, try it, compare it, export it, or train it further on a corpus of yours.`,
  taskHint: (task: Task) => (task === 'language-model' ? 'Predicts the next token' : ''),
};
