/** Which classes or tags the network takes for which, with the examples behind every number. */
import { noTarget } from '../corpus/batches.ts';
import { CorpusError } from '../corpus/errors.ts';
import { mostLikely, requireFinite, sigmoid, softmax } from '../metrics/outputs.ts';
import { createTaskModel } from '../model/create.ts';
import type { AnyBatch } from '../model/task-model.ts';
import type { Confusion, ConfusionLook } from './looks/predictions.ts';
import type { OpenedCheckpoint } from './opened.ts';
import { examplePieces } from './pieces.ts';
import { openExamples } from './reader.ts';

/** Examples side by side. */
const batchSize = 32;
/** Tokens of an example's text that are kept. */
const longestText = 400;

/** @throws CorpusError for a network that does not choose one of several classes */
export async function confusion(opened: OpenedCheckpoint, look: ConfusionLook): Promise<Confusion> {
  const { architecture, sizes, progress, turn } = opened;
  const labels = labelsOf(opened);
  const { dataset, part } = await openExamples(opened);
  const kernels = await opened.kernels();
  const most = { ...dataset.longest, B: batchSize, training: false };
  const model = createTaskModel(kernels, architecture, sizes, most, await opened.parameters(false));
  const answers = new Answers();
  const texts: string[][] = [];
  try {
    const examples = dataset.examples(part);
    const count = Math.min(look.examples, examples.count);
    for (let from = 0; from < count; from += batchSize) {
      const B = Math.min(batchSize, count - from);
      const indices = Int32Array.from({ length: B }, (_, b) => from + b);
      const batch = examples.fill(indices);
      model.setBatch(batch);
      model.forward(null);
      const { rows, K } = model;
      const logits = await kernels.read(model.outputs, rows * K);
      requireFinite(logits);
      // Sequence after sequence: a tagger answers for each token, step after step of all of them.
      for (let b = 0; b < B; b++) {
        for (let row = b; row < rows; row += B) {
          const truth = batch.targets![row];
          if (truth !== noTarget) answers.add(from + b, truth, probabilities(logits, row, K));
        }
      }
      for (const index of indices) texts.push(textOf(opened, examples.fill(Int32Array.of(index))));
      progress(from + B, count, 'Answering');
      await turn();
    }
    return {
      picture: 'confusion',
      step: opened.step,
      from: part,
      labels,
      of: architecture.task === 'tagging' ? 'token' : 'example',
      ...{ read: count, total: examples.count },
      ...answers.found(),
      texts,
      lines: Int32Array.from({ length: count }, (_, i) => examples.lines[i]),
    };
  } finally {
    model.dispose();
    dataset.close();
  }
}

function labelsOf({ architecture, codec }: OpenedCheckpoint): readonly string[] {
  const { task, multilabel, predicts } = architecture;
  const one =
    task === 'classification' || (task === 'tagging' && !multilabel) || (task === 'standard' && predicts === 'class');
  if (task === 'binary') return ['no', 'yes'];
  if (one && codec?.labels) return codec.labels;
  throw new CorpusError('This network does not choose one of several classes: there is no confusion of them.');
}

/** Of all classes; a single output is the logit of yes. */
function probabilities(logits: ArrayLike<number>, row: number, K: number): ArrayLike<number> {
  if (K > 1) return softmax(logits, row, K);
  const yes = sigmoid(logits[row]);
  return [1 - yes, yes];
}

function textOf({ codec, architecture }: OpenedCheckpoint, batch: AnyBatch): string[] {
  if (architecture.task !== 'standard') return [...examplePieces(codec!, batch).pieces].slice(0, longestText);
  const values = codec!.inputScaler!.invert(Float64Array.from(batch.inputs));
  return codec!.json.inputColumns.map((name, i) => `${name} ${Number(values[i].toPrecision(4))}  `);
}

class Answers {
  readonly #example: number[] = [];
  readonly #truth: number[] = [];
  readonly #answer: number[] = [];
  readonly #probability: number[] = [];
  readonly #ofTruth: number[] = [];

  add(example: number, truth: number, probabilities: ArrayLike<number>): void {
    const answer = mostLikely(probabilities, 0, probabilities.length);
    this.#example.push(example);
    this.#truth.push(truth);
    this.#answer.push(answer);
    this.#probability.push(probabilities[answer]);
    this.#ofTruth.push(probabilities[truth]);
  }

  found(): Pick<Confusion, 'example' | 'truth' | 'answer' | 'probability' | 'ofTruth'> {
    return {
      example: Int32Array.from(this.#example),
      truth: Int32Array.from(this.#truth),
      answer: Int32Array.from(this.#answer),
      probability: Float32Array.from(this.#probability),
      ofTruth: Float32Array.from(this.#ofTruth),
    };
  }
}
