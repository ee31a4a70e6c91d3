/** Made-up curves as main sends them: of the same runs, by the same functions, as their details. */
import { encodeCurves, quantities, type CurvesRequest, type RunCurve } from '../../../src/api/curves.ts';
import type { Run, RunDetail } from '../../../src/api/types.ts';
import { figureNames } from '../../../src/engine/metrics/figures.ts';

export function curvesOf(request: CurvesRequest, detailOf: (id: string) => RunDetail | null): Blob {
  const curves = request.runs.flatMap(({ id, from, to }) => {
    const detail = detailOf(id);
    return detail ? [curveOf(detail, request, from, to ?? Infinity)] : [];
  });
  return new Blob([encodeCurves(curves)]);
}

export function curveOf(
  { run, steps, evals }: RunDetail,
  request: Omit<CurvesRequest, 'runs'>,
  from = 0,
  to = Infinity,
): RunCurve {
  const rows = steps.step.flatMap((step, i) => (step >= from && step <= to ? [i] : []));
  const width = Math.max(1, Math.floor(rows.length / request.points));
  const ends = rows.filter((_, n) => n % width === width - 1 || n === rows.length - 1);
  const bucket = (column: readonly number[], reduce: (values: readonly number[]) => number) =>
    Float32Array.from(ends, (end) => reduce(column.slice(Math.max(0, end - width + 1), end + 1)));
  const values: RunCurve['values'] = {};
  for (const name of request.quantities) {
    if (!quantities.includes(name)) continue;
    values[name] = {
      mean: bucket(steps[name], (part) => part.reduce((a, b) => a + b) / part.length),
      low: bucket(steps[name], (part) => Math.min(...part)),
      high: bucket(steps[name], (part) => Math.max(...part)),
    };
  }
  const valid = evals.filter(({ split }) => split === 'valid');
  const along = (one: { step: number; epoch: number; elapsed: number }) =>
    ({ step: one.step, epoch: one.epoch, time: one.elapsed, tokens: NaN, clock: NaN })[request.x];
  const names = figureNames.filter((name) => valid.some(({ figures }) => figures[name] !== undefined));
  return {
    id: run.id,
    step: Float64Array.from(ends, (i) => steps.step[i]!),
    x: Float64Array.from(ends, (i) => xOf(run, steps, i)[request.x]),
    count: new Uint32Array(ends.length).fill(width),
    values,
    evals: {
      step: Float64Array.from(valid, ({ step }) => step),
      x: Float64Array.from(valid, along),
      loss: Float64Array.from(valid, ({ loss }) => loss),
      figures: Object.fromEntries(
        names.map((name) => [name, Float64Array.from(valid, ({ figures }) => figures[name] ?? NaN)]),
      ),
    },
  };
}

function xOf(run: Run, steps: RunDetail['steps'], i: number) {
  const [step, epoch, time] = [steps.step[i]!, steps.epoch[i]!, steps.elapsed[i]!];
  return { step, epoch, time, tokens: step * 2048, clock: (run.startedAt ?? run.createdAt) + time * 1000 };
}
