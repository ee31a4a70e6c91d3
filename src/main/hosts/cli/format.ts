/** Numbers for people: units, sensible digits, never NaN. */

/** For what is not there. */
export const dash = '–';

/** Perplexity of a mean cross-entropy in nats, to three significant digits. */
export function perplexity(loss: number | null): string {
  if (loss === null || !Number.isFinite(loss)) return dash;
  const value = Math.exp(loss);
  return Number.isFinite(value) ? significant(value, 3) : 'over 1e308';
}

/** "1,230", "4.62", "0.00200"; a dash for what is not finite. */
export function significant(value: number, digits: number): string {
  if (!Number.isFinite(value)) return dash;
  return new Intl.NumberFormat('en', { minimumSignificantDigits: digits, maximumSignificantDigits: digits }).format(
    value,
  );
}

/** A part of a whole: "87.5 %" */
export function share(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

export function count(value: number | null): string {
  return value === null ? dash : Math.round(value).toLocaleString('en');
}

/** "45 s", "2 min 10 s", "1 h 12 min" */
export function duration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return dash;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function bytes(value: number | null): string {
  if (value === null) return dash;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
  return `${power === 0 ? value : (value / 1000 ** power).toPrecision(3)} ${units[power]}`;
}

export function rate(tokensPerSecond: number | null): string {
  return tokensPerSecond === null ? dash : `${count(tokensPerSecond)} tokens/s`;
}
