/** Context vectors over an encoder and a decoder, and where they enter: after the cell (Luong) or before it (Bahdanau). */
import { isStep, type Column } from './columns.ts';
import { bottomOf, leftOf, rightOf, topOf, type Box, type Sheet } from './drawing.ts';
import { elbow, line, TIP } from './paths.ts';
import type { Stack } from './stack.ts';

export interface AttentionRows {
  readonly kind: 'luong' | 'bahdanau';
  readonly encoded: Stack;
  readonly decoded: Stack;
  readonly decoder: readonly Column[];
  /** Distance of the decoder's columns: a context stands half of it before its step. */
  readonly pitch: number;
  /** The state that the decoder starts from. */
  readonly initial: Box;
  /** What the decoder's lowest layer reads, by column. */
  readonly entries: ReadonlyMap<string, Box>;
}

/** Room for the lines from the encoder's outputs: at least, and more for each column, for the lines get long. */
const FAN = { least: 40, column: 4 } as const;
const CONTEXT = { width: 30, height: 24 } as const;
const ATTENTIONAL = { width: 46, height: 28, room: 20 } as const;

/** Returns what leads on upward. */
export function drawAttention(sheet: Sheet, rows: AttentionRows): Pick<Stack, 'tops' | 'y'> {
  const { kind, encoded, decoded, decoder, pitch } = rows;
  const fan = FAN.least + FAN.column * (encoded.tops.size + decoded.tops.size);
  const y = Math.min(encoded.y, decoded.y) - fan - CONTEXT.height / 2;
  const tops = new Map<string, Box>();
  const above = y - CONTEXT.height / 2 - ATTENTIONAL.room - ATTENTIONAL.height / 2;
  decoder.forEach((column, i) => {
    if (!isStep(column)) return;
    const { key, x, step } = column;
    const common = { part: 'decoder', step } as const;
    const context = sheet.box({
      ...common,
      ...CONTEXT,
      key: `decoder-context:${key}`,
      row: 'decoder-context',
      kind: 'context',
      letter: 'c',
      x: x - pitch / 2,
      y,
    });
    for (const state of encoded.tops.values()) {
      sheet.edge(
        'attention',
        state,
        context,
        line([state.x, topOf(state)], [leftOf(context), bottomOf(context) - 4]),
        false,
      );
    }
    const top = decoded.tops.get(key)!;
    if (kind === 'bahdanau') {
      queryBefore(sheet, rows, i, context);
      const entry = rows.entries.get(key)!;
      sheet.edge(
        'up',
        context,
        entry,
        elbow([context.x, bottomOf(context)], [context.x, entry.y], [leftOf(entry) - TIP, entry.y]),
      );
      tops.set(key, top);
      return;
    }
    const box = sheet.box({
      ...common,
      ...ATTENTIONAL,
      key: `decoder-attentional:${key}`,
      row: 'decoder-attentional',
      kind: 'attentional',
      letter: 'a',
      x,
      y: above,
    });
    sheet.edge('query', top, context, elbow([x, topOf(top)], [x, y], [rightOf(context) + TIP, y]));
    sheet.edge('up', top, box, line([x, topOf(top)], [x, bottomOf(box) + TIP]));
    sheet.edge('up', context, box, elbow([context.x, topOf(context)], [context.x, box.y], [leftOf(box) - TIP, box.y]));
    tops.set(key, box);
  });
  sheet.name('context', y);
  if (kind === 'bahdanau') return { tops, y: y - CONTEXT.height / 2 - 4 };
  sheet.name('attentional', above);
  return { tops, y: above - ATTENTIONAL.height / 2 };
}

/** Bahdanau asks with the top layer's state of the step before. */
function queryBefore(sheet: Sheet, { decoded, initial }: AttentionRows, i: number, context: Box): void {
  const before = i === 0 ? initial : decoded.rows.at(-1)!.forward[i - 1]!;
  const x = before.kind === 'dots' ? before.x : before.x + 14;
  sheet.edge('query', before, context, elbow([x, topOf(before)], [x, context.y], [leftOf(context) - TIP, context.y]));
}
