/** Where an axis is labelled: round numbers inside [min, max], about `count` of them. */

/** Multiples of 1, 2 or 5 times a power of ten. `whole`: never closer than 1. */
export function linearTicks(min: number, max: number, count: number, whole = false): number[] {
  if (!(max > min)) return [min];
  const rough = (max - min) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  // Of 1, 2, 5 and 10 the one nearest on a logarithmic scale.
  const over = rough / power;
  const step = power * (over < Math.SQRT2 ? 1 : over < Math.sqrt(10) ? 2 : over < Math.sqrt(50) ? 5 : 10);
  return multiples(whole ? Math.max(1, step) : step, min, max);
}

/**
 * Ticks of a logarithmic axis: powers of ten, with more between them the more room there is. Within half a decade
 * these would be too few, so there the ticks are those of a linear axis, spaced as the logarithm spaces them.
 */
export function logTicks(min: number, max: number, count: number): number[] {
  if (!(min > 0) || !(max > min)) return [min];
  const decades = Math.log10(max / min);
  if (decades < 0.7) return linearTicks(min, max, count).filter((tick) => tick > 0);
  // The closest neighbours (9 and 10, 5 and 7, 1 and 2) are at least about half the usual distance apart.
  const room = count / decades;
  const mantissas =
    room >= 11 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : room >= 3.6 ? [1, 1.5, 2, 3, 5, 7] : room >= 1.7 ? [1, 2, 5] : [1];
  const every = mantissas.length > 1 ? 1 : Math.max(1, Math.ceil(decades / count));
  const ticks: number[] = [];
  for (let e = Math.floor(Math.log10(min)); e <= Math.ceil(Math.log10(max)); e++) {
    if (e % every !== 0) continue;
    for (const m of mantissas) {
      const tick = Number(`${m}e${e}`);
      if (tick >= min * (1 - 1e-9) && tick <= max * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const clock = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
];

/** Ticks for seconds, at the steps of a clock: 15 s, 5 min, 3 h, 2 days. */
export function timeTicks(min: number, max: number, count: number): number[] {
  if (!(max > min)) return [min];
  const rough = (max - min) / Math.max(1, count);
  if (rough < 1) return linearTicks(min, max, count);
  const step = clock.find((s) => s >= rough * 0.999);
  return step === undefined
    ? linearTicks(min / day, max / day, count, true).map((days) => days * day)
    : multiples(step, min, max);
}

/** Ticks for moments, in ms since 1970: at the steps of a clock, counted from the midnight before the first, local time. */
export function clockTicks(min: number, max: number, count: number): number[] {
  const midnight = new Date(min).setHours(0, 0, 0, 0);
  return timeTicks((min - midnight) / 1000, (max - midnight) / 1000, count).map((s) => midnight + s * 1000);
}

/** "14:05", with seconds where ticks are closer than a minute; "3 Nov" at midnight and where ticks are days. */
export function clockTick(value: number, all: readonly number[]): string {
  const date = new Date(value);
  const two = (part: number) => String(part).padStart(2, '0');
  const step = all.length > 1 ? all[1]! - all[0]! : Infinity;
  const midnight = date.getHours() + date.getMinutes() + date.getSeconds() === 0;
  if (midnight || step >= day * 1000) return `${date.getDate()} ${date.toLocaleString('en-US', { month: 'short' })}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return step < minute * 1000 ? `${time}:${two(date.getSeconds())}` : time;
}

/** Decimals that tell neighbouring ticks apart. */
export function decimalsOf(ticks: readonly number[]): number {
  let closest = Infinity;
  for (let i = 1; i < ticks.length; i++) closest = Math.min(closest, ticks[i]! - ticks[i - 1]!);
  if (!Number.isFinite(closest) || closest <= 0) return 0;
  return Math.min(12, Math.max(0, -Math.floor(Math.log10(closest * 1.0001))));
}

function multiples(step: number, min: number, max: number): number[] {
  const ticks: number[] = [];
  // Counting whole steps keeps 0.3 from becoming 0.30000000000000004.
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  for (let n = Math.ceil(min / step - 1e-9); n * step <= max + step * 1e-9; n++) {
    ticks.push(Number((n * step).toFixed(decimals)));
  }
  return ticks;
}
