/** The axes a chart can have: where they are labelled, and how values on them are written. */
import { compact, duration, exactMoment, integer, none, number } from '../format.ts';
import { clockTick, clockTicks, decimalsOf, linearTicks, logTicks, timeTicks } from './ticks.ts';

export interface Axis {
  readonly ticks: (min: number, max: number, count: number) => number[];
  /** A tick's label; `all` are the axis's ticks. */
  readonly tick: (value: number, all: readonly number[]) => string;
  /** A value in a sentence, a tooltip or a table. */
  readonly value: (value: number) => string;
}

/** Tokens trained on; seconds of training; ms since 1970. */
export type TrainingX = 'step' | 'epoch' | 'tokens' | 'time' | 'clock';
/** Along training; or steps of a series, counted from the last one that was read. */
export type XKind = TrainingX | 'ahead';

function plainTick(value: number, all: readonly number[]): string {
  const size = Math.abs(value);
  if (size >= 10_000) return compact(value);
  if (size !== 0 && size < 1e-3) return number(value, 1);
  const decimals =
    size >= 1 ? Math.min(decimalsOf(all), 3) : Math.max(decimalsOf(all.filter((tick) => tick < 1)), leading(value));
  return value.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: decimals });
}

/** Decimals up to the first digit that is not 0. */
function leading(value: number): number {
  return value === 0 ? 0 : Math.max(0, -Math.floor(Math.log10(Math.abs(value))));
}

const xAxes: Readonly<Record<XKind, Axis>> = {
  step: { ticks: (min, max, count) => linearTicks(min, max, count, true), tick: plainTick, value: integer },
  epoch: { ticks: linearTicks, tick: plainTick, value: (value) => number(value) },
  ahead: { ticks: (min, max, count) => linearTicks(min, max, count, true), tick: plainTick, value: integer },
  tokens: { ticks: linearTicks, tick: plainTick, value: compact },
  clock: { ticks: clockTicks, tick: clockTick, value: exactMoment },
  time: { ticks: timeTicks, tick: (value) => duration(value), value: duration },
};

export function xAxis(kind: XKind, log: boolean): Axis {
  // A date has no logarithm that means anything.
  return log && kind !== 'clock' ? { ...xAxes[kind], ticks: logTicks } : xAxes[kind];
}

/**
 * @param value how the quantity is written where there is room for all its digits
 * @param share its ticks are written in percent, none above the whole
 */
export function yAxis(log: boolean, value: (value: number) => string, share = false): Axis {
  const ticks = log ? logTicks : linearTicks;
  return {
    ticks: share ? (...range) => ticks(...range).filter((tick) => tick <= 1) : ticks,
    tick: share ? shareTick : plainTick,
    value: (v) => (Number.isFinite(v) ? value(v) : none),
  };
}

function shareTick(value: number, all: readonly number[]): string {
  return `${plainTick(
    value * 100,
    all.map((tick) => tick * 100),
  )} %`;
}
