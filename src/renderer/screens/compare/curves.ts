/** Runs' columns as curves over each other: training dashed, validation solid, each run in its colour. */
import type { Evaluation, RunDetail, StepColumns } from '../../../api/types.ts';
import type { TrainingX } from '../../lib/charts/axis.ts';
import type { Series } from '../../lib/charts/series.ts';
import { runColor } from '../../lib/describe.ts';
import { bestIndex, isLoss, lossMeasure, valueOf, writeMeasure, type Measure } from '../../lib/measures.ts';
import { compare as text } from '../../lib/messages/compare.ts';

export interface CurveOptions {
  readonly measure: Measure;
  readonly x: TrainingX;
  /** Also the curves of training, which are of losses only. */
  readonly train: boolean;
  /** The run that is pointed at: the others step back. */
  readonly highlighted: string | null;
}

const column = { step: 'step', epoch: 'epoch', time: 'elapsed' } as const satisfies Record<TrainingX, keyof Evaluation>;

/** The best validation value of each run is marked. A run that does not have the measure has no curve. */
export function curvesOf(details: readonly RunDetail[], { measure, x, train, highlighted }: CurveOptions): Series[] {
  const series: Series[] = [];
  for (const { run, steps, evals } of details) {
    if (measure === 'perplexity' && lossMeasure(run.config.architecture.task) !== 'perplexity') continue;
    const of = {
      group: run.name,
      color: runColor(run),
      faint: highlighted !== null && highlighted !== run.id,
    };
    if (train && isLoss(measure)) {
      const y = measure === 'loss' ? steps.loss : trainPerplexity(steps);
      series.push({ ...of, id: `${run.id}/train`, label: text.train, dash: true, x: steps[column[x]], y });
    }
    const found = evals.filter((one) => one.split === 'valid' && valueOf(measure, one) !== null);
    if (!isLoss(measure) && found.length === 0) continue;
    const places = found.map((one) => one[column[x]]);
    const values = found.map((one) => valueOf(measure, one)!);
    const best = bestIndex(measure, values);
    series.push({
      ...of,
      id: `${run.id}/valid`,
      label: text.valid,
      raw: true,
      x: places,
      y: values,
      mark: best === null ? null : { x: places[best]!, y: values[best]!, label: writeMeasure(measure, values[best]!) },
    });
  }
  return series;
}

/** By columns: those of a run that is finished are worked out once, however often the others redraw. */
const known = new WeakMap<StepColumns, Float64Array>();

function trainPerplexity(steps: StepColumns): Float64Array {
  let values = known.get(steps);
  if (values?.length !== steps.loss.length) {
    values = Float64Array.from(steps.loss, Math.exp);
    known.set(steps, values);
  }
  return values;
}
