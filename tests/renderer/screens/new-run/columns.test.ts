import { describe, expect, it } from 'vitest';
import { dataSchema, type DataConfig } from '../../../../src/engine/data/config.ts';
import {
  byNumber,
  columnItems,
  columnKey,
  columnValues,
  namesColumns,
} from '../../../../src/renderer/screens/new-run/columns.ts';
import { dataFor } from '../../../../src/renderer/screens/new-run/data-draft.ts';
import {
  choiceFor,
  choiceNamed,
  choiceOf,
  suggestedChoice,
  taskChoices,
} from '../../../../src/renderer/screens/new-run/task-choices.ts';

const data = (value: object): DataConfig => dataSchema.parse(value);

describe('columns', () => {
  const named = { names: ['text', 'mood', 'mood', ''], named: true };
  const numbered = { names: ['1', '2'], named: false };

  it('are chosen by name only where that is one of its own', () => {
    expect(columnValues(named)).toEqual(['text', 2, 3, 4]);
    expect(columnValues(numbered)).toEqual([1, 2]);
  });
  it('are the same by name and by number', () => {
    expect([columnKey('text', named), columnKey(1, named), columnKey('1', numbered)]).toEqual(['0', '0', '? 1']);
  });
  it('are listed with those that are chosen and not there', () => {
    expect(columnItems(numbered, [2, 7]).map(({ label }) => label)).toEqual([
      'Column 1',
      'Column 2',
      'Column 7 (not in this text)',
    ]);
    expect(columnItems(named, ['text', 'label']).at(-1)).toEqual({
      value: '? label',
      label: 'label (not in this text)',
      column: 'label',
    });
  });
  it('are not said to be missing while none is known', () => {
    expect(columnItems({ names: [], named: false }, ['text']).map(({ label }) => label)).toEqual(['text']);
  });
  it('keep their place when names no longer count', () => {
    expect([byNumber('text', named), byNumber(2, named), byNumber('label', named)]).toEqual([1, 2, 'label']);
  });
  it('have names in JSON and under a header', () => {
    expect(namesColumns(data({ kind: 'table', format: 'jsonl', header: false }))).toBe(true);
    expect(namesColumns(data({ kind: 'pairs' }))).toBe(false);
    expect(namesColumns(data({ kind: 'text' }))).toBe(false);
  });
});

describe('tasks', () => {
  it('are told apart by what they are for', () => {
    for (const one of taskChoices) expect(choiceOf(one)).toBe(one);
  });
  it('are suggested by what data look like', () => {
    const of = (value: object) => suggestedChoice(data(value)).id;
    expect(of({ kind: 'text' })).toBe('language-model');
    expect(of({ kind: 'table', label: { is: 'number' } })).toBe('regression');
    expect(of({ kind: 'table', label: { is: 'labels' } })).toBe('multilabel');
    expect(of({ kind: 'table' })).toBe('classification');
    expect(of({ kind: 'tagged', tagSeparator: '|' })).toBe('tagging-labels');
    expect(of({ kind: 'numeric', inputs: [1], layout: 'rows', targets: [2] })).toBe('standard-values');
  });
  it('of a shape begin with one that fits, else with the usual one', () => {
    expect(choiceFor('many-to-one', data({ kind: 'table', label: { is: 'binary' } })).id).toBe('binary');
    expect(choiceFor('one-to-many', data({ kind: 'table' })).id).toBe('conditional-generation');
    expect(choiceFor('many-to-many-aligned', null).id).toBe('language-model');
    expect(choiceFor('many-to-many-aligned', data({ kind: 'pairs' })).id).toBe('language-model');
  });
});

describe('data read for another task than they look made for', () => {
  it('keep their cells, and take the first columns', () => {
    const suggested = data({ kind: 'table', delimiter: ';', textColumn: 'en', labelColumn: 'de' });
    expect(dataFor(choiceNamed('translation'), suggested, ['en', 'de', 'id'])).toMatchObject({
      ...{ format: 'csv', delimiter: ';', header: true, pairsIn: 'columns', sourceColumn: 'en', targetColumn: 'de' },
    });
  });
  it('become examples of the last column where there is no target', () => {
    const series = data({ kind: 'numeric', inputs: ['a', 'b', 'c'] });
    const standard = dataFor(choiceNamed('standard-values'), series, ['a', 'b', 'c']);
    expect([standard.inputs, standard.targets]).toEqual([['a', 'b'], ['c']]);
  });
  it('forecast their inputs where the target was a class', () => {
    const rows = data({ kind: 'numeric', layout: 'rows', inputs: ['a'], targets: ['kind'], targetIs: 'class' });
    expect(dataFor(choiceNamed('forecasting'), rows, ['a', 'kind']).targets).toEqual([]);
  });
});
