/** Captured charts as files: one picture, or one table, of all of them. */
import { toCsv, type Capture } from './capture.ts';
import { BasicPlatform, Chart } from './chart.ts';

/** Pixels of a picture for each of the screen's. */
const SCALE = 2;

/** The chart as an SVG element. */
export async function svgText({ width, height, config }: Capture): Promise<string> {
  const { Element } = await import('svgcanvas');
  const canvas = new Element({ width, height });
  const chart = new Chart(canvas as unknown as HTMLCanvasElement, { ...config(), platform: BasicPlatform });
  const text = canvas.getContext('2d').getSerializedSvg();
  chart.destroy();
  // Its coordinates have up to 17 digits. Four are needed: svgcanvas writes circles as arcs that end just beside where they begin.
  return text.replaceAll(/\d+\.\d{5,}/g, (digits) => String(Math.round(Number(digits) * 1e4) / 1e4));
}

/** The charts one above the other. */
export async function svgOf(captures: readonly Capture[]): Promise<Blob> {
  const { width, height, places } = stacked(captures);
  const parts: string[] = [];
  for (const { capture, y } of places) parts.push((await svgText(capture)).replace('<svg', `<svg y="${y}"`));
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return new Blob([`<svg xmlns="http://www.w3.org/2000/svg" ${size}>${parts.join('')}</svg>`], {
    type: 'image/svg+xml',
  });
}

/** The charts one above the other. @throws Error where the picture is too large for a canvas */
export function pngOf(captures: readonly Capture[]): Promise<Blob> {
  const { width, height, places } = stacked(captures);
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: Math.ceil(width * SCALE), height: Math.ceil(height * SCALE) });
  const context = canvas.getContext('2d')!;
  for (const { capture, y } of places) {
    const own = Object.assign(document.createElement('canvas'), { width: capture.width, height: capture.height });
    const config = capture.config();
    const options = { ...config.options, devicePixelRatio: SCALE };
    const chart = new Chart(own, { ...config, options, platform: BasicPlatform });
    context.drawImage(own, 0, y * SCALE);
    chart.destroy();
  }
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The picture is too large to be made.'))),
      'image/png',
    ),
  );
}

/** The charts' tables; of several, each row says which chart it is of. */
export function csvOf(captures: readonly Capture[]): Blob {
  const [first] = captures;
  const text =
    captures.length === 1 && first ? first.csv : captures.map(({ title, csv }) => toCsv([[title]]) + csv).join('\r\n');
  return new Blob([text], { type: 'text/csv' });
}

function stacked(captures: readonly Capture[]) {
  let height = 0;
  const places = captures.map((capture) => {
    const y = height;
    height += capture.height;
    return { capture, y };
  });
  return { width: Math.max(0, ...captures.map(({ width }) => width)), height, places };
}
