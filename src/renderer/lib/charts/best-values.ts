/** A plugin of Chart.js that marks the best value of each curve, with its label where there is room. */
import type { Plugin } from 'chart.js';
import { drawPoint, renderText, toFont } from 'chart.js/helpers';
import { layoutOf, type Chart, type Look } from './chart.ts';
import { bestMarks } from './marks.ts';
import { LABEL } from './scales.ts';
import type { Curve } from './series.ts';

const RADIUS = 4.5;

export function bestValues(curves: readonly Curve[], { palette, font }: Look): Plugin<'curves'> {
  return {
    id: 'bestValues',
    afterDatasetsDraw(chart) {
      const { ctx } = chart;
      const surface = palette.get('var(--surface)');
      for (const mark of bestMarks(curves, layoutOf(chart as Chart))) {
        ctx.save();
        Object.assign(ctx, { fillStyle: surface, strokeStyle: palette.get(mark.color), lineWidth: 2.5 });
        drawPoint(ctx, { pointStyle: 'circle', radius: RADIUS, borderWidth: 2.5 }, mark.x, mark.y);
        ctx.restore();
        if (!mark.at) continue;
        renderText(ctx, mark.label, mark.at.x, mark.at.y, toFont({ family: font, size: LABEL, weight: 600 }), {
          ...{ color: palette.get('var(--text)'), textAlign: 'left', textBaseline: 'middle' },
          ...{ strokeColor: surface, strokeWidth: 4 },
        });
      }
    },
  };
}
