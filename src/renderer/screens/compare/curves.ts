/** Runs' curves over each other: training dashed, validation solid, each run in its colour. */
import type { RunCurve } from '../../../api/curves.ts';
import type { Run } from '../../../api/types.ts';
import type { FigureName } from '../../../engine/metrics/figures.ts';
import type { Series } from '../../lib/charts/series.ts';
import { bestIndex, lossMeasure, writeMeasure, type Measure } from '../../lib/measures.ts';
import { compare as text } from '../../lib/messages/compare.ts';
import { evalPlaces } from './run-curves.ts';
import { isOther, quantityOf, type Shown } from './shown.ts';
import type { RunStyle } from './styles.ts';

export interface CurveOptions {
  readonly shown: Shown;
  /** Also the curves of training, where there are curves of validation. */
  readonly train: boolean;
  /** The run that is pointed at: the others step back. */
  readonly highlighted: string | null;
  /** The run that the others are held against. */
  readonly baseline: string | null;
  readonly style: (run: Run) => RunStyle;
}

/** Of more runs than this only the best value of all is marked. */
const MOST_MARKS = 12;

/** The best validation value of each run is marked. A run that does not have the measure has no curve. */
export function curvesOf(
  runs: readonly Run[],
  curves: ReadonlyMap<string, RunCurve>,
  { shown, train, highlighted, baseline, style }: CurveOptions,
): Series[] {
  const series: Series[] = [];
  for (const run of runs) {
    const curve = curves.get(run.id);
    if (!curve || !hasShown(run, shown)) continue;
    const { color, dash } = style(run);
    const of = {
      group: run.name,
      color,
      faint: highlighted !== null && highlighted !== run.id,
      baseline: run.id === baseline,
    };
    const training = isOther(shown) || train ? trainingOf(curve, shown) : null;
    if (training) series.push({ ...of, ...training, id: `${run.id}/train`, label: text.train, dash: dash ?? true });
    if (isOther(shown)) continue;
    const valid = validationOf(curve, shown);
    if (valid)
      series.push({ ...of, ...valid, id: `${run.id}/valid`, label: text.valid, dash: dash ?? false, raw: true });
  }
  return runs.length > MOST_MARKS && !isOther(shown) ? withBestMark(series, shown) : series;
}

function withBestMark(series: readonly Series[], shown: Measure): Series[] {
  const best = bestIndex(
    shown,
    series.map(({ mark }) => mark?.y ?? null),
  );
  return series.map((one, i) => (i === best ? one : { ...one, mark: null }));
}

function hasShown(run: Run, shown: Shown): boolean {
  return shown !== 'perplexity' || lossMeasure(run.config.architecture.task) === 'perplexity';
}

type Drawn = Pick<Series, 'x' | 'y' | 'extremes' | 'count'>;

/** The curve of what is measured at every step; null of figures. */
export function trainingOf(curve: RunCurve, shown: Shown): Drawn | null {
  const quantity = quantityOf(shown);
  const values = quantity && curve.values[quantity];
  if (!values) return null;
  const { mean, low, high } = values;
  if (shown !== 'perplexity') return { x: curve.x, y: mean, extremes: { low, high }, count: curve.count };
  return { x: curve.x, y: exp(mean), extremes: { low: exp(low), high: exp(high) }, count: curve.count };
}

/** The curve of validation; null where there is none. */
export function validationOf(curve: RunCurve, shown: Measure) {
  const { evals } = curve;
  const loss = shown === 'loss' || shown === 'perplexity';
  const column = loss ? evals.loss : evals.figures[shown as FigureName];
  if (!column || (!loss && column.length === 0)) return null;
  const places = evalPlaces(curve);
  // What is not finite is a gap; a figure may just not have been measured.
  const measured = [...column.keys()].filter((i) => loss || !Number.isNaN(column[i]));
  const x = Float64Array.from(measured, (i) => places[i]!);
  const y = Float64Array.from(measured, (i) => (shown === 'perplexity' ? Math.exp(column[i]!) : column[i]!));
  const best = bestIndex(shown, [...y]);
  const mark = best === null ? null : { x: x[best]!, y: y[best]!, label: writeMeasure(shown, y[best]!) };
  return { x, y, mark };
}

/** By column: those of a run that is finished are worked out once, however often the others redraw. */
const known = new WeakMap<Float32Array, Float64Array>();

function exp(column: Float32Array): Float64Array {
  let values = known.get(column);
  if (!values) {
    values = new Float64Array(column.length);
    for (let i = 0; i < column.length; i++) values[i] = Math.exp(column[i]!);
    known.set(column, values);
  }
  return values;
}
