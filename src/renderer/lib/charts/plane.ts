/** Two axes as marks, and what stands where between them. */
import type { Axis } from './axis.ts';
import type { Palette } from './palette.ts';
import type { Mark } from './scene.ts';
import type { Extent } from './series.ts';

/** Where things are, in CSS pixels from the drawing's corner. */
export interface Layout {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly px: (x: number) => number;
  readonly py: (y: number) => number;
  /** Value of x at a horizontal pixel, of y at a vertical one. */
  readonly at: (px: number) => number;
  readonly valueAt: (py: number) => number;
}

export interface Surface {
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
  /** Width of a label of the axes. */
  readonly textWidth: (text: string) => number;
}

export interface Side extends Extent {
  readonly axis: Axis;
  readonly log: boolean;
}

/** Pixels between ticks, at least. */
const TICK_X = 90;
const TICK_Y = 36;
const LABEL = 11;
const PAD = 8;
const MARGIN = { top: 8, right: 16, bottom: 26 };

export function planeOf(across: Side, up: Side, surface: Surface): { layout: Layout; marks: Mark[] } {
  const { width, height, palette, textWidth } = surface;
  const yTicks = up.axis.ticks(up.from, up.to, count(height - MARGIN.top - MARGIN.bottom, TICK_Y));
  const yLabels = yTicks.map((tick) => up.axis.tick(tick, yTicks));
  const left = Math.ceil(Math.max(0, ...yLabels.map(textWidth))) + PAD;
  const box = {
    left: Math.min(left, width / 2),
    right: Math.max(width / 2, width - MARGIN.right),
    top: MARGIN.top,
    bottom: Math.max(MARGIN.top + 1, height - MARGIN.bottom),
  };
  const x = scale(across, box.left, box.right);
  const y = scale(up, box.bottom, box.top);
  const layout: Layout = { ...box, px: x.to, py: y.to, at: x.back, valueAt: y.back };

  const marks: Mark[] = [];
  const label = { kind: 'text', size: LABEL, color: palette.get('var(--text-3)') } as const;
  const grid = palette.get('var(--grid-line)');
  yTicks.forEach((tick, i) => {
    const py = Math.round(layout.py(tick)) - 0.5;
    marks.push({ kind: 'line', x: [box.left, box.right], y: [py, py], color: grid, width: 1 });
    marks.push({ ...label, text: yLabels[i]!, x: box.left - PAD, y: py, align: 'end' });
  });
  const border = palette.get('var(--border-strong)');
  const base = Math.round(box.bottom) + 0.5;
  marks.push({ kind: 'line', x: [box.left, box.right], y: [base, base], color: border, width: 1 });
  const xTicks = across.axis.ticks(across.from, across.to, count(box.right - box.left, TICK_X));
  for (const tick of xTicks) {
    const px = Math.round(layout.px(tick)) + 0.5;
    marks.push({ kind: 'line', x: [px, px], y: [base, base + 4], color: border, width: 1 });
    const text = across.axis.tick(tick, xTicks);
    const half = textWidth(text) / 2;
    marks.push({ ...label, text, x: Math.min(width - half, Math.max(half, px)), y: base + 15, align: 'middle' });
  }
  return { layout, marks };
}

function count(pixels: number, least: number): number {
  return Math.max(2, Math.floor(pixels / least));
}

function scale({ from, to, log }: Side, start: number, end: number) {
  const [low, high] = log ? [Math.log(from), Math.log(to)] : [from, to];
  const factor = (end - start) / (high - low);
  const forward = (value: number) => start + ((log ? Math.log(value) : value) - low) * factor;
  const back = (pixel: number) => {
    const value = low + (pixel - start) / factor;
    return log ? Math.exp(value) : value;
  };
  return { to: forward, back };
}
