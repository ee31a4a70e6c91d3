/** The weights of a trained network, as distributions and spectra. */
import { CorpusError } from '../corpus/errors.ts';
import type { SafetensorsEntry } from '../export/safetensors.ts';
import { isTrainingTensor } from '../training/checkpoint.ts';
import { gatesOf } from './gates.ts';
import { histogram } from './histogram.ts';
import type { Block, ParameterDetail, ParameterSummary, Weights, WeightsLook } from './looks/weights.ts';
import type { OpenedCheckpoint } from './opened.ts';
import { eigenvalues, singularValues } from './spectra.ts';

const bins = 61;
/** Taking a larger matrix apart would take minutes: n³ for eigenvalues, rows · columns · the smaller of them for singular values. */
const widestBlock = 512;
const mostProducts = 2 ** 31;

/** @throws CorpusError for a parameter that the network does not have */
export async function weights(opened: OpenedCheckpoint, look: WeightsLook): Promise<Weights> {
  const parameters = [...opened.checkpoint.tensors].filter(([name]) => !isTrainingTensor(name));
  const summaries = parameters.map(([name, entry]) => summaryOf(name, entry));
  const { parameter } = look;
  if (parameter === null) return { picture: 'weights', step: opened.step, summaries, detail: null };
  const entry = opened.checkpoint.tensors.get(parameter);
  if (!entry || isTrainingTensor(parameter)) {
    const names = parameters.map(([name]) => name).join(', ');
    throw new CorpusError(`This network has no parameter "${parameter}"; it has ${names}.`);
  }
  return { picture: 'weights', step: opened.step, summaries, detail: await detailOf(opened, parameter, entry) };
}

function summaryOf(name: string, { shape, data }: SafetensorsEntry): ParameterSummary {
  const count = data.length;
  let [sum, squares, min, max] = [0, 0, Infinity, -Infinity];
  for (const x of data) {
    sum += x;
    squares += x * x;
    if (x < min) min = x;
    if (x > max) max = x;
  }
  const mean = sum / count;
  let deviation = 0;
  for (const x of data) deviation += (x - mean) ** 2;
  return { name, shape, count, mean, std: Math.sqrt(deviation / count), min, max, norm: Math.sqrt(squares) };
}

function distribution(data: ArrayLike<number>): Pick<ParameterDetail, 'edges' | 'counts'> {
  const { min, max, counts } = histogram(data, bins);
  const width = (max - min) / bins;
  return {
    edges: Float64Array.from({ length: bins + 1 }, (_, i) => min + i * width),
    counts: Float64Array.from(counts),
  };
}

async function detailOf(
  opened: OpenedCheckpoint,
  name: string,
  { shape, data }: SafetensorsEntry,
): Promise<ParameterDetail> {
  const found = { name, ...distribution(data) };
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2) return { ...found, singular: null, blocks: [], leftOut: null };
  if (rows * columns * Math.min(rows, columns) > mostProducts) {
    const leftOut = `A matrix of ${rows} × ${columns} is too large to be taken apart here.`;
    return { ...found, singular: null, blocks: [], leftOut };
  }
  const gates = name.includes('weight_hh') ? gatesOf(opened.architecture) : [];
  const all = 1 + gates.length;
  opened.progress(0, all, 'Singular values');
  await opened.turn();
  const singular = singularValues(data, rows, columns);
  if (gates.length > 0 && columns > widestBlock) {
    const leftOut = `Eigenvalues are left out: blocks of ${columns} × ${columns} are too large to be taken apart here.`;
    return { ...found, singular, blocks: [], leftOut };
  }
  const blocks: Block[] = [];
  for (const [g, gate] of gates.entries()) {
    opened.progress(1 + g, all, 'Eigenvalues');
    await opened.turn();
    const size = columns * columns;
    blocks.push({ gate, ...eigenvalues(data.subarray(g * size, (g + 1) * size), columns) });
  }
  return { ...found, singular, blocks, leftOut: null };
}
