/** Values of flags, from what was typed. */
import { InvalidArgumentError } from 'commander';
import type { Column } from '../../../engine/data/config.ts';

/** A finite number. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

/** A column: a whole number is its number, counted from 1; anything else is its name. */
export function column(text: string): Column {
  const name = text.trim();
  if (name === '') throw new InvalidArgumentError('It must be the name or the number of a column.');
  if (!/^\d+$/.test(name)) return name;
  const place = Number(name);
  if (place < 1) throw new InvalidArgumentError('Columns are counted from 1.');
  return place;
}

/** Columns separated by commas. */
export function columns(text: string): Column[] {
  return text.split(',').map(column);
}

/** One character; a tab or a space, which are hard to type, by their names too. */
export function character(text: string): string {
  const named = { tab: '\t', '\\t': '\t', space: ' ' }[text] ?? text;
  if (named.length !== 1) throw new InvalidArgumentError('It must be one character, or "tab" or "space".');
  return named;
}

/** A port of this machine. */
export function port(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
  return value;
}

/** Of a flag that may be given more than once: all its values. */
export function several(text: string, before: unknown): string[] {
  return [...(Array.isArray(before) ? (before as string[]) : []), text];
}
