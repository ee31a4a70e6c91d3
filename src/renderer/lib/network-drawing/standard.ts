/** The standard network: one step, layer on layer. */
import type { Architecture } from '../../../engine/model/spec.ts';
import { bottomOf, GUTTER, Sheet, topOf, type Box, type Drawing } from './drawing.ts';
import { answerOnce } from './head.ts';
import { TOKEN, VECTOR } from './inputs.ts';
import type { NetworkData } from './layout.ts';
import { line, TIP } from './paths.ts';
import { layerKey, shownLayers } from './stack.ts';

const MARGIN = 16;
const HIDDEN = { height: 34, room: 30 } as const;

export function layOutStandard(a: Architecture, data: NetworkData, width: number): Drawing {
  const sheet = new Sheet();
  const room = width - GUTTER - MARGIN;
  const x = GUTTER + room / 2;
  let below = inputs(sheet, data.columns?.inputs ?? [], x, room);
  for (const layer of shownLayers(a.layers, 4)) {
    const y = topOf(below) - (layer === null ? 20 : HIDDEN.room + HIDDEN.height / 2);
    const key = layer === null ? 'more' : layerKey(layer, a.layers);
    const box =
      layer === null
        ? sheet.box({ key: 'network-more', kind: 'dots', x, y, width: 14, height: 12, text: '⋮' })
        : sheet.box({ key: `network-hidden-${key}`, kind: 'hidden', x, y, width: 200, height: HIDDEN.height, layer });
    // Dropped after each hidden layer; inputs are not.
    if (layer !== null && layer > 1 && a.dropout > 0) {
      const middle = (topOf(below) + bottomOf(box)) / 2;
      sheet.dropout(`network-${key}`, x, middle);
      sheet.name('dropout', middle, layer);
    }
    sheet.edge(
      'up',
      below,
      box,
      line([x, topOf(below)], [x, bottomOf(box) + (layer === null ? 0 : TIP)]),
      layer !== null,
    );
    sheet.name(layer === null ? 'more-layers' : 'hidden', y, layer);
    below = box;
  }
  answerOnce(sheet, {
    architecture: a,
    below,
    drops: a.dropout > 0,
    targets: a.predicts === 'value' ? (data.columns?.targets ?? data.targets) : data.targets,
    labels: a.predicts === 'class' ? data.labels : null,
    horizon: 0,
    from: GUTTER,
    to: width - MARGIN,
  });
  return sheet.finish(width);
}

/** The columns by their names, and the vector of their numbers. */
function inputs(sheet: Sheet, names: readonly string[], x: number, room: number): Box {
  const fits = Math.max(3, Math.min(6, Math.floor(room / 92)));
  const shown: readonly (string | null)[] =
    names.length <= fits ? names : [...names.slice(0, fits - 2), null, names.at(-1)!];
  const pitch = Math.min(110, room / Math.max(1, shown.length));
  const count = Math.max(1, shown.length);
  const y = -TOKEN - 22 - VECTOR.height / 2;
  const box = sheet.box({
    key: 'network-vector:t1',
    kind: 'vector',
    x,
    y,
    width: Math.max(90, (count - 1) * pitch + 60),
    height: VECTOR.height,
    text: names.join(' '),
  });
  shown.forEach((text, i) => {
    const at = { key: `network-token:${i}`, row: 'network-token', x: x + (i - (count - 1) / 2) * pitch, y: -TOKEN / 2 };
    if (text === null) {
      sheet.box({ ...at, kind: 'dots', width: 14, height: 12, text: '⋯' });
      return;
    }
    const token = sheet.box({ ...at, kind: 'token', role: 'input', width: pitch - 10, height: TOKEN, text });
    sheet.edge('up', token, box, line([token.x, topOf(token)], [token.x, bottomOf(box) + TIP]));
  });
  sheet.name('input', -TOKEN / 2);
  sheet.name('vector', y);
  return box;
}
