/** Which part of a map is in view, in pixels: a point p of the whole is drawn at scale · p + (x, y). Pure module. */

export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const whole: View = { scale: 1, x: 0, y: 0 };
const closest = 64;

/** Larger or smaller by a factor, what is at (x, y) staying there. */
export function zoomed(view: View, factor: number, x: number, y: number, size: Size): View {
  const scale = Math.min(closest, Math.max(1, view.scale * factor));
  const grown = scale / view.scale;
  return within({ scale, x: x - (x - view.x) * grown, y: y - (y - view.y) * grown }, size);
}

export function moved(view: View, dx: number, dy: number, size: Size): View {
  return within({ ...view, x: view.x + dx, y: view.y + dy }, size);
}

/** Moved no further than needed so that a point of the picture as it is drawn lies `margin` within it. */
export function revealed(view: View, x: number, y: number, margin: number, size: Size): View {
  const by = (at: number, room: number) => Math.max(0, margin - at) - Math.max(0, at - (room - margin));
  return moved(view, by(x, size.width), by(y, size.height), size);
}

/** Points [n,2] of the whole as they are drawn. */
export function drawn(points: Float32Array, { scale, x, y }: View): Float32Array {
  return points.map((value, i) => scale * value + (i % 2 === 0 ? x : y));
}

/** Never beyond the edges of the whole. */
function within({ scale, x, y }: View, { width, height }: Size): View {
  const clamp = (at: number, room: number) => Math.min(0, Math.max(room * (1 - scale), at));
  return { scale, x: clamp(x, width), y: clamp(y, height) };
}
