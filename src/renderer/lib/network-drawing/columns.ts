/** Time steps side by side: the first ones and the last, as many as there is room for. */

/** One place in time. */
export interface Column {
  /** Stays the same while settings change, so that what is drawn can move: `t1`, `t2`, …, `gap`, `last`. */
  readonly key: string;
  /** The time step in a formula, `1` or `T`; null in the gap. */
  readonly step: string | null;
  /** Zero-based position in the sequence; null in the gap. */
  readonly position: number | null;
  readonly x: number;
}

/** A column where there is a step. */
export interface StepColumn extends Column {
  readonly step: string;
  readonly position: number;
}

/** Distance of columns, at least and at most; columns shown, at most. */
export const PITCH = 76;
export const WIDEST_PITCH = 132;
const MOST_COLUMNS = 8;

type Slot = Omit<Column, 'x'>;

/**
 * Steps in `room` slots, of which a gap takes one.
 * @param last the name of the last step, where some are left out
 */
export function slotsOf(steps: number, room: number, last: string): Slot[] {
  const first = steps <= room ? steps : room - 2;
  const slots = Array.from({ length: first }, (_, i): Slot => ({ key: `t${i + 1}`, step: String(i + 1), position: i }));
  if (first < steps) {
    slots.push({ key: 'gap', step: null, position: null }, { key: 'last', step: last, position: steps - 1 });
  }
  return slots;
}

/** x₁ x₂ x₃ … x_T between two margins. Few steps do not spread over the whole width. */
export function columnsOf(steps: number, from: number, to: number): Column[] {
  const room = Math.max(4, Math.min(MOST_COLUMNS, Math.floor((to - from) / PITCH)));
  const slots = slotsOf(steps, room, 'T');
  const pitch = Math.min((to - from) / slots.length, WIDEST_PITCH);
  const start = from + Math.max(0, to - from - pitch * slots.length) / 2;
  return slots.map((slot, i) => ({ ...slot, x: start + pitch * (i + 0.5) }));
}

export function isStep(column: Column): column is StepColumn {
  return column.step !== null;
}

/** Distance of the first two columns. */
export function pitchOf(columns: readonly Column[]): number {
  return columns.length > 1 ? columns[1]!.x - columns[0]!.x : PITCH;
}
