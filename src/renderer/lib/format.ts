/** Numbers for people: units, sensible digits, thousands separated, and never NaN on the screen. */

const locale = 'en-US';
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const significant = new Map<number, Intl.NumberFormat>();

/** What stands where there is no number. */
export const none = '–';

type Maybe = number | null | undefined;

/** 1115394 → "1,115,394". */
export function integer(value: Maybe): string {
  return usable(value) ? whole.format(value) : none;
}

/** `value` to `digits` significant digits, thousands separated; very small and very large ones as 1.2e-7. */
export function number(value: Maybe, digits = 3): string {
  if (!usable(value)) return none;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return trimExponent(value.toExponential(digits - 1));
  if (size >= 10 ** (digits - 1)) return whole.format(value);
  let format = significant.get(digits);
  if (!format) {
    format = new Intl.NumberFormat(locale, { minimumSignificantDigits: digits, maximumSignificantDigits: digits });
    significant.set(digits, format);
  }
  return format.format(value);
}

/** As `number`, without zeros at the end: for settings (0.002, not 0.00200). */
export function setting(value: Maybe): string {
  if (!usable(value)) return none;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return trimExponent(value.toExponential());
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 10 }).format(value);
}

/** Perplexity = exp(loss), the loss in nats, to three significant digits. */
export function perplexity(loss: Maybe): string {
  if (loss === null || loss === undefined) return none;
  if (Number.isNaN(loss)) return 'not a number';
  const value = Math.exp(loss);
  return Number.isFinite(value) ? number(value) : 'infinite';
}

/** 212345 → "212k", 3400000 → "3.4M". */
export function compact(value: Maybe): string {
  if (!usable(value)) return none;
  const size = Math.abs(value);
  if (size >= 999_500_000) return `${tenths(value / 1e9)}G`;
  if (size >= 999_500) return `${tenths(value / 1e6)}M`;
  if (size >= 9_995) return `${whole.format(value / 1e3)}k`;
  if (size >= 1_000) return `${tenths(value / 1e3)}k`;
  return size >= 100 || Number.isInteger(value) ? whole.format(value) : number(value);
}

/** "212k tokens/s"; of networks that read numbers "212k rows/s". */
export function speed(perSecond: Maybe, input: 'tokens' | 'numbers' = 'tokens'): string {
  return usable(perSecond) ? `${compact(perSecond)} ${input === 'tokens' ? 'tokens' : 'rows'}/s` : none;
}

/** Binary units, as operating systems count: 1536 → "1.5 KB". */
export function bytes(value: Maybe): string {
  if (!usable(value)) return none;
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let size = value;
  while (size >= 1023.5 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  if (unit === 0) return value === 1 ? '1 byte' : `${whole.format(value)} bytes`;
  return `${size < 10 ? tenths(size) : whole.format(size)} ${units[unit]}`;
}

/** Seconds → "0.4 s", "45 s", "2 min 10 s", "1 h 12 min", "3 d 4 h". */
export function duration(seconds: Maybe): string {
  if (!usable(seconds) || seconds < 0) return none;
  if (seconds < 0.0005) return '0 s';
  if (seconds < 1) return seconds < 0.0995 ? `${number(seconds * 1000, 2)} ms` : `${seconds.toFixed(1)} s`;
  const total = Math.round(seconds);
  if (seconds < 10 && total < 10) return `${tenths(seconds)} s`;
  if (total < 60) return `${total} s`;
  if (total < 3600) return pair(total, 60, 'min', 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return pair(minutes, 60, 'h', 'min');
  return pair(Math.round(seconds / 3600), 24, 'd', 'h');
}

function pair(value: number, per: number, big: string, small: string): string {
  const rest = value % per;
  return rest === 0 ? `${Math.floor(value / per)} ${big}` : `${Math.floor(value / per)} ${big} ${rest} ${small}`;
}

/** 0.0042 → "0.42 %". */
export function percent(fraction: Maybe): string {
  if (!usable(fraction)) return none;
  const value = fraction * 100;
  if (!Number.isFinite(value)) return none;
  if (value === 0) return '0 %';
  if (value < 0.01) return '< 0.01 %';
  return `${value >= 10 ? whole.format(value) : Number(value.toPrecision(2)).toString()} %`;
}

/**
 * A share that was measured, with one decimal: 0.8643 → "86.4 %". What is not quite all or nothing does not look as if it were.
 */
export function share(fraction: Maybe): string {
  if (!usable(fraction)) return none;
  const value = (fraction * 100).toFixed(1);
  if (value === '100.0') return fraction < 1 ? '> 99.9 %' : '100 %';
  if (value === '0.0') return fraction > 0 ? '< 0.1 %' : '0 %';
  return `${value} %`;
}

/** "today 14:05", "3 Nov 14:05", "3 Nov 2025": where it stands beside others. `at` and `now` in ms since 1970. */
export function moment(at: number, now = Date.now()): string {
  const date = new Date(at);
  const time = `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) return `today ${time}`;
  const day = `${date.getDate()} ${date.toLocaleString(locale, { month: 'short' })}`;
  return date.getFullYear() === today.getFullYear() ? `${day} ${time}` : `${day} ${date.getFullYear()}`;
}

/** "3 November 2026, 14:05:09", for tooltips. */
export function exactMoment(at: number): string {
  return new Date(at).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'medium' });
}

/** "1 run", "1,000 runs". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${integer(value)} ${value === 1 ? one : many}`;
}

/** A character as one can see it: "␣" for a space, "⏎" for a line end, its code where it has no shape. */
export function visible(text: string): string {
  const shown: Record<string, string> = { ' ': '␣', '\n': '⏎', '\r': '␍', '\t': '⇥', '\u00a0': '⍽', '\u3000': '␣' };
  return Array.from(text, (char) => shown[char] ?? (/[\p{C}\p{Z}]/u.test(char) ? codeOf(char) : char)).join('');
}

function codeOf(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function tenths(value: number): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(value);
}

function trimExponent(text: string): string {
  return text.replace(/\.?0+e/, 'e').replace('e+', 'e');
}

function usable(value: Maybe): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}
