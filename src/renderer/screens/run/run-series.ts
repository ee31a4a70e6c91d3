/** A run's columns as curves. */
import type { Run, RunDetail } from '../../../api/types.ts';
import type { Series } from '../../lib/charts/series.ts';
import { runColor } from '../../lib/describe.ts';
import { perplexity } from '../../lib/format.ts';
import { m } from '../../lib/messages.ts';

/** Perplexity = exp(loss): training dashed, validation solid with its best value marked. */
export function perplexitySeries(run: Run, detail: RunDetail): Series[] {
  const color = runColor(run);
  const evals = detail.evals.filter((one) => one.split === 'valid');
  const best = evals.find((one) => one.step === run.bestStep);
  return [
    {
      id: 'train',
      label: m.run.charts.train,
      color,
      dash: true,
      x: detail.steps.step,
      y: Float64Array.from(detail.steps.loss, Math.exp),
    },
    {
      id: 'valid',
      label: m.run.charts.valid,
      color,
      raw: true,
      x: evals.map((one) => one.step),
      y: evals.map((one) => Math.exp(one.loss)),
      mark: best ? { x: best.step, y: Math.exp(best.loss), label: m.charts.best(perplexity(best.loss)) } : null,
    },
  ];
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
