/** How a run's curves, samples and log grow from the stream of changes. */
import type { RecordedThing } from '../../engine/import-curves/formats.ts';
import type { Change, Evaluation, LogLine, Run, RunDetail, StepColumns } from '../../api/types.ts';

type DetailChange = Extract<Change, { type: 'run' | 'steps' | 'rewound' | 'eval' | 'sample' | 'log' }>;

/** The run a change is about, or null for one that concerns no run's detail. */
export function detailOf(change: Change): { id: string; change: DetailChange } | null {
  switch (change.type) {
    case 'run':
      return { id: change.run.id, change };
    case 'steps':
    case 'rewound':
    case 'eval':
    case 'sample':
    case 'log':
      return { id: change.id, change };
    default:
      return null;
  }
}

/**
 * The detail after a change, as a new object. The step columns grow in place, so that a long run is not copied ten times a
 * second: take what you keep. Changes that the detail already holds leave it as it is, so those that arrived while it was
 * loading may be applied again.
 */
export function applyToDetail(detail: RunDetail, change: DetailChange): RunDetail {
  switch (change.type) {
    case 'run':
      return { ...detail, run: change.run };
    case 'steps':
      return { ...detail, steps: appendSteps(detail.steps, change.steps) };
    case 'rewound':
      return {
        ...detail,
        steps: stepsUpTo(detail.steps, change.step),
        evals: detail.evals.filter((one) => one.step <= change.step),
        samples: detail.samples.filter((one) => one.step <= change.step),
      };
    case 'eval':
      return {
        ...detail,
        evals: withFewMetrics([...detail.evals.filter((one) => !sameEval(one, change.eval)), change.eval]),
      };
    case 'sample':
      return {
        ...detail,
        samples: [...detail.samples.filter((one) => one.step !== change.sample.step), change.sample],
      };
    case 'log':
      return hasLine(detail.log, change.line) ? detail : { ...detail, log: [...detail.log, change.line] };
  }
}

function sameEval(a: Evaluation, b: Evaluation): boolean {
  return a.step === b.step && a.split === b.split;
}

/** As the store does: everything measured is kept of the newest and the best evaluation and of the test only; figures of all. */
function withFewMetrics(evals: Evaluation[]): Evaluation[] {
  const kept = new Set<Evaluation | undefined>([
    newestEval(evals, 'valid'),
    bestEval(evals),
    newestEval(evals, 'test'),
  ]);
  return evals.map((one) => (one.metrics === null || kept.has(one) ? one : { ...one, metrics: null }));
}

/** The last evaluation of a part. */
export function newestEval(evals: readonly Evaluation[], split: Evaluation['split']): Evaluation | undefined {
  return evals.findLast((one) => one.split === split);
}

/** The validation with the lowest loss; undefined if none has a finite one. */
export function bestEval(evals: readonly Evaluation[]): Evaluation | undefined {
  let best: Evaluation | undefined;
  for (const one of evals) {
    if (one.split === 'valid' && Number.isFinite(one.loss) && (!best || one.loss < best.loss)) best = one;
  }
  return best;
}

/** Tokens a second over all of the training: the mean of the reports' speeds, each weighed by the time it was measured over. */
export function averageSpeed({ elapsed, tokensPerSecond }: StepColumns): number | null {
  let tokens = 0;
  let seconds = 0;
  let before = 0;
  for (let i = 0; i < elapsed.length; i++) {
    const time = elapsed[i]! - before;
    before = elapsed[i]!;
    if (!(time > 0) || !Number.isFinite(tokensPerSecond[i])) continue;
    tokens += tokensPerSecond[i]! * time;
    seconds += time;
  }
  return seconds > 0 ? tokens / seconds : null;
}

/** Of a run at work its speed now, of any other its average. */
export function speedOf(run: Run, steps: StepColumns | undefined): number | null {
  return isLive(run) || !steps ? run.tokensPerSecond : averageSpeed(steps);
}

function hasLine(log: readonly LogLine[], line: LogLine): boolean {
  return log.some((one) => one.at === line.at && one.message === line.message);
}

const columns = ['step', 'epoch', 'loss', 'gradNorm', 'learningRate', 'tokensPerSecond', 'elapsed'] as const;

function appendSteps(steps: StepColumns, more: StepColumns): StepColumns {
  const last = steps.step.at(-1) ?? -1;
  const from = more.step.findIndex((step) => step > last);
  if (from < 0) return steps;
  for (const column of columns) {
    for (let at = from; at < more.step.length; at++) steps[column].push(more[column][at] ?? Number.NaN);
  }
  return { ...steps };
}

function stepsUpTo(steps: StepColumns, step: number): StepColumns {
  const end = steps.step.findIndex((one) => one > step);
  if (end < 0) return steps;
  const kept = { ...steps };
  for (const column of columns) kept[column] = steps[column].slice(0, end);
  return kept;
}

/** The statuses of a run that has work before it or is at work. */
const liveStatuses: readonly Run['status'][] = ['queued', 'preparing', 'running', 'paused'];

export function isLive(run: Pick<Run, 'status'>): boolean {
  return liveStatuses.includes(run.status);
}

/** The run that a queued run waits for: one has its turn at a time, and keeps it while it is paused. */
export function ahead(runs: readonly Run[]): Run | undefined {
  return runs.find((run) => isLive(run) && run.status !== 'queued');
}

/** Has a checkpoint to go on from, generate with or export. */
export function hasModel(run: Pick<Run, 'checkpointStep'>): boolean {
  return run.checkpointStep !== null;
}

/** Ended before its time, or waits: `resume` goes on. */
export function canResume(run: Pick<Run, 'status'>): boolean {
  return ['paused', 'interrupted', 'stopped', 'failed'].includes(run.status);
}

/** Whether the run has it: curves from elsewhere have what their file held. */
export function isRecorded({ imported }: Run, thing: RecordedThing): boolean {
  return !imported?.curves || imported.curves.recorded.includes(thing);
}
