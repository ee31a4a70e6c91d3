/** One time step of a trained network's layer, forward and backward, in numbers. */
import { noTarget } from '../corpus/batches.ts';
import { CorpusError } from '../corpus/errors.ts';
import { createTaskModel } from '../model/create.ts';
import { lossOf, shapeOf } from '../model/spec-fields.ts';
import type { AnyBatch } from '../model/task-model.ts';
import type { CellStep, CellStepLook } from './looks/cell-step.ts';
import { decoderInputs, requireLayer, visibleLayers } from './neurons.ts';
import type { OpenedCheckpoint } from './opened.ts';
import { examplePieces, textPieces } from './pieces.ts';
import { recurrentMatrixOf } from './stacks.ts';
import { readInputs, readStates, statesBefore } from './states.ts';
import { sequencesOf } from './through-time.ts';

/** Steps of running text that are read up to the one that is shown. */
const windowSteps = 64;
/** Weights of a layer and direction that a screen can still go through: 32 MB. */
const mostWeights = 2 ** 22;

/** @throws CorpusError for a layer that there is not, or that is too large, and without data */
export async function cellStep(opened: OpenedCheckpoint, { layer }: CellStepLook): Promise<CellStep> {
  const { architecture, sizes } = opened;
  const { H, ...at } = requireLayer(architecture, layer, 'h');
  const weights = weightsOf(opened, recurrentMatrixOf(at), H);
  const { batches, from } = await sequencesOf(opened, { steps: windowSteps, sequences: 1 });
  const whole = batches[0]!;
  const { batch, isMasked } = lossAtEnd(opened, whole, at.direction === 'forward');
  const kernels = await opened.kernels();
  const lengths = batch.Tx === undefined ? { T: batch.T } : { T: batch.Tx, Ty: batch.T };
  const planned = { ...lengths, B: 1, training: true, hiddenGradients: true };
  const model = createTaskModel(kernels, architecture, sizes, planned, await opened.parameters(true));
  try {
    model.setBatch(batch);
    kernels.fill(model.loss, 0);
    model.forward(null);
    model.computeLoss();
    model.backward();
    const operands = model.recurrences[layer]!;
    const { T, I, cell } = operands.shape;
    const last = operands.reverse ? 0 : T - 1;
    const before = operands.reverse ? 1 : T - 2;
    const row = (all: ArrayLike<number>, t: number, width: number) =>
      Float64Array.from({ length: width }, (_, j) => all[t * width + j]!);
    const isFirst = T === 1; // whose cell state began at zero
    const c = cell === 'lstm' && !isFirst ? await readStates(kernels, operands, 'c') : null;
    const pieces = piecesOf(opened, whole, at.part === 'decoder');
    return {
      picture: 'cell-step',
      ...{ step: opened.step, readFrom: from, layers: visibleLayers(architecture) },
      pieces: operands.reverse ? pieces.toReversed() : pieces,
      lossOf: isMasked ? 'this-step' : 'sequence',
      ...{ H, I },
      x: row(await readInputs(kernels, operands), last, I),
      h: row(await statesBefore(kernels, operands), last, H),
      c: cell === 'lstm' ? (c ? row(c, before, H) : new Float64Array(H)) : null,
      hNext: row(await readStates(kernels, operands, 'h'), last, H),
      dh: row(await kernels.read(model.hiddenGradients[layer]!, T * H), last, H),
      ...weights,
    };
  } finally {
    model.dispose();
  }
}

function weightsOf(
  { checkpoint }: OpenedCheckpoint,
  matrix: string,
  H: number,
): Pick<CellStep, 'weightIh' | 'weightHh' | 'biasIh' | 'biasHh'> {
  const of = (kind: string) => checkpoint.tensors.get(matrix.replace('weight_hh', kind)) ?? null;
  const numbers = (kind: string) => of(kind)!.data as CellStep['biasIh'];
  const [rows, I] = of('weight_ih')!.shape as [number, number];
  if (rows * (I + H) > mostWeights) {
    throw new CorpusError(
      `This layer has ${(rows * (I + H)).toLocaleString('en')} weights, too many to go through here: at most ` +
        `${mostWeights.toLocaleString('en')}. The tiny cell shows the same step.`,
    );
  }
  return {
    ...{ weightIh: numbers('weight_ih'), weightHh: numbers('weight_hh'), biasIh: numbers('bias_ih') },
    biasHh: of('bias_hh') && numbers('bias_hh'),
  };
}

/** Where the network answers at every step with a class, only the answer at the step that is shown counts. */
function lossAtEnd(
  { architecture }: OpenedCheckpoint,
  batch: AnyBatch,
  isForward: boolean,
): { readonly batch: AnyBatch; readonly isMasked: boolean } {
  const { targets, T } = batch;
  const stepwise = shapeOf(architecture) === 'many-to-many-aligned' && lossOf(architecture) === 'softmax';
  const end = isForward ? T - 1 : 0;
  if (!stepwise || !(targets instanceof Int32Array) || targets[end]! < 0) return { batch, isMasked: false };
  return { batch: { ...batch, targets: targets.map((target, t) => (t === end ? target : noTarget)) }, isMasked: true };
}

function piecesOf({ tokenizer, codec }: OpenedCheckpoint, batch: AnyBatch, isDecoder: boolean): readonly string[] {
  if (tokenizer) return textPieces(tokenizer, batch.inputs);
  const { pieces, targets } = examplePieces(codec!, batch);
  return isDecoder ? decoderInputs(targets ?? []) : pieces;
}
