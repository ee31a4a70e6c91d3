import { describe, expect, it } from 'vitest';
import { drawn, look } from '../../lib/charts/stand-in-canvas.ts';
import { differing, facetsOf } from '../../../../src/renderer/screens/compare/facets.ts';
import { isWithin, nearestTrack, parallelConfig, tracksOf } from '../../../../src/renderer/screens/compare/parallel.ts';
import { placeAt, placingOf, shareOf } from '../../../../src/renderer/screens/compare/placing.ts';
import { scatterPoints } from '../../../../src/renderer/screens/compare/scatter.ts';
import { stylesOf } from '../../../../src/renderer/screens/compare/styles.ts';
import { run } from '../../harness/fake-data.ts';

const runs = Array.from({ length: 8 }, (_, i) => run(i));
const facets = facetsOf(runs);
const facet = (name: string) => facets.find((one) => one.name === name)!;

describe('placing', () => {
  it('puts numbers by their size and words in rows', () => {
    const hidden = placingOf(facet('hidden'), runs);
    expect(hidden.axis.ticks(0, 1, 5)).toEqual([128, 256, 384, 512]);
    expect(shareOf(hidden.place(runs[3]!)!, hidden)).toBeGreaterThan(shareOf(hidden.place(runs[0]!)!, hidden));
    const cell = placingOf(facet('cell'), runs);
    expect(cell.axis.ticks(0, 1, 5).map((at, _, all) => cell.axis.tick(at, all))).toEqual(['lstm', 'gru', 'rnn']);
    expect(cell.place(runs[1]!)).toBe(1);
  });
  it('goes back and forth, also along a logarithm', () => {
    const wide = runs.map((one, i) => ({ ...one, parameters: 10 ** (i + 1) }));
    const placing = placingOf(facet('parameters'), wide);
    expect(placing.log).toBe(true);
    expect(placeAt(shareOf(1e4, placing), placing)).toBeCloseTo(1e4, 6);
  });
  it('has no place for what was not measured', () => {
    expect(placingOf(facet('perplexity'), runs).place({ ...runs[0]!, bestLoss: null })).toBeNull();
  });
});

describe('parallel coordinates', () => {
  const axes = ['cell', 'hidden', 'perplexity'].map((name) => placingOf(facet(name), runs));
  const box = { left: 72, right: 728, top: 36, bottom: 284 };
  const tracks = tracksOf(runs, axes, box);
  it('find the line under the pointer', () => {
    expect(nearestTrack(tracks, box, box.left, tracks[1]![0]!)).toBe(1);
    expect(nearestTrack(tracks, box, box.left, box.bottom + 60)).toBeNull();
    expect(tracks[7]![2]).toBeNull(); // a queued run has reached nothing
  });
  it('are drawn where the pointer finds them', () => {
    const parallel = { runs, axes, brushes: new Map(), highlighted: null, styles: stylesOf(runs, null, null, false) };
    const { chart, calls } = drawn(parallelConfig(parallel, look), { width: 800, height: 300 });
    expect(chart.chartArea).toMatchObject(box);
    // The first is drawn over the others.
    const places = [...runs.keys()].reverse().map((i) => chart.getDatasetMeta(i).data.map(({ y }) => y));
    tracks.forEach((track, i) => {
      const want = track.map((y) => (y === null ? NaN : expect.closeTo(y, 6)));
      expect(places[i]).toEqual(want);
    });
    const texts = calls.filter(({ method }) => method === 'fillText').map(({ args }) => String(args[0]).trim());
    expect(texts).toEqual(expect.arrayContaining(['cell', 'hidden units', 'lstm', 'gru', 'rnn']));
  });
  it('choose runs by parts of their axes', () => {
    const brushes = new Map([
      ['hidden', { from: 200, to: 400 }],
      ['cell', { from: 0.5, to: 1.5 }],
    ]);
    expect(runs.filter((one) => isWithin(one, axes, brushes)).map((one) => one.config.architecture)).toEqual(
      runs
        .map((one) => one.config.architecture)
        .filter(({ cell, hidden }) => cell === 'gru' && hidden > 200 && hidden < 400),
    );
  });
});

describe('a scatter', () => {
  const points = (name: string) =>
    scatterPoints(runs, placingOf(facet(name), runs), placingOf(facet('perplexity'), runs));
  it('has a point for each run that has both values', () => {
    expect(points('hidden').map(({ run }) => run.id)).toEqual(
      runs.filter(({ bestLoss }) => bestLoss !== null).map(({ id }) => id),
    );
  });
  it('sets runs apart that are alike in a setting, but not so far that they seem different', () => {
    const across = points('layers').map(({ x }) => x);
    expect(new Set(across).size).toBe(across.length);
    points('layers').forEach(({ run, x }) => expect(Math.round(x)).toBe(run.config.architecture.layers));
  });
});

describe('styles', () => {
  it('give a colour to each value, shades to many numbers, and dashes that differ', () => {
    const byCell = stylesOf(runs, facet('cell'), facet('layers'), false);
    expect(byCell.of(runs[0]!).color).toBe(byCell.of(runs[3]!).color);
    expect(byCell.of(runs[0]!).color).not.toBe(byCell.of(runs[1]!).color);
    expect(byCell.of(runs[0]!).dash).toEqual([]);
    expect(byCell.of(runs[1]!).dash).not.toEqual([]);
    expect(byCell.colors.map(({ label }) => label)).toEqual(['lstm', 'gru', 'rnn']);
    const byHidden = stylesOf(runs, facet('hidden'), null, true);
    expect(byHidden.of(runs[0]!).color).toMatch(/^rgb/);
    expect(stylesOf(runs, null, null, true).of(runs[2]!).color).toBe('var(--run-2)');
  });
});

describe('what differs', () => {
  it('is what can be grouped by', () => {
    const names = differing(facets, runs).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['cell', 'hidden', 'layers', 'seed', 'name', 'perplexity']));
    expect(names).not.toContain('batch');
    expect(differing(facets, [runs[0]!])).toEqual([]);
  });
});
