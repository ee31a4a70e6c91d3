import { describe, expect, test } from 'vitest';
import { layoutOf, moved, shortName } from '../../../../src/renderer/screens/try/heat-map.ts';

const tokens = (count: number, length: number) => Array.from({ length: count }, () => 'x'.repeat(length));

describe('the heat map', () => {
  test('fits 30 by 30 into the room there is, and cells stay calm where there are few', () => {
    const { cell, left, top } = layoutOf(tokens(30, 8), tokens(30, 8), 860);
    expect(left + 30 * cell + top).toBeLessThanOrEqual(900);
    expect(cell).toBeGreaterThanOrEqual(20);
    expect(layoutOf(tokens(3, 8), tokens(3, 8), 860).cell).toBe(30);
  });

  test('cells can still be told apart where they do not fit: the map scrolls', () => {
    expect(layoutOf(tokens(200, 40), tokens(200, 40), 500).cell).toBe(16);
  });

  test('long tokens end in an ellipsis, by whole characters', () => {
    const { rowCharacters } = layoutOf(tokens(2, 60), ['a'], 500);
    expect(shortName('Wolfeschlegelsteinhausen', rowCharacters)).toBe('Wolfeschlegel…');
    expect(shortName('😀😀😀', 2)).toBe('😀…');
    expect(shortName('word', 4)).toBe('word');
  });

  test('keys move within it', () => {
    expect(moved({ row: 0, column: 0 }, 'ArrowRight', 2, 3)).toEqual({ row: 0, column: 1 });
    expect(moved({ row: 1, column: 2 }, 'ArrowDown', 2, 3)).toEqual({ row: 1, column: 2 });
    expect(moved({ row: 0, column: 1 }, 'PageDown', 2, 3)).toEqual({ row: 1, column: 1 });
    expect(moved({ row: 0, column: 1 }, 'End', 2, 3)).toEqual({ row: 0, column: 2 });
    expect(moved({ row: 0, column: 0 }, 'a', 2, 3)).toBeNull();
  });
});
