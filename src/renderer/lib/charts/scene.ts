/** A drawing as plain marks in pixels: painted on a canvas for the screen, written as SVG for export, the same either way. */

export interface LineMark {
  readonly kind: 'line';
  /** Pixels; a point with y = NaN interrupts the line. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly color: string;
  readonly width: number;
  readonly dash?: readonly number[];
}

/** The area between two lines over the same x. */
export interface AreaMark {
  readonly kind: 'area';
  readonly x: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly color: string;
}

export interface CircleMark {
  readonly kind: 'circle';
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly fill: string;
  readonly stroke?: string;
  readonly width?: number;
}

export interface TextMark {
  readonly kind: 'text';
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly color: string;
  readonly weight?: number;
  readonly align?: 'start' | 'middle' | 'end';
  /** Drawn around it, to set it off from lines. */
  readonly halo?: string;
}

export interface RectMark {
  readonly kind: 'rect';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fill: string;
}

/** Marks drawn elsewhere, or of which only what lies inside a box is seen. */
export interface GroupMark {
  readonly kind: 'group';
  /** Moved by so much. */
  readonly dx?: number;
  readonly dy?: number;
  readonly clip?: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
  readonly marks: readonly Mark[];
}

export type Mark = LineMark | AreaMark | CircleMark | TextMark | RectMark | GroupMark;

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Mark[];
}

/** The middle of a line of text is so many font sizes above its baseline. */
const MIDDLE = 0.35;

/** Paints in CSS pixels: the context is already scaled for the screen. */
export function paint(context: CanvasRenderingContext2D, scene: Scene, font: string): void {
  context.clearRect(0, 0, scene.width, scene.height);
  for (const mark of scene.marks) paintMark(context, mark, font);
}

function paintMark(context: CanvasRenderingContext2D, mark: Mark, font: string): void {
  switch (mark.kind) {
    case 'line':
      return paintLine(context, mark);
    case 'area':
      return paintArea(context, mark);
    case 'circle':
      context.beginPath();
      context.arc(mark.x, mark.y, mark.r, 0, 2 * Math.PI);
      context.fillStyle = mark.fill;
      context.fill();
      if (mark.stroke) {
        context.setLineDash([]);
        context.strokeStyle = mark.stroke;
        context.lineWidth = mark.width ?? 1;
        context.stroke();
      }
      return;
    case 'text':
      return paintText(context, mark, font);
    case 'rect':
      context.fillStyle = mark.fill;
      context.fillRect(mark.x, mark.y, mark.width, mark.height);
      return;
    case 'group': {
      context.save();
      context.translate(mark.dx ?? 0, mark.dy ?? 0);
      if (mark.clip) {
        const { left, top, right, bottom } = mark.clip;
        context.beginPath();
        context.rect(left, top, right - left, bottom - top);
        context.clip();
      }
      for (const one of mark.marks) paintMark(context, one, font);
      context.restore();
    }
  }
}

function paintLine(context: CanvasRenderingContext2D, { x, y, color, width, dash }: LineMark): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineJoin = width > 1 ? 'round' : 'bevel';
  context.setLineDash((dash ?? []) as number[]);
  context.beginPath();
  let drawing = false;
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(y[i])) drawing = false;
    else if (drawing) context.lineTo(x[i]!, y[i]!);
    else {
      context.moveTo(x[i]!, y[i]!);
      drawing = true;
    }
  }
  context.stroke();
}

function paintArea(context: CanvasRenderingContext2D, { x, low, high, color }: AreaMark): void {
  context.fillStyle = color;
  context.beginPath();
  for (let i = 0; i < x.length; i++) context.lineTo(x[i]!, high[i]!);
  for (let i = x.length - 1; i >= 0; i--) context.lineTo(x[i]!, low[i]!);
  context.fill();
}

function paintText(context: CanvasRenderingContext2D, mark: TextMark, font: string): void {
  context.font = `${mark.weight ?? 400} ${mark.size}px ${font}`;
  context.textAlign = mark.align === 'middle' ? 'center' : (mark.align ?? 'start');
  context.textBaseline = 'alphabetic';
  const baseline = mark.y + mark.size * MIDDLE;
  if (mark.halo) {
    context.setLineDash([]);
    context.lineJoin = 'round';
    context.lineWidth = 4;
    context.strokeStyle = mark.halo;
    context.strokeText(mark.text, mark.x, baseline);
  }
  context.fillStyle = mark.color;
  context.fillText(mark.text, mark.x, baseline);
}

/** The scene as an SVG document. @param prefix of the ids in it, where several stand in one page */
export function toSvg(scene: Scene, font: string, prefix = ''): string {
  let clips = 0;
  const write = (mark: Mark): string => {
    switch (mark.kind) {
      case 'line': {
        const dash = mark.dash?.length ? ` stroke-dasharray="${mark.dash.join(' ')}"` : '';
        return `<path d="${pathOf(mark.x, mark.y)}" fill="none" stroke="${escape(mark.color)}" stroke-width="${mark.width}" stroke-linejoin="round"${dash}/>`;
      }
      case 'area': {
        const { x, low, high } = mark;
        const back = [...x].reverse();
        const d = `${pathOf(x, high)}${pathOf(back, [...low].reverse()).replace('M', 'L')}Z`;
        return `<path d="${d}" fill="${escape(mark.color)}"/>`;
      }
      case 'circle': {
        const stroke = mark.stroke ? ` stroke="${escape(mark.stroke)}" stroke-width="${mark.width ?? 1}"` : '';
        return `<circle cx="${short(mark.x)}" cy="${short(mark.y)}" r="${mark.r}" fill="${escape(mark.fill)}"${stroke}/>`;
      }
      case 'text': {
        const halo = mark.halo
          ? ` stroke="${escape(mark.halo)}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"`
          : '';
        return `<text x="${short(mark.x)}" y="${short(mark.y + mark.size * MIDDLE)}" font-size="${mark.size}" font-weight="${mark.weight ?? 400}" text-anchor="${mark.align ?? 'start'}" fill="${escape(mark.color)}"${halo}>${escape(mark.text)}</text>`;
      }
      case 'rect':
        return `<rect x="${short(mark.x)}" y="${short(mark.y)}" width="${short(mark.width)}" height="${short(mark.height)}" fill="${escape(mark.fill)}"/>`;
      case 'group': {
        const moved = mark.dx || mark.dy ? ` transform="translate(${short(mark.dx ?? 0)} ${short(mark.dy ?? 0)})"` : '';
        if (!mark.clip) return `<g${moved}>${mark.marks.map(write).join('')}</g>`;
        const { left, top, right, bottom } = mark.clip;
        const id = `${prefix}clip-${++clips}`;
        const box = `<rect x="${short(left)}" y="${short(top)}" width="${short(right - left)}" height="${short(bottom - top)}"/>`;
        return `<clipPath id="${id}">${box}</clipPath><g clip-path="url(#${id})"${moved}>${mark.marks.map(write).join('')}</g>`;
      }
    }
  };
  const { width, height } = scene;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escape(font)}">${scene.marks.map(write).join('')}</svg>`;
}

function pathOf(x: readonly number[], y: readonly number[]): string {
  const parts: string[] = [];
  let drawing = false;
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(y[i])) {
      drawing = false;
      continue;
    }
    parts.push(`${drawing ? 'L' : 'M'}${short(x[i]!)} ${short(y[i]!)}`);
    drawing = true;
  }
  return parts.join('');
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it may stand in XML and HTML, also inside quotation marks. */
export function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (char) => entities[char]!);
}
