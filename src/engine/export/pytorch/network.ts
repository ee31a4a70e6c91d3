/** A network's architecture as a PyTorch module: only what this one has. */
import { outputWidth } from '../../model/parameter-specs.ts';
import { attentionUnits, decoderUnits, directionsOf, shapeOf, type Architecture } from '../../model/spec.ts';
import type { DataSizes } from '../../model/task-model.ts';
import { encoderDecoder } from './encoder-decoder.ts';
import { dropoutLayer, dropped, pooled, tying, vectors } from './parts.ts';
import { lines } from './python.ts';
import { recurrentDefinitions, recurrentLayers, runOf } from './recurrent.ts';

export interface NetworkCode {
  /** The architecture's numbers, an assignment a line. */
  readonly constants: string;
  /** Functions and classes; the last is `Network`. */
  readonly definitions: readonly string[];
  /** The names of what `Network` is made with, and their values for these data. */
  readonly sizes: readonly (readonly [name: string, value: number])[];
}

export function networkCode(architecture: Architecture, data: DataSizes): NetworkCode {
  const definitions = architecture.task === 'standard' ? [] : recurrentDefinitions(architecture);
  return {
    constants: constants(architecture),
    definitions: [...definitions, network(architecture)],
    sizes: sizes(architecture, data),
  };
}

function constants(a: Architecture): string {
  const translation = a.task === 'translation';
  return lines(
    a.embedding > 0 && `EMBEDDING = ${a.embedding}`,
    `HIDDEN = ${a.hidden}${translation ? '  # of the encoder, in each direction' : ''}`,
    translation && `DECODER_HIDDEN = ${decoderUnits(a)}`,
    translation && a.attention !== 'none' && `ATTENTION = ${attentionUnits(a)}`,
    a.task === 'conditional-generation' && `LABEL_EMBEDDING = ${a.labelEmbedding ?? a.hidden}`,
    `LAYERS = ${a.layers}`,
    a.dropout > 0 && `DROPOUT = ${a.dropout}`,
    a.task === 'forecasting' && `HORIZON = ${a.horizon}  # steps ahead`,
  );
}

function sizes(a: Architecture, data: DataSizes): (readonly [string, number])[] {
  const K = outputWidth(a, data);
  switch (a.task) {
    case 'language-model':
      return [['vocabulary', data.inputs]];
    case 'conditional-generation':
      return [
        ['labels', data.labels!],
        ['vocabulary', data.inputs],
      ];
    case 'translation':
      return [
        ['source_vocabulary', data.inputs],
        ['target_vocabulary', data.outputs],
      ];
    default:
      return [
        [a.input === 'tokens' ? 'vocabulary' : 'inputs', data.inputs],
        ['outputs', K],
      ];
  }
}

function network(a: Architecture): string {
  switch (shapeOf(a)) {
    case 'one-to-one':
      return standardNetwork(a);
    case 'one-to-many':
      return conditionalGenerator(a);
    case 'many-to-one':
      return classifier(a);
    case 'many-to-many-aligned':
      return a.task === 'language-model' ? languageModel(a) : tagger(a);
    case 'many-to-many-unaligned':
      return encoderDecoder(a);
  }
}

const beginning = (a: Architecture, what: string, parameters: string) =>
  lines(
    'class Network(nn.Module):',
    `    """${what}"""`,
    '',
    `    def __init__(self, ${parameters}):`,
    '        super().__init__()',
    a.input === 'tokens' && a.embedding === 0 && `        self.vocabulary = vocabulary`,
    a.embedding > 0 && `        self.emb = nn.Embedding(vocabulary, EMBEDDING)`,
  );

/** Width of what the recurrent layers read, as an expression. */
function inputWidth(a: Architecture): string {
  if (a.embedding > 0) return 'EMBEDDING';
  return a.input === 'tokens' ? 'vocabulary' : 'inputs';
}

function languageModel(a: Architecture): string {
  return lines(
    beginning(a, 'Predicts each next token from those before it.', 'vocabulary'),
    `        self.rnn = ${recurrentLayers(a, inputWidth(a), 'HIDDEN', false)}`,
    dropoutLayer(a),
    '        self.out = nn.Linear(HIDDEN, vocabulary)',
    tying(a, 'emb'),
    '',
    '    def forward(self, tokens, state=None):',
    '        """tokens [T,B], state to go on from -> logits of the next tokens [T,B,vocabulary], state after them"""',
    `        y, state = ${runOf(a, 'self.rnn', vectors(a, 'tokens'), 'state', null)}`,
    `        return self.out(${dropped(a, 'y')}), state`,
  );
}

