import { describe, expect, it } from 'vitest';
import { facetsOf } from '../../../../src/renderer/screens/compare/facets.ts';
import { FilterError, looksLikeFilter, parseFilter } from '../../../../src/renderer/screens/compare/filter.ts';
import { findRuns } from '../../../../src/renderer/screens/compare/find-runs.ts';
import { run } from '../../harness/fake-data.ts';

const runs = Array.from({ length: 12 }, (_, i) => run(i));
const facets = facetsOf(runs);
const found = (typed: string) => runs.flatMap((one, i) => (parseFilter(typed, facets)(one) ? [i] : []));
const where = (holds: (architecture: (typeof runs)[0]['config']['architecture'], i: number) => boolean) =>
  runs.flatMap(({ config }, i) => (holds(config.architecture, i) ? [i] : []));

describe('a filter', () => {
  it('finds runs by settings', () => {
    expect(found('cell = lstm and hidden >= 256')).toEqual(where((a) => a.cell === 'lstm' && a.hidden >= 256));
    expect(found('cell = LSTM or cell = "gru"')).toEqual(where((a) => a.cell !== 'rnn'));
    expect(found('cell in (lstm, gru) and not (hidden < 300)')).toEqual(
      where((a) => a.cell !== 'rnn' && a.hidden >= 300),
    );
    expect(found('dropout != 0')).toEqual(where((a) => a.dropout !== 0));
    expect(found('lr = 0.002')).toHaveLength(runs.length);
    expect(found('learning_rate=2e-3 and LR<=.002')).toHaveLength(runs.length);
  });
  it('binds "and" closer than "or"', () => {
    expect(found('cell = rnn or cell = lstm and hidden > 300')).toEqual(
      where((a) => a.cell === 'rnn' || (a.cell === 'lstm' && a.hidden > 300)),
    );
  });
  it('finds them by what is on, by results, by names and by what is not set', () => {
    expect(found('tie')).toEqual([]);
    expect(found('not tie')).toHaveLength(runs.length);
    expect(found('tags = baseline')).toEqual([0, 4, 8]);
    expect(found('name ~ "^lstm .*#1$"')).toEqual([0]);
    expect(found('name !~ lstm').every((i) => !runs[i]!.name.includes('lstm'))).toBe(true);
    expect(found('perplexity = none')).toEqual(runs.flatMap((one, i) => (one.bestLoss === null ? [i] : [])));
    expect(found('perplexity < 4.7').every((i) => Math.exp(runs[i]!.bestLoss!) < 4.7)).toBe(true);
    expect(found('earlyStopping = none')).toHaveLength(runs.length);
  });
  it.each([
    ['hiden > 3', 'No setting or result is called "hiden". Did you mean "hidden"?', 0],
    ['cell = lstm and xyzzy = 3', 'No setting or result is called "xyzzy".', 16],
    ['cell =', 'A value is missing after "=".', 6],
    ['cell = )', 'A value is missing after "="; ")" is none.', 7],
    ['hidden > many', 'After ">" stands a number, not "many".', 9],
    ['hidden 256', 'Between "hidden" and "256" an operator is missing, such as = or >=.', 7],
    ['(cell = lstm', 'This bracket is never closed.', 0],
    ['cell = "lstm', 'This quotation mark is never closed.', 7],
    ['cell = lstm hidden = 3', '"hidden" is not expected here. Put "and" or "or" between conditions.', 12],
    ['cell = lstm and', 'Here the name of a setting or a result is missing.', 15],
    ['cell in lstm', 'After "in" stands a list in brackets: in (lstm, gru).', 8],
    ['name ~ "("', '"(" is no regular expression: Unterminated group.', 7],
    ['! = 3', '"!" has no meaning here.', 0],
  ])('%s: %s', (typed, message, at) => {
    let error: unknown;
    try {
      parseFilter(typed, facets);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(FilterError);
    expect([(error as FilterError).message, (error as FilterError).at]).toEqual([message, at]);
  });
});

describe('what is typed', () => {
  const find = (typed: string) => findRuns(runs, typed, () => facets);
  it('is words, an expression or a filter', () => {
    expect(looksLikeFilter('lstm shakespeare')).toBe(false);
    expect(find('gru 2×').runs.length).toBe(runs.filter(({ name }) => name.startsWith('gru 2')).length);
    expect(find('/#1[12]$/').runs.map(({ name }) => name)).toEqual([runs[10]!.name, runs[11]!.name]);
    expect(find('hidden = 512').runs).toEqual(runs.filter(({ config }) => config.architecture.hidden === 512));
  });
  it('finds everything and says why where it means nothing', () => {
    expect(find('cell =')).toEqual({ runs, problem: 'A value is missing after "=". (character 7)' });
    expect(find('/(/').problem).toBe('This is no regular expression: Unterminated group.');
  });
});
