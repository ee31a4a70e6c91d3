/** The card that goes with an exported model: what it is, what it learned from, how well it does, and how to load each file. */
import { figureInfo, hasPerplexity, type FigureName } from '../metrics/figures.ts';
import { shapeOf } from '../model/spec.ts';
import type { EvalMetrics } from '../protocol.ts';
import type { ModelFormat } from './format-ids.ts';
import { architectureRows, trainingRows, type Row } from './card-rows.ts';
import type { ExportFile, PortableModel } from './portable.ts';

/** Markdown. @param files the export's other files */
export function modelCard(
  format: ModelFormat,
  model: PortableModel,
  evaluations: readonly EvalMetrics[],
  files: readonly ExportFile[],
): string {
  const { architecture, corpusName, corpusHash, state } = model;
  const parameters = [...model.parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
  return (
    [
      `# ${escaped(model.name)}`,
      `A ${architecture.task.replaceAll('-', ' ')} network (${shapeOf(architecture).replaceAll('-', ' ')}) with ${parameters.toLocaleString('en')} parameters, ` +
        `trained by ${model.trainedWith} and exported after ${state.step.toLocaleString('en')} steps. The run was made on ${dateOf(model.createdAt)}.`,
      '## Files',
      table(
        ['file', 'bytes', 'what it is'],
        files.map(({ name, bytes }) => [
          `\`${name}\``,
          bytes.length.toLocaleString('en'),
          purposes[name] ?? formatPurposes[format],
        ]),
      ),
      '## Data',
      table(
        ['', ''],
        [
          ['corpus', escaped(corpusName)],
          ['SHA-256 of its text', `\`${corpusHash}\``],
        ],
      ),
      'The text itself is not part of this export. What the network learned from it may be subject to the rights in that text: before you pass ' +
        'the model on, check that its licence allows it. The vocabulary in `tokenizer.json` holds words or characters of the text.',
      '## Scores',
      scores(model, evaluations),
      '## Network',
      rows(architectureRows(model)),
      '## Training',
      rows(trainingRows(state.config)),
      `Trained for ${duration(state.elapsed)} on ${escaped(state.device)} (${escaped(state.deviceDetail)}). The same corpus, \`config.json\` and device give the same numbers again.`,
    ].join('\n\n') + '\n'
  );
}

const formatPurposes: Record<ModelFormat, string> = {
  safetensors: 'part of the model',
  onnx: 'the network, opset 17',
  tfjs: 'layers models of TensorFlow.js',
  html: 'a page that runs the model',
  'html-float16': 'a page that runs the model, its parameters in half precision',
};

const purposes: Readonly<Record<string, string>> = {
  'model.safetensors': 'the parameters, float32, under PyTorch’s names',
  'model.py': 'the network in PyTorch: `from model import load; model = load()`',
  'training.safetensors':
    'the whole checkpoint with the optimiser’s state: Unroll goes on training from it, bit for bit',
  'model.onnx': 'the network, opset 17; it says itself what goes in and out',
  'encoder.onnx': 'reads the sources, once for every translation',
  'decoder-step.onnx': 'makes one token of every translation from what the encoder and the step before gave',
  'initial-state.onnx': 'from labels, the states that generation begins with',
  'step.onnx': 'reads tokens, and gives the logits of the next ones and the states to go on with',
  'model.json': 'the network, as `tf.loadLayersModel` takes it',
  'weights.bin': 'its parameters, float32',
  'label/model.json': 'from labels, the hidden states that generation begins with; its parameters stand beside it',
  'encoder/model.json': 'reads the sources, once for every translation; its parameters stand beside it',
  'decoder/model.json': 'makes the next tokens of every translation; its parameters stand beside it',
  'layers.js':
    'the one layer that TensorFlow.js lacks: `import { register } from "./layers.js"; register(tf)` before loading',
  'config.json': 'the run’s configuration, as Unroll reads it',
  'tokenizer.json': 'vocabulary, labels and scaling: from texts and numbers to what the network reads, and back',
};

/** Of this very model, where it was evaluated at this step; the test's, which is of the whole run. */
function scores({ state, architecture }: PortableModel, evaluations: readonly EvalMetrics[]): string {
  const valid = evaluations.findLast(({ split, step }) => split === 'valid' && step <= state.step);
  const test = evaluations.findLast(({ split }) => split === 'test');
  const measured = [valid, test].filter((one) => one !== undefined);
  if (measured.length === 0) return 'It was not evaluated.';
  const names = [...new Set(measured.flatMap(({ figures }) => Object.keys(figures) as FigureName[]))];
  const perplexity = hasPerplexity(architecture.task);
  const bits = measured.some(({ bitsPerCharacter }) => bitsPerCharacter !== null);
  return table(
    [
      'part',
      'step',
      'loss',
      ...(perplexity ? ['perplexity'] : []),
      ...(bits ? ['bits per character'] : []),
      ...names.map((name) => figureInfo[name].label),
    ],
    measured.map(({ split, step, loss, bitsPerCharacter, figures }) => [
      split === 'valid' ? 'validation' : 'test',
      step.toLocaleString('en'),
      decimal(loss),
      ...(perplexity ? [decimal(Math.exp(loss))] : []),
      ...(bits ? [bitsPerCharacter === null ? '–' : decimal(bitsPerCharacter)] : []),
      ...names.map((name) => (figures[name] === undefined ? '–' : decimal(figures[name]))),
    ]),
  );
}

function rows(values: readonly Row[]): string {
  return table(['setting', 'value'], values);
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}

/** A name as plain text in Markdown: nothing in it is markup, a cell's end or a new line. */
function escaped(name: string): string {
  return name.replaceAll(/[\\`*_{}[\]<>()#+!|~&-]/g, String.raw`\$&`).replaceAll(/\s+/g, ' ');
}

function decimal(value: number): string {
  return Number(value.toPrecision(5)).toLocaleString('en', { maximumFractionDigits: 10 });
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function duration(seconds: number): string {
  return seconds < 120 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;
}