function conditionalGenerator(a: Architecture): string {
  const lstm = a.cell === 'lstm';
  return lines(
    beginning(a, "A language model whose initial state is a label's.", 'labels, vocabulary'),
    '        self.cls = nn.Embedding(labels, LABEL_EMBEDDING)',
    '        self.init = nn.Linear(LABEL_EMBEDDING, LAYERS * HIDDEN)',
    `        self.rnn = ${recurrentLayers(a, inputWidth(a), 'HIDDEN', false)}`,
    dropoutLayer(a),
    '        self.out = nn.Linear(HIDDEN, vocabulary)',
    tying(a, 'emb'),
    '',
    '    def begin(self, labels):',
    '        """labels [B] -> the state that a text of each begins with"""',
    '        h = torch.tanh(self.init(self.cls(labels)))',
    '        h = h.view(len(labels), LAYERS, HIDDEN).transpose(0, 1).contiguous()',
    lstm ? '        return h, torch.zeros_like(h)' : '        return h',
    '',
    '    def forward(self, tokens, state):',
    '        """tokens [T,B], state to go on from -> logits of the next tokens [T,B,vocabulary], state after them"""',
    `        y, state = ${runOf(a, 'self.rnn', vectors(a, 'tokens'), 'state', null)}`,
    `        return self.out(${dropped(a, 'y')}), state`,
  );
}

function tagger(a: Architecture): string {
  const inputs = a.input === 'tokens' ? 'tokens [T,B]' : 'x [T,B,inputs]';
  const name = a.input === 'tokens' ? 'tokens' : 'x';
  const forecast = a.task === 'forecasting';
  const what = forecast
    ? 'Forecasts, at every step, the HORIZON steps after it.'
    : 'Answers at every step of a sequence.';
  return lines(
    beginning(a, what, `${a.input === 'tokens' ? 'vocabulary' : 'inputs'}, outputs`),
    `        self.rnn = ${recurrentLayers(a, inputWidth(a), 'HIDDEN', a.bidirectional)}`,
    dropoutLayer(a),
    `        self.out = nn.Linear(${width(a)}, outputs)`,
    '',
    `    def forward(self, ${name}, lengths=None):`,
    `        """${inputs}, lengths [B] of the sequences (None: all T) -> ${forecast ? 'values [T,B,HORIZON * columns]' : 'logits [T,B,outputs]'}"""`,
    `        y, _ = ${runOf(a, 'self.rnn', vectors(a, name), 'None', 'lengths')}`,
    `        return self.out(${dropped(a, 'y')})`,
  );
}

function width(a: Architecture): string {
  return directionsOf(a) === 2 ? '2 * HIDDEN' : 'HIDDEN';
}

function classifier(a: Architecture): string {
  const inputs = a.input === 'tokens' ? 'tokens [T,B]' : 'x [T,B,inputs]';
  const name = a.input === 'tokens' ? 'tokens' : 'x';
  const outputs =
    a.task === 'forecasting'
      ? 'values [B,HORIZON * columns]'
      : a.task === 'regression'
        ? 'values [B,outputs]'
        : 'logits [B,outputs]';
  // One vector of a sequence has one mask, whatever the kind.
  const drop = a.dropout > 0 && a.dropoutKind === 'variational';
  return lines(
    beginning(
      a,
      `Reads a sequence and gives one answer.`,
      `${a.input === 'tokens' ? 'vocabulary' : 'inputs'}, outputs`,
    ),
    `        self.rnn = ${recurrentLayers(a, inputWidth(a), 'HIDDEN', a.bidirectional)}`,
    dropoutLayer(a),
    drop && '        self.output_drop = nn.Dropout(DROPOUT)',
    `        self.out = nn.Linear(${width(a)}, outputs)`,
    '',
    `    def forward(self, ${name}, lengths=None):`,
    `        """${inputs}, lengths [B] of the sequences (None: all T) -> ${outputs}"""`,
    `        y, _ = ${runOf(a, 'self.rnn', vectors(a, name), 'None', 'lengths')}`,
    '        if lengths is None:',
    '            lengths = torch.full((y.shape[1],), len(y), device=y.device)',
    pooled(a),
    `        return self.out(${drop ? 'self.output_drop(pooled)' : dropped(a, 'pooled')})`,
  );
}

function standardNetwork(a: Architecture): string {
  return lines(
    'class Network(nn.Module):',
    '    """A standard network: LAYERS times linear and non-linearity, then linear."""',
    '',
    '    def __init__(self, inputs, outputs):',
    '        super().__init__()',
    '        for l in range(LAYERS):',
    '            self.add_module("hid" if l == 0 else f"hid{l + 1}", nn.Linear(inputs if l == 0 else HIDDEN, HIDDEN))',
    a.dropout > 0 && '        self.drop = nn.Dropout(DROPOUT)',
    '        self.out = nn.Linear(HIDDEN, outputs)',
    '',
    '    def forward(self, x):',
    `        """x [B,inputs] -> ${a.predicts === 'value' ? 'values' : 'logits'} [B,outputs]"""`,
    '        for l in range(LAYERS):',
    `            x = torch.${a.activation}(getattr(self, "hid" if l == 0 else f"hid{l + 1}")(x))`,
    a.dropout > 0 && '            x = self.drop(x)',
    '        return self.out(x)',
  );
}
