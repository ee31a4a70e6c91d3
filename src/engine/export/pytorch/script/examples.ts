/** Examples in Python: from what was read to batches of tensors, and from those to outputs and targets. */
import type { ExampleData } from '../../../data/config.ts';
import { lossOf, type Architecture } from '../../../model/spec.ts';
import type { RunConfig } from '../../../training/config.ts';
import { lines } from '../python.ts';

export interface ExampleCode {
  /** Functions: `prepare(parts)` → examples by part, what the network is made with, and what reads and writes; `collate`, `answer`. */
  readonly definitions: readonly string[];
  /** Expression of an example's length, for padding; null where all are alike. */
  readonly lengthOf: string | null;
}

export function exampleCode(config: RunConfig): ExampleCode {
  const { architecture, data } = config;
  switch (architecture.task) {
    case 'language-model':
      throw new TypeError('A language model reads running text, not examples');
    case 'tagging':
      return tagging(architecture, data as ExampleData);
    case 'translation':
      return translation(config);
    case 'conditional-generation':
      return conditional();
    case 'forecasting':
      return forecasting(architecture, config);
    case 'standard':
      return standard(config);
    default:
      return labelled(architecture, data as Extract<ExampleData, { kind: 'table' }>);
  }
}

const sideBySide = `\
def side_by_side(sequences, padding=0):
    """Sequences as columns of [steps,sequences], the shorter ones filled up."""
    return nn.utils.rnn.pad_sequence([torch.tensor(one) for one in sequences], padding_value=padding).to(DEVICE)


def lengths_of(sequences):
    return torch.tensor([len(one) for one in sequences], device=DEVICE)`;

const specials = `\
PAD, BOS, EOS = 0, 1, 2  # before the vocabulary's own ids
SPECIALS = 3


def to_generate(targets):
    """What is read and what is to be predicted [steps,sequences]: each text begins with BOS and ends with EOS."""
    inputs = side_by_side([[BOS] + ids for ids in targets], PAD)
    return inputs, side_by_side([ids + [EOS] for ids in targets], -1)`;

const scaler = (kind: 'standard' | 'minmax' | 'none') =>
  lines(
    'class Scaler:',
    `    """Columns ${{ standard: 'with mean 0 and standard deviation 1', minmax: 'from 0 to 1', none: 'as they are' }[kind]}, learned on the training part."""`,
    '',
    '    def __init__(self, rows):',
    '        rows = torch.tensor(rows, dtype=torch.float64)',
    kind === 'none' && '        self.offset, spread = torch.zeros(rows.shape[1]), torch.ones(rows.shape[1])',
    kind === 'standard' && '        self.offset, spread = rows.mean(dim=0), rows.std(dim=0, unbiased=False)',
    kind === 'minmax' && '        self.offset, spread = rows.amin(dim=0), rows.amax(dim=0) - rows.amin(dim=0)',
    '        self.scale = torch.where(rows.amax(dim=0) > rows.amin(dim=0), spread, torch.ones_like(spread))',
    '',
    '    def apply(self, rows):',
    '        return ((torch.tensor(rows, dtype=torch.float64) - self.offset) / self.scale).float().to(DEVICE)',
    '',
    '    def invert(self, values):',
    '        """Values [..., columns], or several times as many, in the units of the data."""',
    '        times = values.shape[-1] // len(self.scale)',
    '        return values.cpu() * self.scale.repeat(times) + self.offset.repeat(times)',
  );

