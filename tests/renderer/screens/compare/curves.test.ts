import { describe, expect, it } from 'vitest';
import { decodeCurves, encodeCurves, type CurveX, type RunCurve } from '../../../../src/api/curves.ts';
import type { Run } from '../../../../src/api/types.ts';
import { curvesOf, type CurveOptions } from '../../../../src/renderer/screens/compare/curves.ts';
import { facetsOf } from '../../../../src/renderer/screens/compare/facets.ts';
import { bringTogether, groupedCurves } from '../../../../src/renderer/screens/compare/group.ts';
import {
  evalPlaces,
  refine,
  stepsIn,
  withEval,
  withSteps,
} from '../../../../src/renderer/screens/compare/run-curves.ts';
import { stylesOf } from '../../../../src/renderer/screens/compare/styles.ts';
import { curveOf } from '../../harness/fake-curves.ts';
import { detail, run, stepsBetween } from '../../harness/fake-data.ts';

const quantities = ['loss', 'gradNorm'] as const;

function curve(
  one: Run,
  index: number,
  { x = 'step' as CurveX, points = 100_000, from = 0, to = Infinity } = {},
): RunCurve {
  return curveOf(detail(one, index), { x, quantities: [...quantities], points }, from, to);
}

const [a, b] = [run(0), run(1)];
const both = new Map([a, b].map((one, i) => [one.id, curve(one, i)]));
const style = stylesOf([a, b], null, null, false).of;
const options: CurveOptions = { shown: 'perplexity', train: true, highlighted: null, baseline: null, style };

describe('curves on their way', () => {
  it('come out as they went in, whole or in buckets', () => {
    const sent = [curve(a, 0), curve(b, 1, { points: 50 }), curve(run(2, 'classification'), 2)];
    const came = decodeCurves(encodeCurves(sent).buffer);
    expect(came).toEqual(sent);
  });
});

describe('curvesOf', () => {
  it('draws training dashed and validation solid in the colour of the run, the best value marked', () => {
    const curves = curvesOf([a, b], both, options);
    expect(curves.map(({ id, dash, color }) => [id, dash, color])).toEqual([
      ['run-0/train', true, 'var(--run-0)'],
      ['run-0/valid', false, 'var(--run-0)'],
      ['run-1/train', true, 'var(--run-1)'],
      ['run-1/valid', false, 'var(--run-1)'],
    ]);
    const valid = curves[1]!;
    expect(valid.mark!.y).toBe(Math.min(...Array.from(valid.y)));
    expect(valid.y[0]).toBeCloseTo(Math.exp(both.get('run-0')!.evals.loss[0]!), 12);
  });
  it('gives a perplexity the extremes of the loss', () => {
    const coarse = curve(a, 0, { points: 40 });
    const [train] = curvesOf([a], new Map([[a.id, coarse]]), options);
    const { low, high } = coarse.values.loss!;
    expect(train!.extremes!.low[3]).toBeCloseTo(Math.exp(low[3]!), 6);
    expect(train!.extremes!.high[3]).toBeCloseTo(Math.exp(high[3]!), 6);
    expect(train!.count).toBe(coarse.count);
  });
  it('marks nothing where nothing finite was measured', () => {
    const broken = curve(a, 0);
    broken.evals.loss.fill(NaN);
    const [valid] = curvesOf([a], new Map([[a.id, broken]]), { ...options, train: false });
    expect(valid!.mark).toBeNull();
  });
  it('draws a figure without curves of training, its best value marked by its direction', () => {
    const classifier = run(0, 'classification');
    const curves = new Map([
      [classifier.id, curve(classifier, 0)],
      [b.id, both.get(b.id)!],
    ]);
    const drawn = curvesOf([classifier, b], curves, { ...options, shown: 'accuracy' });
    expect(drawn.map(({ id }) => id)).toEqual(['run-0/valid']);
    expect(drawn[0]!.mark!.y).toBe(Math.max(...Array.from(drawn[0]!.y)));
  });
  it('sets the baseline apart, and lets all but the run that is pointed at step back', () => {
    const drawn = curvesOf([a, b], both, { ...options, baseline: b.id, highlighted: a.id });
    expect(drawn.map(({ baseline, faint }) => [baseline, faint])).toEqual([
      [false, false],
      [false, false],
      [true, true],
      [true, true],
    ]);
  });
});

