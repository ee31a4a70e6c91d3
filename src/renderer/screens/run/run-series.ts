/** A run's columns as curves. */
import type { Evaluation, Run, RunDetail } from '../../../api/types.ts';
import type { FigureName } from '../../../engine/metrics/figures.ts';
import type { Series } from '../../lib/charts/series.ts';
import { runColor } from '../../lib/describe.ts';
import { bestIndex, lossMeasure, valueOf, writeMeasure, type Measure } from '../../lib/measures.ts';
import { m } from '../../lib/messages.ts';

/** The task's loss, or its exponential where that is a perplexity: training dashed, validation solid with its best value marked. */
export function lossSeries(run: Run, detail: RunDetail): Series[] {
  const measure = lossMeasure(run.config.architecture.task);
  const { step, loss } = detail.steps;
  return [
    {
      id: 'train',
      label: m.run.charts.train,
      color: runColor(run),
      dash: true,
      x: step,
      y: measure === 'perplexity' ? Float64Array.from(loss, Math.exp) : loss,
    },
    validSeries(run, detail.evals, measure),
  ];
}

/** A figure of validation, and beside an error what the naive forecast's is. */
export function figureSeries(run: Run, { evals }: RunDetail, figure: FigureName): Series[] {
  const naive = naiveLine(evals, figure);
  return [...(naive ? [naive] : []), validSeries(run, evals, figure)];
}

function validSeries(run: Run, evals: readonly Evaluation[], measure: Measure): Series {
  const found = evals.filter((one) => one.split === 'valid');
  const x = found.map((one) => one.step);
  const y = found.map((one) => valueOf(measure, one) ?? Number.NaN);
  const best = bestIndex(measure, y);
  return {
    id: 'valid',
    label: m.run.charts.valid,
    color: runColor(run),
    raw: true,
    ...{ x, y },
    mark: best === null ? null : { x: x[best]!, y: y[best]!, label: m.charts.best(writeMeasure(measure, y[best]!)) },
  };
}

/** The last-value forecast of the same rows: its RMSE is the model's divided by their ratio. null where nothing was forecast. */
function naiveLine(evals: readonly Evaluation[], figure: FigureName): Series | null {
  if (figure !== 'rmse' && figure !== 'rmseToNaive') return null;
  const compared = evals.filter((one) => one.split === 'valid' && (one.figures.rmseToNaive ?? 0) > 0);
  if (compared.length === 0) return null;
  return {
    id: 'naive',
    label: m.run.charts.naive,
    color: 'var(--text-3)',
    dash: true,
    raw: true,
    x: compared.map((one) => one.step),
    y: compared.map(({ figures }) => (figure === 'rmse' ? figures.rmse! / figures.rmseToNaive! : 1)),
  };
}

/** One of the small charts. */
export function columnSeries(
  run: Run,
  detail: RunDetail,
  column: 'gradNorm' | 'learningRate' | 'tokensPerSecond',
  label: string,
): Series[] {
  const raw = column === 'learningRate';
  return [{ id: column, label, color: runColor(run), raw, x: detail.steps.step, y: detail.steps[column] }];
}
