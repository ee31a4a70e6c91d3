/** What stands in for a page: a canvas that writes down what is asked of its context, and colours as they are named. */
import { BasicPlatform, Chart, type Look } from '../../../../src/renderer/lib/charts/chart.ts';
import { Palette } from '../../../../src/renderer/lib/charts/palette.ts';
import type { ChartConfiguration, ChartType } from 'chart.js';

class PlainPalette extends Palette {
  constructor() {
    super(null as unknown as HTMLElement);
  }
  override get(css: string): string {
    return css;
  }
}

export const look: Look = { palette: new PlainPalette(), font: 'Inter' };

export interface Call {
  readonly method: string;
  readonly args: readonly unknown[];
  /** Of the context when it was called. */
  readonly strokeStyle: unknown;
  readonly fillStyle: unknown;
}

/** The chart as Chart.js lays it out for this size, and everything it paints. Each letter is six pixels wide. */
export function drawn<T extends ChartType>(config: ChartConfiguration<T>, { width = 400, height = 200 } = {}) {
  const calls: Call[] = [];
  const canvas = { width, height, getContext: () => context };
  const state: Record<string, unknown> = { canvas, measureText: (text: string) => ({ width: text.length * 6 }) };
  const context: unknown = new Proxy(state, {
    get: (_, name: string) =>
      name in state
        ? state[name]
        : (...args: unknown[]) => {
            const { strokeStyle, fillStyle } = state;
            calls.push({ method: name, args, strokeStyle, fillStyle });
          },
    set: (_, name: string, value) => {
      state[name] = value;
      return true;
    },
  });
  const options = { ...config.options, responsive: false, devicePixelRatio: 1 } as ChartConfiguration<T>['options'];
  const chart = new Chart<T>(canvas as unknown as HTMLCanvasElement, { ...config, options, platform: BasicPlatform });
  return { chart, calls };
}
