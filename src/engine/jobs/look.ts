/** The job that looks inside a checkpoint's network: one picture. */
import { CorpusError } from '../corpus/errors.ts';
import type { EngineFiles } from '../files.ts';
import { cellStep } from '../inside/cell-step.ts';
import { confusion } from '../inside/confusion.ts';
import { embedding } from '../inside/embedding.ts';
import type { Look, Looked } from '../inside/look.ts';
import { neuronMatches } from '../inside/neuron-matches.ts';
import { neurons } from '../inside/neurons.ts';
import { OpenedCheckpoint } from '../inside/opened.ts';
import { predictions } from '../inside/predictions.ts';
import { throughTime } from '../inside/through-time.ts';
import { weights } from '../inside/weights.ts';
import type { Devices } from '../kernels/devices.ts';
import type { EngineCommand, JobResult } from '../protocol.ts';
import type { JobControl } from './control.ts';
import type { Emit } from './train.ts';

/** @throws CorpusError for what this network cannot be asked */
export async function look(
  command: Extract<EngineCommand, { type: 'look' }>,
  devices: Devices,
  files: EngineFiles,
  control: JobControl,
  emit: Emit,
): Promise<JobResult> {
  const { checkpointPath, data, device } = command;
  const progress = (done: number, total: number, what: string) => emit({ type: 'progress', done, total, what });
  const opened = await OpenedCheckpoint.open({ checkpointPath, data, device, devices, files, control, progress });
  try {
    return { type: 'look', looked: await lookAt(opened, command.look) };
  } catch (error) {
    // Numbers that make no sense are the person's to mend.
    throw error instanceof RangeError ? new CorpusError(error.message) : error;
  } finally {
    opened.dispose();
  }
}

function lookAt(opened: OpenedCheckpoint, asked: Look): Promise<Looked> {
  switch (asked.picture) {
    case 'through-time':
      return throughTime(opened, asked);
    case 'neurons':
      return neurons(opened, asked);
    case 'neuron-matches':
      return neuronMatches(opened, asked);
    case 'predictions':
      return predictions(opened, asked);
    case 'confusion':
      return confusion(opened, asked);
    case 'weights':
      return weights(opened, asked);
    case 'embedding':
      return embedding(opened, asked);
    case 'cell-step':
      return cellStep(opened, asked);
  }
}
