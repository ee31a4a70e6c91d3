/** Which part of x is in view, and how it changes. Null stands for everything. */
import { clampTo, type Extent } from './series.ts';

/** Narrower than this share of everything nothing can be told apart. */
const NARROWEST = 1e-4;

const forward = (x: number, log: boolean) => (log ? Math.log(x) : x);
const back = (u: number, log: boolean) => (log ? Math.exp(u) : u);

/** Everything within rounding is everything. */
function orNull(view: Extent, full: Extent, log: boolean): Extent | null {
  const [a, b] = [forward(full.from, log), forward(full.to, log)];
  const slack = (b - a) * 1e-6;
  const whole = forward(view.from, log) <= a + slack && forward(view.to, log) >= b - slack;
  return whole ? null : clampTo(view, full);
}

/** Narrows (`factor` < 1) or widens the view, keeping `at` where it is on the screen. */
export function zoomAround(view: Extent, full: Extent, at: number, factor: number, log: boolean): Extent | null {
  const [from, to, centre] = [view.from, view.to, at].map((x) => forward(x, log)) as [number, number, number];
  const span = forward(full.to, log) - forward(full.from, log);
  const scale = Math.max(factor, (span * NARROWEST) / (to - from));
  return orNull(
    { from: back(centre - (centre - from) * scale, log), to: back(centre + (to - centre) * scale, log) },
    full,
    log,
  );
}

/** Moves the view by a share of its width, as far as there is something to see. */
export function pan(view: Extent, full: Extent, share: number, log: boolean): Extent | null {
  const [from, to] = [forward(view.from, log), forward(view.to, log)];
  const least = forward(full.from, log) - from;
  const most = forward(full.to, log) - to;
  const by = Math.min(most, Math.max(least, (to - from) * share));
  return orNull({ from: back(from + by, log), to: back(to + by, log) }, full, log);
}

/** The view between two points, in either order; null if they are too close to mean anything. */
export function between(a: number, b: number, full: Extent, log: boolean): Extent | null {
  const view = { from: Math.min(a, b), to: Math.max(a, b) };
  const span = forward(full.to, log) - forward(full.from, log);
  if (!(forward(view.to, log) - forward(view.from, log) > span * NARROWEST)) return null;
  return orNull(view, full, log);
}
