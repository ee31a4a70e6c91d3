import { expect, it } from 'vitest';
import { pack, unpack } from '../../../../src/api/inside.ts';
import type { LiveLook } from '../../../../src/engine/inside/looks/live.ts';
import { parseRoute, to } from '../../../../src/renderer/lib/routes.ts';
import { checkpointOf, checkpointsOf, pictureOf } from '../../../../src/renderer/screens/inside/pictures.ts';
import { run } from '../../harness/fake-data.ts';

it('an address names the run, the picture and the checkpoint', () => {
  const route = parseRoute(to.inside('run 1', { picture: 'weights', checkpoint: 'last' }));
  if (route?.screen !== 'inside') throw new Error('no route to inside');
  expect(route.id).toBe('run 1');
  expect(pictureOf(route.query)).toBe('weights');
  const both = { ...run(0), bestStep: 10, checkpointStep: 20 };
  expect(checkpointOf(route.query, both)).toEqual({ name: 'last', step: 20 });
  expect(pictureOf(new URLSearchParams('picture=nonsense'))).toBe('through-time');
});

it('a checkpoint that is best and last is one; a name that a run lacks means the one it has', () => {
  const one = { ...run(0), bestStep: 20, checkpointStep: 20 };
  expect(checkpointsOf(one)).toEqual([{ name: 'best', step: 20 }]);
  const none = { ...run(0), bestStep: null, checkpointStep: 20 };
  expect(checkpointOf(new URLSearchParams('checkpoint=best'), none)).toEqual({ name: 'last', step: 20 });
});

it('what is found arrives as it was sent, NaN and infinities too', () => {
  const look: LiveLook = {
    ...{ step: 3, gradNorm: 1.5, lags: Int32Array.of(0, 1) },
    flows: [{ part: 'network', layer: 0, direction: 'forward', norms: Float64Array.of(NaN, Infinity) }],
    updates: [{ name: 'a', ratio: 0.001 }],
    radii: [
      { ...{ name: 'rnn.weight_hh_l0', part: 'network', layer: 0, direction: 'forward', gate: null }, radius: 1.1 },
    ],
    histograms: [{ name: 'a', min: -1, max: 1, counts: Int32Array.of(3, 4) }],
  };
  expect(unpack<LiveLook>(pack(look))).toEqual(look);
  // A part of a larger buffer, at an odd place.
  const part = { ...look, lags: Int32Array.of(9, 0, 1).subarray(1) };
  expect(unpack<LiveLook>(pack(part))).toEqual(look);
});
