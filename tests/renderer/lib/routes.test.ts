import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRoute, to } from '../../../src/renderer/lib/routes.ts';

describe('addresses', () => {
  test('every link leads to the screen it names', () => {
    expect(parseRoute(to.corpora())).toEqual({ screen: 'corpora', id: null });
    expect(parseRoute(to.runs())).toEqual({ screen: 'runs' });
    expect(parseRoute(to.settings())).toEqual({ screen: 'settings' });
    expect(parseRoute(to.try())).toEqual({ screen: 'try', id: null });
    expect(parseRoute(to.compare([]))).toMatchObject({ screen: 'compare', runs: [] });
    expect(parseRoute(to.newRun())).toMatchObject({ screen: 'new' });
  });

  test('ids survive the way into an address and back, whatever is in them', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (id) => {
        expect(parseRoute(to.run(id))).toEqual({ screen: 'run', id });
        expect(parseRoute(to.try(id))).toEqual({ screen: 'try', id });
        expect(parseRoute(to.corpora(id))).toEqual({ screen: 'corpora', id });
        const route = parseRoute(to.newRun({ corpus: id }));
        expect(route?.screen === 'new' && route.query.get('corpus')).toBe(id);
      }),
    );
  });

  test('compare keeps its runs in order, readable in the address', () => {
    expect(to.compare(['b', 'a'])).toBe('#/compare?runs=b,a');
    expect(parseRoute('#/compare?runs=b,a')).toMatchObject({ runs: ['b', 'a'] });
  });

  test.each(['', '#', '#/', '#/nowhere', '#/runs/a/b', '#/settings/x', '#/new/x'])('%j is no screen', (hash) => {
    expect(parseRoute(hash)).toBeNull();
  });

  test('a broken escape does not throw', () => {
    expect(parseRoute('#/runs/%E0%A4%A')).toEqual({ screen: 'run', id: '%E0%A4%A' });
  });
});
