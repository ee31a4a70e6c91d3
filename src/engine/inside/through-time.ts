/** The picture of the gradient on its way back through time, in a trained network. */
import { CorpusError } from '../corpus/errors.ts';
import { openDataset } from '../data/dataset.ts';
import type { AnyBatch } from '../model/task-model.ts';
import { DeviceSpectrum, largestSingularValue } from './device-spectrum.ts';
import { gatesOf } from './gates.ts';
import { GradientFlows } from './gradient-flow.ts';
import type { BlockRadius, ThroughTime, ThroughTimeLook } from './looks/through-time.ts';
import type { OpenedCheckpoint } from './opened.ts';
import { someExamples, textWindows } from './sequences.ts';
import { layersOf, recurrentMatrixOf } from './stacks.ts';

/** @throws CorpusError for a network without time, and without data */
export async function throughTime(opened: OpenedCheckpoint, look: ThroughTimeLook): Promise<ThroughTime> {
  const { architecture, sizes, checkpoint } = opened;
  if (architecture.task === 'standard') {
    throw new CorpusError(
      'A standard network reads each example at once: there is no time for a gradient to go back through.',
    );
  }
  const { batches, from } = await sequencesOf(opened, look);
  const kernels = await opened.kernels();
  const flows = new GradientFlows(kernels, architecture, sizes, await opened.parameters(true), batches);
  try {
    const pooled = architecture.pooling !== 'last';
    return {
      picture: 'through-time',
      step: opened.step,
      readFrom: from,
      sequences: batches.reduce((sum, { B }) => sum + B, 0),
      lossOf: pooled ? 'pooled' : 'last-step',
      flows: await flows.measure(opened.turn),
      gradNorm: checkpoint.steps.at(-1)?.gradNorm ?? null,
      clip: checkpoint.state.config.training.clip,
      radii: await radiiOf(opened),
    };
  } finally {
    flows.dispose();
  }
}

/** Sequences of the validation part, or where there is none of the training part. */
export async function sequencesOf(
  { data, files }: OpenedCheckpoint,
  { steps, sequences }: Pick<ThroughTimeLook, 'steps' | 'sequences'>,
): Promise<{ readonly batches: AnyBatch[]; readonly from: 'valid' | 'train' }> {
  if ('directory' in data) {
    const dataset = await openDataset(files, data.directory);
    try {
      const from = dataset.has('valid') ? 'valid' : 'train';
      return { batches: someExamples(dataset, from, sequences), from };
    } finally {
      dataset.close();
    }
  }
  const tokens = await files.openTokens(data.valid ?? data.train);
  try {
    return { batches: textWindows(tokens, steps, sequences), from: data.valid ? 'valid' : 'train' };
  } finally {
    tokens.close();
  }
}

async function radiiOf(opened: OpenedCheckpoint): Promise<BlockRadius[]> {
  const { architecture, checkpoint, progress, turn } = opened;
  const kernels = await opened.kernels();
  const gates = gatesOf(architecture);
  const layers = layersOf(architecture);
  const found: BlockRadius[] = [];
  for (const { H, ...at } of layers) {
    const name = recurrentMatrixOf(at);
    const { data } = checkpoint.tensors.get(name)!;
    const spectrum = new DeviceSpectrum(kernels, H);
    try {
      for (const [g, gate] of gates.entries()) {
        progress(found.length, layers.length * gates.length, 'Spectra of the recurrent matrices');
        const block = data.slice(g * H * H, (g + 1) * H * H);
        const radius = await spectrum.radius(block);
        found.push({ ...at, name, gate, radius, norm: largestSingularValue(block, H) });
        await turn();
      }
    } finally {
      spectrum.dispose();
    }
  }
  return found;
}
