/** A line chart as it stands on the screen, as one scene with its title, legend and marks, and as the numbers behind it. */
import { visibleRange } from './decimate.ts';
import { dashOf, type Drawing, type Picture } from './line-scene.ts';
import { bestMarks } from './marks.ts';
import { Palette } from './palette.ts';
import type { Mark, Scene } from './scene.ts';
import { nameOf, type Series } from './series.ts';

export interface Capture {
  readonly title: string;
  readonly scene: Scene;
  /** CSS font family that the scene is written in. */
  readonly font: string;
  /** Comma-separated, with a heading. */
  readonly csv: string;
}

export interface Captured {
  readonly title: string;
  readonly xLabel: string;
  readonly picture: Picture;
  readonly drawing: Drawing;
  /** Where it stands: its colours and font. */
  readonly host: HTMLElement;
}

const PAD = 12;
const HEAD = 32;
const ROW = 20;
const SAMPLE = 22;
/** A longer legend is a list of names, which the CSV has. */
const MOST = 24;

export function captureOf({ title, xLabel, picture, drawing, host }: Captured): Capture {
  const palette = new Palette(host);
  const font = getComputedStyle(host).fontFamily;
  const context = document.createElement('canvas').getContext('2d')!;
  context.font = `400 12px ${font}`;
  const textWidth = (text: string) => context.measureText(text).width;
  const curves = picture.frame.curves.filter(({ series }) => !series.faint);
  const { width, height, marks } = drawing.scene;
  const text = { kind: 'text', size: 12 } as const;
  const legend = legendMarks(
    curves.map(({ series }) => series),
    { width, palette, textWidth },
  );
  const total = { width: width + 2 * PAD, height: HEAD + height + ROW + legend.height + PAD };
  const best = bestMarks(curves, drawing.layout).flatMap((mark): Mark[] => [
    {
      ...{ kind: 'circle', x: mark.x, y: mark.y, r: 4.5, fill: palette.get('var(--surface)') },
      ...{ stroke: palette.get(mark.color), width: 2.5 },
    },
    ...(mark.at
      ? [
          {
            ...({ kind: 'text', text: mark.label, x: mark.at.x, y: mark.at.y, size: 11, weight: 600 } as const),
            ...{ color: palette.get('var(--text)'), halo: palette.get('var(--surface)') },
          },
        ]
      : []),
  ]);
  const scene: Scene = {
    ...total,
    marks: [
      { kind: 'rect', x: 0, y: 0, ...total, fill: palette.get('var(--surface)') },
      { ...text, text: title, x: PAD, y: HEAD / 2, size: 14, weight: 600, color: palette.get('var(--text)') },
      { kind: 'group', dx: PAD, dy: HEAD, marks: [...marks, ...best] },
      {
        ...{ ...text, size: 11, text: xLabel, x: PAD + width - 16, y: HEAD + height + ROW / 2 - 4 },
        ...{ align: 'end', color: palette.get('var(--text-3)') },
      },
      { kind: 'group', dx: PAD, dy: HEAD + height + ROW, marks: legend.marks },
    ],
  };
  return { title, scene, font, csv: csvOf(picture, xLabel) };
}

function legendMarks(
  series: readonly Series[],
  { width, palette, textWidth }: { width: number; palette: Palette; textWidth: (text: string) => number },
): { marks: Mark[]; height: number } {
  const marks: Mark[] = [];
  const shown = series.length > MOST ? [] : series;
  let x = 0;
  let y = ROW / 2;
  for (const one of shown) {
    const name = nameOf(one);
    // A program without this font writes wider ones.
    const needed = SAMPLE + textWidth(name) * 1.15 + 16;
    if (x > 0 && x + needed > width) {
      x = 0;
      y += ROW;
    }
    const dash = dashOf(one.dash);
    marks.push({
      ...{ kind: 'line', x: [x, x + 16], y: [y, y], color: palette.get(one.color), width: 2 },
      ...(dash && { dash }),
    });
    marks.push({ kind: 'text', text: name, x: x + SAMPLE, y, size: 12, color: palette.get('var(--text-2)') });
    x += needed;
  }
  return { marks, height: shown.length > 0 ? y + ROW / 2 : 0 };
}

/** A scene on its ground, with a title above it. */
export function withTitle(scene: Scene, title: string, palette: Palette): Scene {
  const size = { width: scene.width + 2 * PAD, height: scene.height + HEAD + PAD };
  const head = { kind: 'text', text: title, x: PAD, y: HEAD / 2, size: 14, weight: 600 } as const;
  return {
    ...size,
    marks: [
      { kind: 'rect', x: 0, y: 0, ...size, fill: palette.get('var(--surface)') },
      { ...head, color: palette.get('var(--text)') },
      { kind: 'group', dx: PAD, dy: HEAD, marks: scene.marks },
    ],
  };
}

/** A row for every point in view: as drawn, and as it was measured. */
function csvOf({ frame }: Picture, xLabel: string): string {
  const rows = [['curve', xLabel, 'value', 'measured', 'lowest', 'highest', 'measurements']];
  for (const { series, y } of frame.curves) {
    const [start, end] = visibleRange(series.x, frame.x);
    const spread = series.band ?? series.extremes;
    for (let i = start; i < end; i++) {
      if (series.x[i]! < frame.x.from || series.x[i]! > frame.x.to) continue;
      rows.push([
        nameOf(series),
        ...[series.x[i], y[i], series.y[i], spread?.low[i] ?? series.y[i], spread?.high[i] ?? series.y[i]].map(cell),
        cell(series.count ? series.count[i] : 1),
      ]);
    }
  }
  return toCsv(rows);
}

function cell(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '' : String(value);
}

/** RFC 4180: fields with commas, quotation marks or line ends are quoted, lines end in CR LF. */
export function toCsv(rows: readonly (readonly string[])[]): string {
  const field = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(field).join(',') + '\r\n').join('');
}
