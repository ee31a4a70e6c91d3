/** Patterns of lines that can be told apart at a glance: lengths of dashes and gaps in pixels. The first is a solid line. */
export const dashPatterns: readonly (readonly number[])[] = [
  [],
  [7, 4],
  [2, 3],
  [10, 3, 2, 3],
  [14, 5],
  [5, 2, 2, 2, 2, 2],
];
