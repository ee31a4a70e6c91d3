import { expect, it } from 'vitest';
import { align, leavesOf } from '../../src/api/differences.ts';

it('named values stand side by side, each new name behind the one that it follows', () => {
  const first = new Map([
    ['a', 1],
    ['d', 4],
  ]);
  const second = new Map([
    ['a', 1],
    ['b', 2],
    ['c', 3],
    ['d', 5],
    ['e', 6],
  ]);
  expect(align([first, second])).toEqual([
    { name: 'a', values: [1, 1], differs: false },
    { name: 'b', values: [null, 2], differs: true },
    { name: 'c', values: [null, 3], differs: true },
    { name: 'd', values: [4, 5], differs: true },
    { name: 'e', values: [null, 6], differs: true },
  ]);
  expect(align([])).toEqual([]);
});

it('nested values go by their paths; what is not chosen is null', () => {
  expect([...leavesOf({ a: { b: 1, c: { d: 'x' } }, e: null, f: [7, 8] })]).toEqual([
    ['a.b', 1],
    ['a.c.d', 'x'],
    ['e', null],
    ['f.0', 7],
    ['f.1', 8],
  ]);
});
