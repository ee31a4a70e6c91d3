import { describe, expect, it } from 'vitest';
import { toCsv } from '../../../../src/renderer/lib/charts/capture.ts';
import { yAxis, xAxis } from '../../../../src/renderer/lib/charts/axis.ts';
import { dashPatterns } from '../../../../src/renderer/lib/charts/dashes.ts';
import { lineScene } from '../../../../src/renderer/lib/charts/line-scene.ts';
import { Palette } from '../../../../src/renderer/lib/charts/palette.ts';
import { stacked } from '../../../../src/renderer/lib/charts/picture-files.ts';
import type { Surface } from '../../../../src/renderer/lib/charts/plane.ts';
import { ramp } from '../../../../src/renderer/lib/charts/ramp.ts';
import { toSvg, type LineMark, type Mark, type Scene } from '../../../../src/renderer/lib/charts/scene.ts';
import { frameOf, type Series } from '../../../../src/renderer/lib/charts/series.ts';
import { clockTick, clockTicks } from '../../../../src/renderer/lib/charts/ticks.ts';

/** Colours as they are named: there is no page to resolve them. */
class PlainPalette extends Palette {
  constructor() {
    super(null as unknown as HTMLElement);
  }
  override get(css: string): string {
    return css;
  }
}

const surface: Surface = { width: 400, height: 200, palette: new PlainPalette(), textWidth: (text) => text.length * 6 };

function draw(series: readonly Series[], { smoothing = 0, logY = false, clip = false } = {}) {
  const options = { smoothing, geometric: false, logX: false, logY, clip, zoom: null, xMax: null };
  const frame = frameOf(series, options)!;
  return lineScene({ frame, xAxis: xAxis('step', false), yAxis: yAxis(logY, String), logX: false, logY }, surface);
}

function linesOf(scene: Scene): LineMark[] {
  const group = scene.marks.find((mark) => mark.kind === 'group')!;
  return (group as { marks: readonly Mark[] }).marks.filter((mark) => mark.kind === 'line');
}

const long = Array.from({ length: 10_000 }, (_, i) => i);
const noisy = long.map((i) => Math.sin(i * 12.9898) * (i % 997 === 0 ? 3 : 1));
const series = (more: Partial<Series> = {}): Series => ({
  id: 'a',
  label: 'a',
  color: 'red',
  x: long,
  y: noisy,
  ...more,
});

describe('a chart', () => {
  it('draws the extremes of long curves, and says of how many points', () => {
    const { scene, layout, drawn, measured } = draw([series()]);
    const [line] = linesOf(scene);
    expect(Math.min(...line!.y)).toBeCloseTo(layout.py(Math.max(...noisy)), 6);
    expect(Math.max(...line!.y)).toBeCloseTo(layout.py(Math.min(...noisy)), 6);
    expect(measured).toBe(10_000);
    expect(drawn).toBe(line!.x.length);
    expect(drawn).toBeLessThanOrEqual(4 * 400);
  });
  it('draws the extremes of points that are means of many', () => {
    const means = { x: [0, 1, 2], y: [1, 2, 1.5], extremes: { low: [0, 1, 1], high: [3, 5, 2] }, count: [10, 10, 4] };
    const { scene, layout, measured } = draw([series(means)]);
    const [line] = linesOf(scene);
    expect(line!.y.map((py) => Math.abs(Math.round(layout.valueAt(py))))).toEqual([0, 3, 1, 5, 2, 1]);
    expect(measured).toBe(24);
  });
  it('draws the smoothed curve over the measured one', () => {
    const lines = linesOf(draw([series()], { smoothing: 0.9 }).scene);
    expect(lines.map(({ color }) => color.includes('transparent'))).toEqual([true, false]);
  });
  it('breaks off where a logarithm has no value', () => {
    const { scene } = draw([series({ x: [0, 1, 2, 3], y: [1, 0, 2, 4] })], { logY: true });
    expect(linesOf(scene)[0]!.y.map(Number.isNaN)).toEqual([false, true, false, false]);
  });
  it('leaves outliers out of its axis', () => {
    const spiked = noisy.map((value, i) => (i === 5000 ? 1000 : value));
    const top = (clip: boolean) => draw([series({ y: spiked })], { clip }).layout.valueAt(8);
    expect(top(false)).toBeGreaterThan(1000);
    expect(top(true)).toBeLessThan(10);
  });
  it('draws a band as an area', () => {
    const band = { low: [0, 1], high: [4, 5] };
    const group = draw([series({ x: [0, 1], y: [2, 3], band })]).scene.marks.find((mark) => mark.kind === 'group');
    expect((group as { marks: readonly Mark[] }).marks[0]).toMatchObject({ kind: 'area' });
  });
});

describe('an SVG', () => {
  it('has everything that is drawn, with its text escaped', () => {
    const scene: Scene = {
      width: 100,
      height: 50,
      marks: [
        { kind: 'text', text: '<b> & "c"', x: 1, y: 2, size: 10, color: 'black' },
        { kind: 'line', x: [0, 1, 2, 3], y: [0, 1, NaN, 3], color: 'red', width: 1, dash: dashPatterns[1]! },
        {
          ...{ kind: 'group', dx: 5, dy: 6, clip: { left: 0, top: 0, right: 10, bottom: 10 } },
          marks: [{ kind: 'circle', x: 1, y: 1, r: 2, fill: 'blue' }],
        },
      ],
    };
    const svg = toSvg(scene, 'Inter', 'p-');
    expect(svg).toContain('&lt;b&gt; &amp; &quot;c&quot;');
    expect(svg).toContain('d="M0 0L1 1M3 3"');
    expect(svg).toContain('stroke-dasharray="7 4"');
    expect(svg).toContain('<clipPath id="p-clip-1">');
    expect(svg).toContain('transform="translate(5 6)"');
    const capture = { title: 't', font: 'Inter', csv: '', scene };
    expect(stacked([capture, capture])).toMatchObject({ width: 100, height: 100 });
  });
});

describe('numbers', () => {
  it('are quoted where they must be', () => {
    expect(
      toCsv([
        ['a,b', 'say "c"'],
        ['1', '2'],
      ]),
    ).toBe('"a,b","say ""c"""\r\n1,2\r\n');
  });
});

describe('a scale of colours', () => {
  it('goes from end to end, and stays visible on its ground', () => {
    expect(ramp(0, false)).toBe('rgb(68 1 84)');
    expect(ramp(1, true)).toBe('rgb(181 222 43)');
    expect(ramp(-1, true)).toBe(ramp(0, true));
    expect(ramp(0, true)).not.toBe(ramp(0, false));
  });
});

describe('the clock', () => {
  it('is labelled at round hours, and with the day at midnight', () => {
    const day = new Date(2026, 10, 3).getTime();
    const ticks = clockTicks(day + 20 * 3600_000, day + 28 * 3600_000, 5);
    expect(ticks.map((tick) => clockTick(tick, ticks))).toEqual(['20:00', '22:00', '4 Nov', '02:00', '04:00']);
  });
});
