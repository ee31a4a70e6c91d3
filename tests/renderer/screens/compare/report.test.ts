import { expect, it } from 'vitest';
import {
  differenceFrom,
  resultRows,
  settingRows,
  sortedBy,
} from '../../../../src/renderer/screens/compare/differences.ts';
import { reportOf } from '../../../../src/renderer/screens/compare/report.ts';
import { run } from '../../harness/fake-data.ts';

const runs = [run(0), { ...run(1), name: 'one <of> "two"' }, { ...run(2), bestLoss: null }];
const results = resultRows(runs);
const perplexity = results[0]!;

it('differences are held against the baseline, with their signs', () => {
  const by = Math.exp(runs[1]!.bestLoss!) - Math.exp(runs[0]!.bestLoss!);
  expect(differenceFrom(0, perplexity, 1)).toBe(`+${by.toFixed(3)}`);
  expect(differenceFrom(1, perplexity, 0)).toBe(`−${by.toFixed(3)}`);
  expect([
    differenceFrom(0, perplexity, 0),
    differenceFrom(null, perplexity, 1),
    differenceFrom(0, perplexity, 2),
  ]).toEqual([null, null, null]);
});

it('rows are sorted by size, and what has no value comes last', () => {
  expect(sortedBy(perplexity, false)).toEqual([0, 1, 2]);
  expect(sortedBy(perplexity, true)).toEqual([1, 0, 2]);
});

it('a report holds everything and asks for nothing', () => {
  const page = reportOf({
    runs,
    pictures: [{ title: 'Perplexity', svg: '<svg></svg>', csv: 'a,b\r\n1,2\r\n' }],
    results,
    settings: settingRows(runs, (id) => id).filter(({ differs }) => differs),
    baseline: 0,
    colors: { ground: 'white', text: 'black', quiet: 'grey', line: 'silver' },
    font: 'sans-serif',
    version: '1.2.3',
    at: 0,
  });
  expect(page).toContain('one &lt;of&gt; &quot;two&quot;');
  expect(page).toContain('(baseline)');
  expect(page).toContain('data:text/csv;charset=utf-8,a%2Cb');
  expect(page).toContain('&quot;learningRate&quot;: 0.002');
  expect(page.match(/<svg/g)).toHaveLength(1);
  expect(page).not.toMatch(/(src|href)="(?!data:)/);
  expect(page).not.toContain('<script');
});
