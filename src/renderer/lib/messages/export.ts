import { plural } from '../format.ts';

export const exporting = {
  action: 'Export…',
  selected: 'Export',
  title: (name: string) => `Export “${name}”`,
  titleSeveral: (count: number) => `Export ${plural(count, 'run')}`,
  groups: { model: 'The trained model', metrics: 'What was measured' },
  /** Name, kind of file, and what it is for. */
  of: {
    safetensors: {
      name: 'PyTorch',
      files: 'safetensors + model.py',
      purpose: 'With a program that rebuilds the network; Unroll trains on from it.',
    },
    onnx: {
      name: 'ONNX',
      files: '.onnx',
      purpose: 'For ONNX Runtime in most languages, step by step; opens in Netron.',
    },
    tfjs: {
      name: 'TensorFlow.js',
      files: 'model.json + weights',
      purpose: 'For web pages and Node.',
    },
    html: {
      name: 'Web page',
      files: '.html',
      purpose: 'Runs the model in any browser, offline, with controls to try it.',
    },
    'html-float16': {
      name: 'Web page, half precision',
      files: '.html',
      purpose: 'The same in half the size: parameters to three significant digits.',
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
  goesWith: 'A model’s files come with its tokeniser, configuration and a card.',
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
