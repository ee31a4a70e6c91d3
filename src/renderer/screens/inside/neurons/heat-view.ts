/** Which part of a heat map is in view, and how large its cells are: pure arithmetic, in CSS pixels. */

/** Widths of a step, smallest first. */
export const columnWidths = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48] as const;

/** About as high as fit, so that all can be seen, but no thinner than two pixels. */
export function rowHeight(units: number, height: number): number {
  return Math.max(2, Math.min(16, Math.round(height / Math.max(1, units))));
}

/** The widest columns of which all still fit, else the narrowest but one. */
export function usualZoom(steps: number, width: number): number {
  const fitting = columnWidths.findLastIndex((one) => one * steps <= width);
  return fitting >= 0 ? fitting : 2;
}

export interface Range {
  readonly from: number;
  /** One past the last. */
  readonly to: number;
}

/** The cells of which something is in view. */
export function inView(scrolled: number, size: number, cell: number, count: number): Range {
  const from = Math.max(0, Math.min(count, Math.floor(scrolled / cell)));
  return { from, to: Math.min(count, Math.ceil((scrolled + size) / cell)) };
}

/** How far to scroll so that a cell is in view, no further than needed. */
export function reach(scrolled: number, size: number, cell: number, index: number): number {
  const start = index * cell;
  if (start < scrolled) return start;
  return start + cell > scrolled + size ? start + cell - size : scrolled;
}