function tagging({ multilabel }: Architecture, data: ExampleData): ExampleCode {
  const separator = data.kind === 'tagged' ? data.tagSeparator : null;
  const maxLength = data.kind === 'tagged' ? data.maxLength : null;
  const split = `(label for label in tag.split(${JSON.stringify(separator)}) if label not in ("", "_"))`;
  return {
    lengthOf: 'len(example[0])',
    definitions: [
      sideBySide,
      lines(
        'def prepare(parts):',
        '    vocabulary = Vocabulary([tokens for tokens, _ in parts["train"]])',
        multilabel
          ? `    labels = sorted({label for part in parts.values() for _, tags in part for tag in tags for label in ${split}})`
          : '    labels = sorted({tag for part in parts.values() for _, tags in part for tag in tags})',
        '    ids = {label: id for id, label in enumerate(labels)}',
        '    encoded = {',
        multilabel
          ? `        name: [(vocabulary.encode(tokens), [[float(l in ${split}) for l in labels] for tag in tags]) for tokens, tags in part]`
          : '        name: [(vocabulary.encode(tokens), [ids[tag] for tag in tags]) for tokens, tags in part]',
        '        for name, part in parts.items()',
        '    }',
        maxLength !== null &&
          `    encoded = {name: [example for example in part if len(example[0]) <= ${maxLength}] for name, part in encoded.items()}`,
        '    return encoded, dict(vocabulary=len(vocabulary), outputs=len(labels)), dict(vocabulary=vocabulary, labels=labels)',
      ),
      lines(
        'def collate(examples):',
        '    tokens = [tokens for tokens, _ in examples]',
        `    return side_by_side(tokens), lengths_of(tokens), side_by_side([tags for _, tags in examples]${multilabel ? '' : ', -1'})`,
      ),
      multilabel
        ? lines(
            'def answer(model, batch):',
            '    """Logits and targets of all real steps [N,outputs]."""',
            '    tokens, lengths, targets = batch',
            '    real = torch.arange(len(tokens), device=DEVICE)[:, None] < lengths',
            '    return model(tokens, lengths)[real], targets[real]',
          )
        : lines(
            'def answer(model, batch):',
            '    """Logits [N,outputs] of all steps, and targets [N], -1 at padding."""',
            '    tokens, lengths, targets = batch',
            '    return model(tokens, lengths).flatten(0, 1), targets.flatten()',
          ),
    ],
  };
}

/** How a label is encoded: what is learned of all labels, and then each. */
function labelEncoding(
  { task }: Architecture,
  label: Extract<ExampleData, { kind: 'table' }>['label'],
): { readonly learn: string | false; readonly each: string; readonly outputs: string; readonly helpers: string[] } {
  const all = 'for part in parts.values() for _, label in part';
  switch (label.is) {
    case 'class':
      return {
        learn: `    labels = sorted({label ${all}})`,
        each: 'labels.index(label)',
        outputs: 'len(labels)',
        helpers: [],
      };
    case 'labels': {
      const split = `split_labels(label)`;
      return {
        learn: `    labels = sorted({one ${all} for one in ${split}})`,
        each: `[float(one in ${split}) for one in labels]`,
        outputs: 'len(labels)',
        helpers: [
          lines(
            'def split_labels(label):',
            `    return [one.strip() for one in label.split(${JSON.stringify(label.separator)}) if one.strip()]`,
          ),
        ],
      };
    }
    case 'binary':
      return {
        learn: '    labels = ["no", "yes"]',
        each:
          label.positive === null
            ? '[float(label.lower() in ("1", "yes", "y", "true", "t", "positive", "pos"))]'
            : `[float(label == ${JSON.stringify(label.positive)})]`,
        outputs: '1',
        helpers: [],
      };
    case 'number':
      return {
        learn: '    labels = Scaler([[float(label)] for _, label in parts["train"]])',
        each: 'labels.apply([float(label)])',
        outputs: '1',
        helpers: task === 'regression' ? [scaler(label.scaling)] : [],
      };
  }
}

function labelled(a: Architecture, data: Extract<ExampleData, { kind: 'table' }>): ExampleCode {
  const { learn, each, outputs, helpers } = labelEncoding(a, data.label);
  const cut = data.maxLength === null ? '' : `[: ${data.maxLength}]`;
  const targets = {
    class: 'torch.tensor([target for _, target in examples], device=DEVICE)',
    labels: 'torch.tensor([target for _, target in examples], device=DEVICE)',
    binary: 'torch.tensor([target for _, target in examples], device=DEVICE)',
    number: 'torch.stack([target for _, target in examples])',
  }[data.label.is];
  return {
    lengthOf: 'len(example[0])',
    definitions: [
      sideBySide,
      ...helpers,
      lines(
        'def prepare(parts):',
        '    vocabulary = Vocabulary([text for text, _ in parts["train"]])',
        learn,
        '    encoded = {',
        `        name: [(vocabulary.encode(text)${cut}, ${each}) for text, label in part if vocabulary.encode(text)]`,
        '        for name, part in parts.items()',
        '    }',
        `    return encoded, dict(vocabulary=len(vocabulary), outputs=${outputs}), dict(vocabulary=vocabulary, labels=labels)`,
      ),
      lines(
        'def collate(examples):',
        '    tokens = [tokens for tokens, _ in examples]',
        `    return side_by_side(tokens), lengths_of(tokens), ${targets}`,
      ),
      lines(
        'def answer(model, batch):',
        `    """${lossOf(a) === 'squared' ? 'Values' : 'Logits'} [B,outputs], and targets."""`,
        '    tokens, lengths, targets = batch',
        '    return model(tokens, lengths), targets',
      ),
    ],
  };
}

