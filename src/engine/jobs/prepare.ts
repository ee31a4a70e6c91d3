/** The preparation job: from data files to a data set of examples. */
import { openDataset } from '../data/dataset.ts';
import { prepareDataset } from '../data/prepare.ts';
import type { EngineFiles } from '../files.ts';
import type { EngineCommand, JobResult } from '../protocol.ts';
import type { JobControl } from './control.ts';
import type { Emit } from './train.ts';

/** @throws CorpusError for data that cannot be trained on; the sentence names the line */
export async function prepare(
  { request }: Extract<EngineCommand, { type: 'prepare' }>,
  files: EngineFiles,
  control: JobControl,
  emit: Emit,
): Promise<JobResult> {
  const progress = (done: number, total: number, what: string) => emit({ type: 'progress', done, total, what });
  const summary = await prepareDataset(files, request, progress, control.signal);
  const dataset = await openDataset(files, request.targetDir);
  const { sizes } = dataset.codec;
  dataset.close();
  return { type: 'prepare', data: { directory: request.targetDir, sizes, summary } };
}
