/** Curves from files that nobody reads: what is found follows from the name. */
import type { CurvesImport, FoundCurves } from '../../../src/api/import-curves.ts';
import type { SharedSource } from '../../../src/api/share.ts';
import type { Run } from '../../../src/api/types.ts';
import { proposeMapping } from '../../../src/engine/import-curves/roles.ts';

const few = ['train/loss', 'val_loss', 'lr'];
const many = [
  ...['train/loss', 'eval/perplexity', 'train/learning_rate', 'train/grad_norm', 'train/epoch', 'eval/accuracy'],
  ...Array.from({ length: 14 }, (_, i) => `system/gpu.${i}.memoryAllocatedBytes_with_a_name_that_goes_on_and_on`),
];

function nameOf(source: SharedSource): string {
  return source.type === 'path' ? source.path : source.name;
}

/** @param source `several` in its name: of several runs; `tfevents`: many series; `nothing`: none that is a loss */
export function foundCurves(source: SharedSource): FoundCurves {
  const name = nameOf(source);
  const names = name.includes('nothing') ? ['value', 'other'] : name.includes('tfevents') ? many : few;
  return {
    name,
    format: name.includes('tfevents') ? 'tensorboard' : name.includes('several') ? 'wandb' : 'csv',
    runs: name.includes('several') ? ['brave-sun-1', 'quiet-moon-2', 'lstm', 'gru', 'another'] : [null],
    series: names.map((one, i) => ({
      ...{
        name: one,
        points: 1000 >> (i % 4),
        firstStep: 0,
        lastStep: 125_000,
        lowest: 0.01,
        last: 1.234567 / (i + 1),
      },
    })),
    mapping: proposeMapping(names),
    notes: name.includes('tfevents')
      ? ['The file ends in the middle of a record: what stands before it was read.']
      : [],
  };
}

export function curveRuns({ source, name }: CurvesImport): Partial<Run>[] {
  const file = nameOf(source);
  const { runs, format } = foundCurves(source);
  const imported = { at: Date.now(), digest: file, file, curves: { format, recorded: ['learningRate' as const] } };
  return runs.map((run) => ({
    name: run ?? name ?? file,
    corpusName: file,
    checkpointStep: null,
    status: 'finished' as const,
    imported,
  }));
}
