/** Series of another program as what a run of this one records. */
import { CorpusError } from '../corpus/errors.ts';
import type { FigureName, Figures } from '../metrics/figures.ts';
import type { EvalMetrics, StepMetrics } from '../protocol.ts';
import { recordedThings, type RecordedThing } from './formats.ts';
import { isFigure, sameThing, type CurveMapping, type CurveRole } from './roles.ts';
import type { Series, SeriesOfRun } from './series.ts';

export interface RecordedCurves {
  /** A step where the training loss was recorded. What was not is 0 there, and not in `recorded`. */
  readonly steps: readonly (StepMetrics & { readonly at: number | null })[];
  readonly evals: readonly EvalMetrics[];
  readonly recorded: readonly RecordedThing[];
}

/** @throws CorpusError when the mapping leaves no curve, or says the same thing twice */
export function recordedCurves({ series }: SeriesOfRun, { roles }: CurveMapping): RecordedCurves {
  const byRole = new Map<CurveRole, Series>();
  for (const one of series) {
    const role = roles[one.name] ?? 'none';
    if (role === 'none') continue;
    const group = sameThing.find((roles) => roles.includes(role)) ?? [role];
    const twice = group.map((other) => byRole.get(other)).find((other) => other !== undefined);
    if (twice)
      throw new CorpusError(`"${twice.name}" and "${one.name}" are both said to be ${twiceName(role)}. Choose one.`);
    byRole.set(role, one);
  }
  const train = lossOf(byRole, 'train');
  const valid = lossOf(byRole, 'valid');
  const test = lossOf(byRole, 'test');
  if (!train && !valid) {
    throw new CorpusError(
      'No series is said to be a loss or a perplexity of training or validation. Choose one at least.',
    );
  }
  const figures = [...byRole].filter((one): one is [FigureName, Series] => isFigure(one[0]));
  if (figures.length > 0 && !valid) {
    throw new CorpusError(
      `"${figures[0]![1].name}" is measured at evaluations, which need a validation loss beside it. Choose one, or leave it out.`,
    );
  }
  const base = (train ?? valid)!;
  const clock = base.times;
  const seconds = byRole.get('seconds') ?? (clock && { ...base, values: clock.map((time) => time - clock[0]!) });
  const along = (role: CurveRole) => lookup(byRole.get(role));
  const [gradNorm, learningRate, tokensPerSecond, epoch] = (
    ['gradNorm', 'learningRate', 'tokensPerSecond', 'epoch'] as const
  ).map(along) as [At, At, At, At];
  const elapsed = lookup(seconds ?? undefined);
  const steps = (train?.steps ?? []).map((step, i) => ({
    ...{
      step,
      epoch: epoch(step),
      loss: train!.values[i]!,
      gradNorm: gradNorm(step),
      learningRate: learningRate(step),
    },
    ...{ tokensPerSecond: tokensPerSecond(step), elapsed: elapsed(step) },
    at: clock && train!.times ? Math.round(train!.times[i]! * 1000) : null,
  }));
  const evaluation = (step: number, split: 'valid' | 'test', loss: number, measured: Figures): EvalMetrics => ({
    ...{ step, epoch: epoch(step), split, loss, bitsPerCharacter: null, figures: measured, metrics: null },
    elapsed: elapsed(step),
  });
  const figuresAt = figures.map(
    ([name, one]) => [name, new Map(one.steps.map((step, i) => [step, one.values[i]!]))] as const,
  );
  const evals = (valid?.steps ?? []).map((step, i) => {
    const measured = figuresAt.filter(([, at]) => at.has(step)).map(([name, at]) => [name, at.get(step)!]);
    return evaluation(step, 'valid', valid!.values[i]!, Object.fromEntries(measured) as Figures);
  });
  // A test is one evaluation, at the end.
  if (test) evals.push(evaluation(test.steps.at(-1)!, 'test', test.values.at(-1)!, {}));
  const recorded = recordedThings.filter((thing) =>
    thing === 'clock' ? clock !== null && train !== null : thing === 'time' ? seconds !== null : byRole.has(thing),
  );
  return { steps, evals, recorded };
}

type At = (step: number) => number;

/** The loss of a part, in nats, from whichever way it was recorded; null: it was not. */
function lossOf(byRole: ReadonlyMap<CurveRole, Series>, split: 'train' | 'valid' | 'test'): Series | null {
  const loss = byRole.get(`${split}Loss`);
  if (loss) return loss;
  const perplexity = byRole.get(`${split}Perplexity`);
  if (perplexity) {
    const wrong = perplexity.values.findIndex((value) => value <= 0);
    if (wrong >= 0)
      throw new CorpusError(
        `"${perplexity.name}" cannot be a perplexity: it is ${perplexity.values[wrong]} at step ${perplexity.steps[wrong]}, and a perplexity is above 0. Say that it is a loss, or leave it out.`,
      );
    return { ...perplexity, values: perplexity.values.map(Math.log) };
  }
  const bits = byRole.get(`${split}Bits`);
  return bits ? { ...bits, values: bits.values.map((value) => value * Math.LN2) } : null;
}

/** The newest value at a step or before it, asked for in order of steps or not; 0 where there is none. */
function lookup(series: Series | undefined): At {
  if (!series) return () => 0;
  const { steps, values } = series;
  return (step) => {
    let low = 0;
    let high = steps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (steps[middle]! <= step) low = middle + 1;
      else high = middle;
    }
    return values[Math.max(0, low - 1)] ?? 0;
  };
}

function twiceName(role: CurveRole): string {
  const split = /^(train|valid|test)/.exec(role)?.[1];
  return split
    ? `the loss of the ${{ train: 'training', valid: 'validation', test: 'test' }[split]} part`
    : `the ${role}`;
}
