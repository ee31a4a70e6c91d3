/** Captured charts as files: one picture, or one table, of all of them. */
import { toCsv, type Capture } from './capture.ts';
import { paint, toSvg, type Mark, type Scene } from './scene.ts';

/** Pixels of a picture for each of the screen's. */
const SCALE = 2;

/** The charts one above the other. */
export function stacked(captures: readonly Capture[]): Scene {
  let height = 0;
  const marks: Mark[] = [];
  for (const { scene } of captures) {
    marks.push({ kind: 'group', dy: height, marks: scene.marks });
    height += scene.height;
  }
  return { width: Math.max(0, ...captures.map(({ scene }) => scene.width)), height, marks };
}

export function svgOf(captures: readonly Capture[]): Blob {
  return new Blob([toSvg(stacked(captures), captures[0]?.font ?? 'sans-serif')], { type: 'image/svg+xml' });
}

/** @throws Error where the picture is too large for a canvas */
export function pngOf(captures: readonly Capture[]): Promise<Blob> {
  const scene = stacked(captures);
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(scene.width * SCALE);
  canvas.height = Math.ceil(scene.height * SCALE);
  const context = canvas.getContext('2d')!;
  context.scale(SCALE, SCALE);
  paint(context, scene, captures[0]?.font ?? 'sans-serif');
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
