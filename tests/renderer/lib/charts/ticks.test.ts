import { describe, expect, it } from 'vitest';
import {
  clockTick,
  clockTicks,
  decimalsOf,
  linearTicks,
  logTicks,
  timeTicks,
} from '../../../../src/renderer/lib/charts/ticks.ts';

describe('linearTicks', () => {
  it('takes multiples of 1, 2 or 5 times a power of ten', () => {
    expect(linearTicks(0, 1500, 6)).toEqual([0, 200, 400, 600, 800, 1000, 1200, 1400]);
    expect(linearTicks(0, 1500, 4)).toEqual([0, 500, 1000, 1500]);
    expect(linearTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks(0.1, 0.5, 4)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(linearTicks(-3, 3, 3)).toEqual([-2, 0, 2]);
  });
  it('does not cut a step in pieces', () => {
    expect(linearTicks(0, 3, 10, true)).toEqual([0, 1, 2, 3]);
  });
  it('labels a single value', () => {
    expect(linearTicks(5, 5, 6)).toEqual([5]);
  });
});

describe('logTicks', () => {
  it('takes 1, 2, 5 over a few decades and powers of ten over many', () => {
    expect(logTicks(4, 65, 4)).toEqual([5, 10, 20, 50]);
    expect(logTicks(4, 65, 6)).toEqual([5, 7, 10, 15, 20, 30, 50]);
    expect(logTicks(1, 1e6, 6)).toEqual([1, 10, 100, 1000, 1e4, 1e5, 1e6]);
    expect(logTicks(1e-12, 1e12, 5)).toEqual([1e-10, 1e-5, 1, 1e5, 1e10]);
  });
  it('takes every digit when there is room', () => {
    expect(logTicks(4, 25, 9)).toEqual([4, 5, 6, 7, 8, 9, 10, 20]);
  });
  it('falls back to even steps within half a decade', () => {
    expect(logTicks(4.5, 6.1, 4)).toEqual([4.5, 5, 5.5, 6]);
  });
});

describe('timeTicks', () => {
  it('steps as a clock does', () => {
    expect(timeTicks(0, 60, 4)).toEqual([0, 15, 30, 45, 60]);
    expect(timeTicks(0, 600, 5)).toEqual([0, 120, 240, 360, 480, 600].filter((t) => t % 120 === 0));
    expect(timeTicks(0, 3 * 3600, 6)).toEqual([0, 1800, 3600, 5400, 7200, 9000, 10800]);
    expect(timeTicks(0, 4 * 86400, 4)).toEqual([0, 86400, 172800, 259200, 345600]);
    expect(timeTicks(0, 2, 4)).toEqual([0, 0.5, 1, 1.5, 2]);
  });
});

describe('decimalsOf', () => {
  it('tells neighbours apart', () => {
    expect(decimalsOf([4.5, 5, 5.5])).toBe(1);
    expect(decimalsOf([5, 10, 20])).toBe(0);
    expect(decimalsOf([0.001, 0.002])).toBe(3);
    expect(decimalsOf([1])).toBe(0);
  });
});

describe('the clock', () => {
  it('is labelled at round hours, and with the day at midnight', () => {
    const day = new Date(2026, 10, 3).getTime();
    const ticks = clockTicks(day + 20 * 3600_000, day + 28 * 3600_000, 5);
    expect(ticks.map((tick) => clockTick(tick, ticks))).toEqual(['20:00', '22:00', '4 Nov', '02:00', '04:00']);
  });
});
