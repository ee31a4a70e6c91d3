import { describe, expect, it } from 'vitest';
import {
  brightness,
  faintest,
  leftAt,
  lookAtStep,
  radiiOver,
  reachOf,
  wholeFlows,
} from '../../../../src/renderer/screens/inside/through-time/history.ts';
import { decadesOf, linesOf, pathOf } from '../../../../src/renderer/screens/inside/through-time/lines.ts';
import { clipFactor, cutOff, fateOf, mainFlow } from '../../../../src/renderer/screens/inside/through-time/reading.ts';

const norms = (...values: number[]) => Float64Array.from(values);
const flow = (direction: 'forward' | 'backward', layer: number, values: Float64Array, part = 'network' as const) => ({
  ...{ part, layer, direction, norms: values },
});

describe('what becomes of a gradient', () => {
  it('halved at every step, less than a hundredth is left after 7', () => {
    const fate = fateOf(Float64Array.from({ length: 20 }, (_, lag) => 3 * 0.5 ** lag));
    expect(fate).toMatchObject({ kind: 'vanishes', after: 7, share: 0.5 ** 7 });
    expect(fate.rate).toBeCloseTo(0.5, 12);
  });

  it('an encoder’s is counted from where it begins', () => {
    expect(fateOf(norms(NaN, NaN, 1, 0.5, 0.001))).toMatchObject({ kind: 'vanishes', after: 2, share: 0.001 });
  });

  it('grown tenfold it explodes, at its peak', () => {
    expect(fateOf(norms(1, 5, 20, 3))).toMatchObject({ kind: 'explodes', after: 2, share: 20 });
  });

  it('that reaches the end stays', () => {
    expect(fateOf(norms(1, 0.5, 0.25))).toMatchObject({ kind: 'stays', after: 2, share: 0.25, rate: 0.5 });
  });

  it('of zeros, of nothing, and cut off by a zero', () => {
    expect(fateOf(norms(0, 0)).kind).toBe('none');
    expect(fateOf(norms()).kind).toBe('none');
    expect(fateOf(norms(1, 0, 0))).toMatchObject({ kind: 'vanishes', after: 1, share: 0, rate: 0 });
  });

  it('what truncation does not see', () => {
    expect(cutOff(norms(4, 2, 1, 1), 2)).toBe(0.25);
    expect(cutOff(norms(NaN, 3, 1), 2)).toBe(0.25);
    expect(cutOff(norms(4, 2), 2)).toBe(0);
    expect(cutOff(norms(0, 0), 1)).toBe(0);
  });

  it('clipping scales only what is longer than the threshold', () => {
    expect(clipFactor(10, 5)).toBe(0.5);
    expect([clipFactor(5, 5), clipFactor(1, 5), clipFactor(null, 5), clipFactor(9, null)]).toEqual([1, 1, 1, 1]);
  });

  it('the sentence speaks of the top layer that reads forwards', () => {
    const flows = [flow('forward', 0, norms(1)), flow('forward', 1, norms(2)), flow('backward', 1, norms(3))];
    expect(mainFlow(flows)!.norms[0]).toBe(2);
    expect(mainFlow([])).toBeNull();
  });
});

describe('lines', () => {
  it('are named by layer, and by direction where there are two', () => {
    const both = linesOf([flow('forward', 0, norms(1)), flow('backward', 0, norms(1))]);
    expect(both.map(({ name, dashed }) => [name, dashed])).toEqual([
      ['Layer 1 →', false],
      ['Layer 1 ←', true],
    ]);
    expect(both[0]!.color).toBe(both[1]!.color);
    expect(linesOf([flow('forward', 0, norms(1))])[0]!.name).toBe('Layer 1');
  });

  it('have gaps where there is nothing', () => {
    const same = (value: number) => value;
    expect(pathOf(norms(NaN, 2, 3, 0, 1), same, same)).toBe('M1.0 2.0L2.0 3.0M4.0 1.0');
  });

  it('stand between powers of ten, of 12 decades the uppermost', () => {
    const line = (values: Float64Array) => linesOf([flow('forward', 0, values)]);
    expect(decadesOf(line(norms(0.5, 0.002)), 1)).toEqual({ low: -3, high: 0 });
    expect(decadesOf(line(norms(0.5, 0.002)), 0.1)).toEqual({ low: -4, high: 0 });
    expect(decadesOf(line(norms(0.5, 1e-30)), 1)).toEqual({ low: -12, high: 0 });
    expect(decadesOf(line(norms(0, NaN)), 1)).toEqual({ low: -3, high: 0 });
  });
});

describe('over training', () => {
  const looks = [1, 2, 4, 8].map((step) => ({
    ...{ step, gradNorm: 1, lags: Int32Array.of(0, 1, 3), updates: [], radii: [], histograms: [] },
    flows: [flow('forward', 0, norms(1, 0.1, 0.001))],
  }));

  it('lags that were left out lie on the line between the others', () => {
    const [whole] = wholeFlows(looks[0]!);
    expect(Array.from(whole!.norms, (norm) => Math.log10(norm))).toEqual([
      expect.closeTo(0, 9),
      expect.closeTo(-1, 9),
      expect.closeTo(-2, 9),
      expect.closeTo(-3, 9),
    ]);
  });

  it('colours are the logarithm of what is left', () => {
    expect(brightness(1)).toBe(1);
    expect(brightness(faintest)).toBe(0);
    expect(brightness(0)).toBe(0);
    expect(brightness(1e-3)).toBeCloseTo(0.5, 9);
    expect(leftAt(norms(NaN, 2, 1), 2)).toBe(0.5);
    expect(leftAt(norms(NaN, 2, 1), 0)).toBeNull();
  });

  it('the line is where less than a hundredth is left', () => {
    expect(reachOf(norms(1, 0.1, 0.009))).toBe(2);
    expect(reachOf(norms(1, 0.1))).toBeNull();
    expect(reachOf(norms(NaN))).toBeNull();
  });

  it('a layer’s radii are a line for each gate; what is no number is left out', () => {
    const at = (layer: number) => ({
      ...{ name: `rnn.weight_hh_l${layer}`, layer },
      ...({ part: 'network', direction: 'forward' } as const),
    });
    const radii = (step: number) => [
      { ...at(0), gate: 'r', radius: step },
      { ...at(0), gate: 'z', radius: step === 2 ? NaN : 0.5 },
      { ...at(1), gate: 'r', radius: 9 },
    ];
    expect(
      radiiOver(
        looks.slice(0, 3).map((look) => ({ ...look, radii: radii(look.step) })),
        at(0),
      ),
    ).toEqual([
      { gate: 'r', points: [1, 2, 4].map((step) => ({ step, radius: step })) },
      { gate: 'z', points: [1, 4].map((step) => ({ step, radius: 0.5 })) },
    ]);
    expect(radiiOver(looks, at(0))).toEqual([]);
  });

  it('a step belongs to the look before it', () => {
    expect([0, 1, 3, 4, 7, 8, 100].map((step) => lookAtStep(looks, step))).toEqual([0, 0, 1, 2, 2, 3, 3]);
  });
});
