/** Choices that make no sense, and why: what the schema of an architecture refuses. Pure module. */
import { outputInputUnits, shapeOf, decoderUnits, directionsOf, type Architecture } from './spec-fields.ts';

export interface Objection {
  readonly path: keyof Architecture;
  /** One or two sentences: what is wrong, and what to do. */
  readonly message: string;
}

export function objections(a: Architecture): Objection[] {
  return [...ofDirection(a), ...ofInput(a), ...ofTying(a), ...ofStack(a), ...ofOutput(a), ...ofAttention(a)];
}

function* ofDirection(a: Architecture): Generator<Objection> {
  if (!a.bidirectional) return;
  if (a.task === 'language-model' || a.task === 'conditional-generation') {
    yield {
      path: 'bidirectional',
      message:
        'A bidirectional network cannot predict text from left to right: its right-to-left direction sees the very token that it has to predict, so the loss would fall to nothing and generation would fail. Switch it off; bidirectional networks are for tagging, classification and encoders.',
    };
  }
  if (a.task === 'forecasting' && a.forecastAt === 'every-step') {
    yield {
      path: 'bidirectional',
      message:
        'A forecast at every step cannot be bidirectional: the right-to-left direction sees the values that are to be forecast. Forecast at the end of the window, or switch bidirectional off.',
    };
  }
  if (a.task === 'standard') {
    yield { path: 'bidirectional', message: 'A standard network has one step, so there is no direction to reverse.' };
  }
}

const numericTasks: readonly Architecture['task'][] = ['forecasting', 'standard'];
const textTasks: readonly Architecture['task'][] = ['language-model', 'translation', 'conditional-generation'];

function* ofInput(a: Architecture): Generator<Objection> {
  if (a.input === 'tokens' && numericTasks.includes(a.task)) {
    yield {
      path: 'input',
      message: `${a.task === 'standard' ? 'A standard network' : 'Forecasting'} reads numbers, not tokens: set the input to numbers.`,
    };
  }
  if (a.input === 'numbers' && textTasks.includes(a.task)) {
    yield { path: 'input', message: 'This task predicts tokens from tokens: its input cannot be numbers.' };
  }
  if (a.input === 'numbers' && a.embedding > 0) {
    yield {
      path: 'embedding',
      message: `An embedding is a table with a row for each token, and numbers are not tokens: set it to 0 instead of ${a.embedding}.`,
    };
  }
}

function* ofTying(a: Architecture): Generator<Objection> {
  if (!a.tie) return;
  if (!textTasks.includes(a.task)) {
    yield {
      path: 'tie',
      message:
        'Tying uses one matrix for input and output, so both must be the same tokens; this task’s outputs are something else. Switch it off.',
    };
    return;
  }
  const wanted = outputInputUnits(a);
  if (a.embedding === wanted) return;
  const what = a.task === 'translation' ? 'what the output layer reads' : 'the hidden state';
  yield {
    path: 'tie',
    message: `Tying uses one matrix for input and output, so the embedding must be as wide as ${what}: embedding is ${a.embedding}, ${a.task === 'translation' ? 'that' : 'hidden'} is ${wanted}. Set both to the same number, or switch tying off.`,
  };
}

function* ofStack(a: Architecture): Generator<Objection> {
  if (a.task === 'standard') {
    for (const path of ['layerNorm', 'residual'] as const) {
      if (a[path]) yield { path, message: 'This option is of recurrent layers, and a standard network has none.' };
    }
    if (a.dropoutKind === 'variational') {
      yield {
        path: 'dropoutKind',
        message: 'Variational dropout is one mask for all steps of a sequence; a standard network has one step.',
      };
    }
  } else if (a.residual && a.layers === 1) {
    yield {
      path: 'residual',
      message:
        'A residual connection goes around a layer above the first, and there is only one layer. Add a layer, or switch it off.',
    };
  }
}

function* ofOutput(a: Architecture): Generator<Objection> {
  if (a.pooling !== 'last' && shapeOf(a) !== 'many-to-one') {
    yield {
      path: 'pooling',
      message:
        'Pooling makes one vector of all steps, for a network that reads a sequence and gives one answer; this one does not.',
    };
  }
  if (a.multilabel && a.task !== 'tagging') {
    yield {
      path: 'multilabel',
      message:
        'Several labels at every step are for tagging; for several labels of a whole sequence choose the task multilabel.',
    };
  }
  if (a.predicts === 'value' && a.task !== 'standard') {
    yield { path: 'predicts', message: 'Only a standard network chooses; what this task predicts is given.' };
  }
  if (a.task !== 'forecasting' && (a.horizon !== 1 || a.forecastAt !== 'end')) {
    yield {
      path: a.horizon !== 1 ? 'horizon' : 'forecastAt',
      message: 'How far and from where to look ahead is for forecasting only.',
    };
  }
  if (a.labelEmbedding !== null && a.task !== 'conditional-generation') {
    yield {
      path: 'labelEmbedding',
      message: 'A label is embedded where it sets the initial state: in conditional generation only.',
    };
  }
}

function* ofAttention(a: Architecture): Generator<Objection> {
  if (a.attention !== 'none' && a.task !== 'translation') {
    yield {
      path: 'attention',
      message:
        'Attention lets a decoder look back at what an encoder read; this task has no encoder and decoder. Switch it off, or choose translation.',
    };
  }
  if (a.decoderHidden !== null && a.task !== 'translation') {
    yield { path: 'decoderHidden', message: 'Only an encoder–decoder has a decoder with a width of its own.' };
  }
  if (a.attentionSize !== null && a.attention === 'none') {
    yield { path: 'attentionSize', message: 'Without attention it has no width.' };
  }
  if (a.score === 'dot' && a.attention !== 'luong') {
    yield { path: 'score', message: 'The score is a choice of Luong attention only.' };
  } else if (a.score === 'dot') {
    const encoder = a.hidden * directionsOf(a);
    const decoder = decoderUnits(a);
    if (encoder !== decoder) {
      yield {
        path: 'score',
        message: `A dot product needs encoder and decoder states of one width: the encoder's are ${encoder}${a.bidirectional ? ` (2 × ${a.hidden})` : ''}, the decoder's ${decoder}. Make the decoder ${encoder} wide, or choose the general score.`,
      };
    }
  }
}
