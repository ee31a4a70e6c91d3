/** Numbers as data files write them. */

const withPoint = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const withComma = /^[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?$/;

/** The number in a cell; NaN if there is none, or one that is not finite as float32, which networks compute in. */
export function parseNumber(cell: string, decimal: '.' | ',' = '.'): number {
  const text = cell.trim();
  if (!(decimal === '.' ? withPoint : withComma).test(text)) return NaN;
  const value = Number(decimal === '.' ? text : text.replace(',', '.'));
  return Number.isFinite(Math.fround(value)) ? value : NaN;
}

/** What is to be known, or done, about a cell that is not a number. */
export function numberAdvice(cell: string, decimal: '.' | ','): string {
  if ((decimal === '.' ? withPoint : withComma).test(cell.trim()))
    return ' (The largest numbers that a network can compute with are about 3.4e38.)';
  const other = decimal === '.' ? ',' : '.';
  if (Number.isNaN(parseNumber(cell, other))) return '';
  return decimal === '.'
    ? ' (If this file writes a decimal comma, say so.)'
    : ' (If this file writes a decimal point, say so.)';
}