function conditional(): ExampleCode {
  return {
    lengthOf: 'len(example[1])',
    definitions: [
      sideBySide,
      specials,
      lines(
        'def prepare(parts):',
        '    vocabulary = Vocabulary([text for text, _ in parts["train"]])',
        '    labels = sorted({label for part in parts.values() for _, label in part})',
        '    encoded = {',
        '        name: [(labels.index(label), [SPECIALS + id for id in vocabulary.encode(text)]) for text, label in part]',
        '        for name, part in parts.items()',
        '    }',
        '    sizes = dict(labels=len(labels), vocabulary=SPECIALS + len(vocabulary))',
        '    return encoded, sizes, dict(vocabulary=vocabulary, labels=labels)',
      ),
      lines(
        'def collate(examples):',
        '    labels = torch.tensor([label for label, _ in examples], device=DEVICE)',
        '    return (labels, *to_generate([ids for _, ids in examples]))',
      ),
      lines(
        'def answer(model, batch):',
        '    """Logits [N,vocabulary] of all steps, and targets [N], -1 at padding."""',
        '    labels, inputs, targets = batch',
        '    logits, _ = model(inputs, model.begin(labels))',
        '    return logits.flatten(0, 1), targets.flatten()',
      ),
    ],
  };
}

function translation({ data, training }: RunConfig): ExampleCode {
  const maxLength = data.kind === 'pairs' ? data.maxLength : null;
  const sampling = training.scheduledSampling;
  return {
    lengthOf: '(len(example[0]), len(example[1]))',
    definitions: [
      sideBySide,
      specials,
      lines(
        'def prepare(parts):',
        '    sources = Vocabulary([source for source, _ in parts["train"]])',
        '    targets = Vocabulary([target for _, target in parts["train"]])',
        '    encoded = {',
        '        name: [(sources.encode(a), [SPECIALS + id for id in targets.encode(b)]) for a, b in part]',
        '        for name, part in parts.items()',
        '    }',
        maxLength !== null &&
          `    encoded = {name: [pair for pair in part if max(map(len, pair)) <= ${maxLength}] for name, part in encoded.items()}`,
        '    encoded = {name: [pair for pair in part if all(pair)] for name, part in encoded.items()}',
        '    sizes = dict(source_vocabulary=len(sources), target_vocabulary=SPECIALS + len(targets))',
        '    return encoded, sizes, dict(sources=sources, targets=targets)',
      ),
      lines(
        'def collate(examples):',
        '    sources = [source for source, _ in examples]',
        '    return (side_by_side(sources), lengths_of(sources), *to_generate([target for _, target in examples]))',
      ),
      ...(sampling
        ? [
            lines(
              '@torch.no_grad()',
              'def with_own_tokens(model, source, lengths, inputs, rate):',
              '    """Scheduled sampling (Bengio et al. 2015): some inputs are the likeliest token after those before them."""',
              '    inputs = inputs.clone()',
              '    seen, state = model.encode(source, lengths)',
              '    for t in range(len(inputs) - 1):',
              '        logits, state = model.decode(inputs[t : t + 1], seen, state)',
              '        replace = (torch.rand(inputs.shape[1], device=DEVICE) < rate) & (inputs[t + 1] != PAD)',
              '        inputs[t + 1] = torch.where(replace, logits[0].argmax(dim=1), inputs[t + 1])',
              '    return inputs',
            ),
          ]
        : []),
      lines(
        `def answer(model, batch${sampling ? ', step=0' : ''}):`,
        '    """Logits [N,target_vocabulary] of all steps, and targets [N], -1 at padding."""',
        '    source, lengths, inputs, targets = batch',
        sampling !== null && '    if model.training:',
        sampling !== null && `        rate = ${sampling.rate} * min(1, step / ${sampling.overSteps})`,
        sampling !== null && '        inputs = with_own_tokens(model, source, lengths, inputs, rate)',
        '    return model(source, lengths, inputs).flatten(0, 1), targets.flatten()',
      ),
    ],
  };
}

