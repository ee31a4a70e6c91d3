/** Finding a line in a text. */

export interface AroundLine {
  readonly before: string;
  /** Without its line end. */
  readonly line: string;
  readonly after: string;
}

/** A text cut around its line number `line`, counted from 1; null where it has fewer lines. */
export function aroundLine(text: string, line: number): AroundLine | null {
  let from = 0;
  for (let at = 1; at < line; at++) {
    const end = text.indexOf('\n', from);
    if (end < 0) return null;
    from = end + 1;
  }
  const end = text.indexOf('\n', from);
  const to = end < 0 ? text.length : end;
  return { before: text.slice(0, from), line: text.slice(from, to), after: text.slice(to) };
}
