/** Chart.js's scales with the app's axes on them: where they are labelled, how, and in which colours. */
import type { Scale } from 'chart.js';
import type { Axis } from './axis.ts';
import type { Look } from './chart.ts';
import type { Extent } from './series.ts';

export interface Side extends Extent {
  readonly axis: Axis;
  readonly log: boolean;
}

/** Pixels between ticks, at least. */
export const TICK_X = 90;
export const TICK_Y = 36;
/** Between labels and axis. */
const PAD = 8;
/** Height of the x axis with its labels. */
const FOOT = 26;
export const LABEL = 11;

export function scaleOptions(side: Side, name: 'x' | 'y', { palette, font }: Look) {
  const { axis, from, to, log } = side;
  const ground = name === 'x';
  const border = palette.get('var(--border-strong)');
  return {
    type: log ? ('logarithmic' as const) : ('linear' as const),
    axis: name,
    ...{ min: from, max: to },
    // Ticks of durations, moments, whole numbers and shares, which Chart.js does not know; one way for all.
    afterBuildTicks: (scale: Scale) => {
      const length = ground ? scale.width : scale.height;
      const ticks = axis.ticks(from, to, Math.max(2, Math.floor(length / (ground ? TICK_X : TICK_Y))));
      scale.ticks = ticks.map((value) => ({ value }));
    },
    // Whole pixels, and as much room beside the axis as its labels need.
    afterFit: (scale: Scale) => {
      if (ground) {
        scale.height = Math.max(FOOT, Math.ceil(scale.height));
        scale.paddingLeft = Math.ceil(scale.paddingLeft);
        scale.paddingRight = Math.ceil(scale.paddingRight);
      } else {
        scale.width = Math.ceil(scale.width) - PAD;
        scale.paddingTop = scale.paddingBottom = 0;
      }
    },
    ticks: {
      ...{ color: palette.get('var(--text-3)'), font: { family: font, size: LABEL }, padding: PAD },
      ...{ autoSkip: false, maxRotation: 0, ...(ground && { padding: 3 }) },
      callback: (value: number | string, _index: number, all: readonly { value: number }[]) =>
        axis.tick(
          Number(value),
          all.map((tick) => tick.value),
        ),
    },
    border: { display: ground, color: border },
    grid: {
      ...{ color: palette.get('var(--grid-line)'), drawOnChartArea: !ground, drawTicks: ground },
      ...{ tickLength: ground ? 4 : 0, tickColor: border },
    },
  };
}
