/** Which rows of a long table are in view, so that only these are drawn. */

export interface RowsInView {
  /** First row and one past the last to draw. */
  readonly start: number;
  readonly end: number;
  /** Height of the rows left out above and below, in pixels. */
  readonly above: number;
  readonly below: number;
}

/** Rows drawn beyond each edge, so that scrolling shows no gaps. */
const margin = 8;

/** @param height of a row, in pixels; all are equally high */
export function rowsInView(count: number, height: number, scrollTop: number, viewport: number): RowsInView {
  const start = Math.max(0, Math.min(count, Math.floor(scrollTop / height) - margin));
  const end = Math.min(count, Math.max(start, Math.ceil((scrollTop + viewport) / height) + margin));
  return { start, end, above: start * height, below: (count - end) * height };
}