function forecasting({ horizon, forecastAt }: Architecture, { data }: RunConfig): ExampleCode {
  const { window, scaling } = data as Extract<ExampleData, { kind: 'numeric' }>;
  const every = forecastAt === 'every-step';
  return {
    lengthOf: null,
    definitions: [
      scaler(scaling),
      lines(
        `WINDOW = ${window}  # steps that are read`,
        '',
        '',
        'def windows(inputs, targets, past):',
        `    """Every window of WINDOW steps, and what ${every ? 'follows each of its steps' : 'follows it'}; the first \`past\` rows are read only."""`,
        '    examples = []',
        '    for first in range(len(inputs) - WINDOW - HORIZON + 1):',
        `        if first + ${every ? '1' : 'WINDOW'} >= past:`,
        every
          ? '            after = [targets[first + t + 1 : first + t + 1 + HORIZON].flatten() for t in range(WINDOW)]'
          : '            after = [targets[first + WINDOW : first + WINDOW + HORIZON].flatten()]',
        '            examples.append((inputs[first : first + WINDOW], torch.stack(after)))',
        '    return examples',
      ),
      lines(
        'def prepare(parts):',
        '    inputs = Scaler([row for row, _ in parts["train"]])',
        '    targets = Scaler([row for _, row in parts["train"]])',
        '    encoded, before = {}, []',
        '    for name, part in parts.items():',
        '        rows = before + part',
        '        encoded[name] = windows(inputs.apply([a for a, _ in rows]), targets.apply([b for _, b in rows]), len(before))',
        '        before = rows[-WINDOW:]',
        `    sizes = dict(inputs=len(inputs.scale), outputs=${horizon === 1 ? '' : 'HORIZON * '}len(targets.scale))`,
        '    return encoded, sizes, dict(labels=targets)',
      ),
      lines(
        'def collate(examples):',
        '    """Windows [T,B,inputs] and what follows [steps,B,outputs]."""',
        '    return torch.stack([a for a, _ in examples], dim=1), torch.stack([b for _, b in examples], dim=1)',
      ),
      lines(
        'def answer(model, batch):',
        '    """Forecasts and targets [N,outputs]."""',
        '    x, targets = batch',
        `    return model(x)${every ? '.flatten(0, 1)' : ''}, targets.flatten(0, 1)`,
      ),
    ],
  };
}

function standard({ data }: RunConfig): ExampleCode {
  const { scaling, targetIs } = data as Extract<ExampleData, { kind: 'numeric' }>;
  const ofClass = targetIs === 'class';
  return {
    lengthOf: null,
    definitions: [
      scaler(scaling),
      lines(
        'def prepare(parts):',
        '    inputs = Scaler([row for row, _ in parts["train"]])',
        ofClass
          ? '    labels = sorted({label for part in parts.values() for _, label in part})'
          : '    labels = Scaler([row for _, row in parts["train"]])',
        '    encoded = {',
        `        name: [(inputs.apply(row), ${ofClass ? 'labels.index(label)' : 'labels.apply(label)'}) for row, label in part]`,
        '        for name, part in parts.items()',
        '    }',
        `    sizes = dict(inputs=len(inputs.scale), outputs=len(labels${ofClass ? '' : '.scale'}))`,
        '    return encoded, sizes, dict(labels=labels)',
      ),
      lines(
        'def collate(examples):',
        '    rows = torch.stack([row for row, _ in examples])',
        ofClass
          ? '    return rows, torch.tensor([label for _, label in examples], device=DEVICE)'
          : '    return rows, torch.stack([values for _, values in examples])',
      ),
      lines(
        'def answer(model, batch):',
        `    """${ofClass ? 'Logits' : 'Values'} [B,outputs], and targets."""`,
        '    rows, targets = batch',
        '    return model(rows), targets',
      ),
    ],
  };
}
