/** The state that the first step starts from, where it is computed: of a label, or of what an encoder read. */
import type { Architecture } from '../../../engine/model/spec.ts';
import { bottomOf, leftOf, rightOf, topOf, type Box, type Part, type Sheet } from './drawing.ts';
import { TOKEN, VECTOR } from './inputs.ts';
import { line, TIP } from './paths.ts';
import { statesOf, stateShift, type Stack } from './stack.ts';

/** Width of its box, and room for that and the arrows to the first cells. */
export const INITIAL = { width: 44, room: 70 } as const;

/** A label in the place of a token, and its embedding over it. */
export function drawLabel(sheet: Sheet, x: number, label: string | null): Box {
  const token = sheet.box({
    key: 'label-token',
    kind: 'token',
    role: 'input',
    x,
    y: -TOKEN / 2,
    width: 76,
    height: TOKEN,
    text: label,
  });
  const words = sheet.box({ key: 'label-note', kind: 'note', x, y: -TOKEN - 11, width: 40, height: 18, text: 'label' });
  const y = words.y - 9 - 14 - VECTOR.height / 2;
  const box = sheet.box({ key: 'label-vector', kind: 'label', x, y, width: 46, height: VECTOR.height, text: label });
  sheet.edge('up', token, box, line([x, topOf(words)], [x, bottomOf(box) + TIP]));
  return box;
}

export interface Initial {
  readonly architecture: Architecture;
  readonly part: Part;
  readonly x: number;
  /** The layers whose first states it is. */
  readonly stack: Stack;
  /** What it is computed from, under it; null where others lead to it. */
  readonly from: Box | null;
  /** Upper and lower edge; by default the layers'. */
  readonly extent?: { readonly top: number; readonly bottom: number };
}

/** One box beside all layers, with an arrow to the first cell of each. The cell state of an LSTM starts from zero. */
export function drawInitial(sheet: Sheet, { architecture, part, x, stack, from, extent }: Initial): Box {
  const firsts = stack.rows.map(({ forward }) => forward[0]!);
  const { top, bottom } = extent ?? { top: topOf(firsts.at(-1)!), bottom: bottomOf(firsts[0]!) };
  const box = sheet.box({
    key: `${part}-initial`,
    kind: 'initial',
    part,
    x,
    y: (top + bottom) / 2,
    width: INITIAL.width,
    height: bottom - top,
    letter: firsts[0]!.letter,
  });
  if (from) sheet.edge('up', from, box, line([x, topOf(from)], [x, bottomOf(box) + TIP]));
  for (const first of firsts) {
    for (const state of statesOf(architecture)) {
      const y = first.y + stateShift(state, architecture);
      const end = leftOf(first) - TIP;
      if (state === 'h') {
        sheet.edge('h', box, first, line([rightOf(box), y], [end, y]));
        continue;
      }
      const zero = sheet.box({
        key: `${first.row}-zero`,
        kind: 'note',
        part,
        x: rightOf(box) + 7,
        y,
        width: 8,
        height: 12,
        text: '0',
      });
      sheet.edge('c', zero, first, line([rightOf(zero) + 1, y], [end, y]));
    }
  }
  return box;
}
