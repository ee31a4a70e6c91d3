import { plural } from '../format.ts';

export const exporting = {
  action: 'Export…',
  selected: 'Export',
  title: (name: string) => `Export “${name}”`,
  titleSeveral: (count: number) => `Export ${plural(count, 'run')}`,
  formats: 'Format',
  groups: { model: 'The trained model', metrics: 'What was measured' },
  /** Name, kind of file, and what it is for. */
  of: {
    safetensors: {
      name: 'PyTorch',
      files: 'safetensors + model.py',
      purpose:
        'Opens in PyTorch with a short program that rebuilds the network. Unroll goes on training from it, bit for bit.',
    },
    onnx: {
      name: 'ONNX',
      files: '.onnx',
      purpose: 'Runs in ONNX Runtime, from most programming languages, step by step; opens in Netron.',
    },
    tfjs: {
      name: 'TensorFlow.js',
      files: 'model.json + weights',
      purpose: 'Runs in web pages and in Node with TensorFlow.js.',
    },
    html: {
      name: 'Web page',
      files: '.html',
      purpose: 'One file that runs the model in any browser, offline, with the controls to try it.',
    },
    'html-float16': {
      name: 'Web page, half precision',
      files: '.html',
      purpose: 'The same page in half the size: each parameter keeps three significant digits.',
    },
    'metrics-csv': {
      name: 'Table',
      files: '.csv',
      purpose: 'A row for each step and evaluation, for spreadsheets and pandas.',
    },
    'metrics-json': {
      name: 'JSON',
      files: '.json',
      purpose: 'Steps, evaluations and configuration, for programs.',
    },
  },
  about: (size: string) => `about ${size}`,
  goesWith:
    'With a model go its tokeniser and vocabulary, the configuration, and a card with data, settings and scores.',
  noModel: 'There is no model before the first checkpoint.',
  noMetrics: 'There are no curves before the first training step.',
  leftOut: (names: string) => `Without a model yet, and so left out: ${names}.`,
  and: (count: number) => `and ${count} more`,
  copy: { cli: 'Copy as CLI command', pytorch: 'Copy as PyTorch program' },
  copied: { cli: 'Copied the command that trains it again', pytorch: 'Copied a PyTorch program of this run' },
  export: 'Export',
  working: 'Exporting…',
  done: (file: string, size: string) => `Exported ${file} (${size})`,
};