describe('a curve', () => {
  it('is finer where a part of it is known better', () => {
    const whole = curve(a, 0, { points: 50 });
    const part = curve(a, 0, { from: 500, to: 700 });
    const refined = refine(whole, part);
    expect([...refined.step]).toEqual([...refined.step].sort((one, other) => one - other));
    for (const step of part.step) expect(refined.step).toContain(step);
    expect(refined.step.length).toBe(refined.values.loss!.mean.length);
    expect(refined.step.at(-1)).toBe(whole.step.at(-1));
    expect(refined.step[0]).toBe(whole.step[0]);
    expect(refined.count.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(0);
  });
  it('knows which steps lie in a part of its x', () => {
    const seconds = curve(a, 0, { x: 'time' });
    const found = stepsIn(seconds, { from: 5, to: 10 })!;
    const at = (step: number) => seconds.x[seconds.step.indexOf(step)]!;
    expect(at(found.from)).toBeLessThan(5);
    expect(at(found.to)).toBeGreaterThan(10);
    expect(stepsIn(seconds, { from: 1e9, to: 2e9 })).toBeNull();
  });
  it('grows by what is trained meanwhile, once', () => {
    const before = curve(a, 0);
    const last = before.step.at(-1)!;
    const more = stepsBetween(last - 1, last + 10, 0);
    const after = withSteps(before, more, 'step', 0);
    expect([...after.step.slice(-9)]).toEqual(more.step.slice(-9));
    expect(after.values.gradNorm!.mean.at(-1)).toBe(Math.fround(more.gradNorm.at(-1)!));
    expect(withSteps(after, more, 'step', 0)).toBe(after);
    const found = { ...detail(a, 0).evals[0]!, step: last + 9 };
    const evaluated = withEval(after, found, 'step');
    expect(evaluated.evals.loss.at(-1)).toBe(found.loss);
    expect(withEval(evaluated, found, 'step')).toBe(evaluated);
  });
  it('knows where validations stand that recorded no tokens', () => {
    const tokens = curve(a, 0, { x: 'tokens' });
    expect(tokens.evals.x[0]).toBeNaN();
    expect(evalPlaces(tokens)[0]).toBe(tokens.evals.step[0]! * 2048);
  });
});

describe('a group', () => {
  it('is the mean and the span of its curves, as far as each reaches', () => {
    const lines = [
      { x: [0, 2, 4], y: [1, 3, 5] },
      { x: [0, 4], y: [3, 7] },
      { x: [0, 2], y: [8, 8] },
    ];
    const range = bringTogether(lines, { band: 'range', geometric: false })!;
    expect([...range.x]).toEqual([0, 2, 4]);
    expect([...range.mean]).toEqual([4, 16 / 3, 6]);
    expect([...range.low]).toEqual([1, 3, 5]);
    expect([...range.high]).toEqual([8, 8, 7]);
    expect([...range.count]).toEqual([3, 3, 2]);
    const deviation = bringTogether(lines, { band: 'deviation', geometric: false })!;
    expect(deviation.low[2]).toBe(5);
    expect(deviation.high[0]).toBeCloseTo(4 + Math.sqrt((9 + 1 + 16) / 3), 12);
  });
  it('of perplexities is their geometric mean', () => {
    const lines = [
      { x: [1], y: [2] },
      { x: [1], y: [8] },
    ];
    expect(bringTogether(lines, { band: 'range', geometric: true })!.mean[0]).toBeCloseTo(4, 12);
    expect(bringTogether([], { band: 'range', geometric: true })).toBeNull();
  });
  it('is there for each value of a setting', () => {
    const runs = [run(0), run(3), run(1)];
    const curves = new Map(runs.map((one, i) => [one.id, curve(one, i)]));
    const cell = facetsOf(runs).find(({ name }) => name === 'cell')!;
    const drawn = groupedCurves(runs, curves, {
      ...{ shown: 'perplexity', facet: cell, band: 'range', train: false, smoothing: 0.5 },
    });
    expect(drawn.map(({ group, band }) => [group, band !== undefined])).toEqual([
      ['cell lstm (2 runs)', true],
      ['cell gru (1 run)', true],
    ]);
  });
});
