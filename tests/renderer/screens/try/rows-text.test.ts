import { describe, expect, test } from 'vitest';
import { cellsOf, csvOf, readRows } from '../../../../src/renderer/screens/try/rows-text.ts';

describe('rows of numbers as text', () => {
  test.each([
    ['a CSV', '1,2\n3.5,-4\n'],
    ['tabs', '1\t2\n3.5\t-4'],
    ['semicolons', '1; 2\r\n3.5; -4'],
    ['spaces', '1 2\n\n3.5   -4'],
  ])('%s', (_, typed) => {
    expect(readRows(typed, ['a', 'b'])).toEqual({
      rows: [
        [1, 2],
        [3.5, -4],
      ],
      problem: null,
    });
  });

  test('one column needs no delimiter', () => {
    expect(readRows('1\n2e-3', ['a']).rows).toEqual([[1], [0.002]]);
  });

  test('a header finds the columns by their names, so that a whole table can be pasted', () => {
    expect(readRows('t,"b",a\n0,10,20\n1,11,21', ['a', 'b']).rows).toEqual([
      [20, 10],
      [21, 11],
    ]);
    expect(readRows('t,a\n0,1', ['a', 'b']).problem).toBe('The header has no column b.');
  });

  test('a decimal comma, where the data has it', () => {
    expect(readRows('1.234,5;0,25', ['a', 'b'], ',').rows).toEqual([[1234.5, 0.25]]);
  });

  test('what is wrong is said with its line', () => {
    expect(readRows('1,2\n\n3', ['a', 'b']).problem).toBe('Line 3 has 1 cell; expected 2.');
    expect(readRows('1,2\n3,n/a', ['a', 'b']).problem).toBe('Line 2: “n/a” in b is not a number.');
    expect(readRows('1,2\n3,', ['a', 'b']).problem).toBe('Line 2: “” in b is not a number.');
  });

  test('nothing is no rows', () => {
    expect(readRows(' \n', ['a'])).toEqual({ rows: [], problem: null });
    expect(cellsOf(' 7 ')).toEqual(['7']);
  });

  test('rows as CSV read as they were', () => {
    const rows = [
      [0.1, -2],
      [1e-12, 3],
    ];
    expect(readRows(csvOf(['a', 'b, c'], rows), ['a', 'b, c']).problem).not.toBeNull();
    expect(readRows(csvOf(['a', 'b'], rows), ['a', 'b']).rows).toEqual(rows);
    expect(csvOf(['a "x"', 'b, c'], [])).toBe('"a ""x""","b, c"\n');
  });
});
