/** Runs' columns as curves over each other: training dashed, validation solid, each run in its colour. */
import type { Evaluation, RunDetail, StepColumns } from '../../../api/types.ts';
import type { XKind } from '../../lib/charts/axis.ts';
import type { Series } from '../../lib/charts/series.ts';
import { runColor } from '../../lib/describe.ts';
import { perplexity } from '../../lib/format.ts';
import { compare as text } from '../../lib/messages/compare.ts';

export interface CurveOptions {
  readonly x: XKind;
  /** Also the curves of training. */
  readonly train: boolean;
  /** The run that is pointed at: the others step back. */
  readonly highlighted: string | null;
}

const column = { step: 'step', epoch: 'epoch', time: 'elapsed' } as const satisfies Record<XKind, keyof Evaluation>;

/** Perplexity = exp(loss). The lowest validation perplexity of each run is marked. */
export function perplexityCurves(details: readonly RunDetail[], { x, train, highlighted }: CurveOptions): Series[] {
  const series: Series[] = [];
  for (const { run, steps, evals } of details) {
    const color = runColor(run);
    const faint = highlighted !== null && highlighted !== run.id;
    const valid = evals.filter((one) => one.split === 'valid');
    if (train) {
      series.push({
        id: `${run.id}/train`,
        group: run.name,
        label: text.train,
        color,
        faint,
        dash: true,
        x: steps[column[x]],
        y: trainPerplexity(steps),
      });
    }
    const best = lowest(valid);
    series.push({
      id: `${run.id}/valid`,
      group: run.name,
      label: text.valid,
      color,
      faint,
      raw: true,
      x: valid.map((one) => one[column[x]]),
      y: valid.map((one) => Math.exp(one.loss)),
      mark: best && { x: best[column[x]], y: Math.exp(best.loss), label: perplexity(best.loss) },
    });
  }
  return series;
}

/** The evaluation with the lowest loss; null if none has a finite one. */
function lowest(evals: readonly Evaluation[]): Evaluation | null {
  let best: Evaluation | null = null;
  for (const one of evals) if (Number.isFinite(one.loss) && (!best || one.loss < best.loss)) best = one;
  return best;
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
