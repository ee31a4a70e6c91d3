/**
 * A plugin of Chart.js for what follows the pointer: the crosshair with a point on each curve, and the part that is being
 * selected. They are on a canvas of their own over the chart's, so that moving them draws no curve anew.
 */
import type { Plugin } from 'chart.js';
import { drawPoint } from 'chart.js/helpers';
import { layoutOf, type Chart, type Look } from './chart.ts';
import type { Reading } from './readout.ts';

export interface Pointed {
  /** The crosshair's x, if it is in view, and the values there. */
  readonly at: number | null;
  readonly readings: readonly Reading[];
  /** Pixels between which the pointer is being dragged. */
  readonly selection: { readonly from: number; readonly to: number } | null;
}

const layers = new WeakMap<Chart, HTMLCanvasElement>();

export const pointerLayer: Plugin<'curves'> = {
  id: 'pointerLayer',
  start(chart) {
    const layer = document.createElement('canvas');
    layer.setAttribute('aria-hidden', 'true');
    chart.canvas.after(layer);
    layers.set(chart as Chart, layer);
  },
  stop(chart) {
    layers.get(chart as Chart)?.remove();
  },
};

/** Draws what is pointed at, and nothing of what was. */
export function point(chart: Chart, { at, readings, selection }: Pointed, { palette }: Look): void {
  const layer = layers.get(chart);
  const ctx = layer?.getContext('2d');
  if (!layer || !ctx) return;
  const { width, height } = chart.canvas;
  // Setting its size empties it too, but makes it anew.
  if (layer.width !== width || layer.height !== height) Object.assign(layer, { width, height });
  else ctx.reset();
  const ratio = chart.currentDevicePixelRatio;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  const { left, right, top, bottom, px, py } = layoutOf(chart);
  if (selection) {
    const [from, to] = [Math.min(selection.from, selection.to), Math.max(selection.from, selection.to)];
    ctx.fillStyle = palette.faint('var(--accent)', 12);
    ctx.strokeStyle = palette.faint('var(--accent)', 50);
    ctx.beginPath();
    ctx.rect(Math.max(left, from), top, Math.min(right, to) - Math.max(left, from), bottom - top);
    ctx.fill();
    ctx.stroke();
  }
  if (at === null) return;
  const x = Math.round(px(at)) + 0.5;
  ctx.strokeStyle = palette.get('var(--border-strong)');
  ctx.beginPath();
  ctx.moveTo(x, top);
  ctx.lineTo(x, bottom);
  ctx.stroke();
  ctx.strokeStyle = palette.get('var(--surface)');
  ctx.lineWidth = 1.5;
  for (const { series, x: where, y } of readings) {
    ctx.fillStyle = palette.get(series.color);
    drawPoint(ctx, { pointStyle: 'circle', radius: 3.5, borderWidth: 1.5 }, px(where), py(y));
  }
}
