import { describe, expect, test } from 'vitest';
import type { Run } from '../../../../src/api/types.ts';
import { columns, RunsView, searchRuns, sortRuns } from '../../../../src/renderer/screens/runs/runs-view.svelte.ts';
import { run } from '../../harness/fake-data.ts';

const runs = Array.from({ length: 40 }, (_, index) => run(index));
const withBest = (id: string, bestLoss: number | null): Run => ({ ...run(0), id, bestLoss });

describe('sorting', () => {
  test.each(columns)('by %s keeps every run once, both ways', (column) => {
    for (const descending of [false, true]) {
      const ids = sortRuns(runs, column, descending).map((one) => one.id);
      expect(new Set(ids).size).toBe(runs.length);
    }
  });

  test('runs without a value come last, whichever the direction', () => {
    const some = [withBest('none', null), withBest('nan', Number.NaN), withBest('bad', 3), withBest('good', 1)];
    const ids = (descending: boolean) => sortRuns(some, 'best', descending).map((one) => one.id);
    expect(ids(false).slice(0, 2)).toEqual(['good', 'bad']);
    expect(ids(true).slice(0, 2)).toEqual(['bad', 'good']);
    expect(ids(true).slice(2).sort()).toEqual(['nan', 'none']);
  });

  test('of tasks that are judged otherwise only those with the same measure are put in order', () => {
    const tagger = (id: string, tokenAccuracy: number) => ({
      ...run(0, 'tagging'),
      id,
      bestFigures: { tokenAccuracy },
    });
    const some = [tagger('worse', 0.5), withBest('text', 2), tagger('better', 0.9), withBest('worse text', 3)];
    const ids = (descending: boolean) => sortRuns(some, 'best', descending).map((one) => one.id);
    expect(ids(false)).toEqual(['text', 'worse text', 'better', 'worse']);
    expect(ids(true)).toEqual(['worse text', 'text', 'worse', 'better']);
  });

  test('numbers in names count as numbers', () => {
    const named = ['run 10', 'run 9'].map((name) => ({ ...run(0), name }));
    expect(sortRuns(named, 'name', false).map((one) => one.name)).toEqual(['run 9', 'run 10']);
  });

  test('a second click turns the order round; quality starts with the best', () => {
    const view = new RunsView();
    view.sortBy('best');
    expect([view.column, view.descending]).toEqual(['best', false]);
    view.sortBy('best');
    expect(view.descending).toBe(true);
    view.sortBy('step');
    expect([view.column, view.descending]).toEqual(['step', true]);
  });
});

describe('searching', () => {
  test('finds by name, corpus, network, status and tag; every word must occur', () => {
    expect(searchRuns(runs, 'GRU time')).toSatisfy((found: Run[]) => found.length > 0);
    for (const one of searchRuns(runs, 'GRU time')) {
      expect(one.config.architecture.cell).toBe('gru');
      expect(one.corpusName).toBe('The Time Machine');
    }
    expect(searchRuns(runs, 'baseline').every((one) => one.tags.includes('baseline'))).toBe(true);
    expect(searchRuns(runs, 'interrupted').every((one) => one.status === 'interrupted')).toBe(true);
    expect(searchRuns(runs, 'no such thing')).toEqual([]);
  });

  test('nothing typed finds everything', () => expect(searchRuns(runs, '  ')).toHaveLength(runs.length));
});

describe('the archive', () => {
  test('is shown instead of the current runs, with a selection of its own', () => {
    const view = new RunsView();
    expect(view.rows(runs).every((one) => !one.archived)).toBe(true);
    view.toggle('run-1');
    view.archived = true;
    expect(view.rows(runs).every((one) => one.archived)).toBe(true);
    expect(view.selected.size).toBe(0);
  });
});

test('one task alone can be shown', () => {
  const mixed = [run(0), run(1, 'tagging'), run(2, 'tagging')];
  const view = new RunsView();
  view.toggle('run-0');
  view.task = 'tagging';
  expect(view.rows(mixed).map((one) => one.id)).toEqual(['run-1', 'run-2']);
  expect(view.selected.size).toBe(0);
  view.search = 'no such run';
  view.showAll();
  expect(view.rows(mixed)).toHaveLength(3);
  expect(searchRuns(mixed, 'tagging accuracy')).toHaveLength(2);
});

test('selecting', () => {
  const view = new RunsView();
  view.toggle('a');
  view.add(['b', 'c']);
  view.toggle('b');
  expect([...view.selected]).toEqual(['a', 'c']);
  view.clear();
  expect(view.selected.size).toBe(0);
});
