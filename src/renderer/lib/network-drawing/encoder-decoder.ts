/**
 * Many-to-many with Tx ≠ Ty: the encoder at the left, the decoder at the right, and between them the state that turns the corner.
 * Attention stands over both: each decoder step's context vector, with a line to every output of the encoder.
 */
import type { Architecture } from '../../../engine/model/spec.ts';
import { drawAttention, type AttentionRows } from './attention.ts';
import { slotsOf, type Column } from './columns.ts';
import { bottomOf, GUTTER, leftOf, rightOf, Sheet, topOf, type Box, type Drawing } from './drawing.ts';
import { answerEveryStep } from './head.ts';
import { drawInitial, INITIAL } from './initial.ts';
import { drawInputs, textOf, written } from './inputs.ts';
import type { NetworkData } from './layout.ts';
import { lastOfEach } from './many-to-one.ts';
import { elbow, line, TIP } from './paths.ts';
import { drawStack, stateShift, type Stack, type StackPlan } from './stack.ts';
import { drawTie, TIE_MARGIN } from './tie.ts';

const MARGIN = 8;
/** Room for the captions under the inputs. */
const CAPTION = 24;
/** From the encoder's last column to the decoder's first one: the state between them. */
const CORNER = INITIAL.width + 38;
/** A gap's share of a column's width. */
const GAP = 0.55;
/** Distance of columns, at least; columns of a half, at least and at most. */
const ENCODER_PITCH = 64;
const DECODER_PITCH = 78;
const ROOM = { least: 3, most: 6 } as const;
/** Between the vectors and layer 1, where Bahdanau's context comes in. */
const CONTEXT_IN = 46;

export function narrowestEncoderDecoder({ tie }: Pick<Architecture, 'tie'>): number {
  const least = (2 + GAP) * (ENCODER_PITCH + DECODER_PITCH);
  return Math.ceil(GUTTER + least + CORNER + (tie ? TIE_MARGIN : MARGIN));
}

export function layOutEncoderDecoder(a: Architecture, data: NetworkData, width: number): Drawing {
  const sheet = new Sheet();
  const { words, T: Ty } = written(data.targets, data.steps);
  const target = textOf(words);
  const { encoder, decoder, pitches } = halves(data.steps, Ty, width - (a.tie ? TIE_MARGIN : MARGIN));
  const boxOf = (pitch: number) => Math.min(46, pitch - 18);

  const source = drawInputs(sheet, {
    part: 'encoder',
    columns: encoder,
    letter: 'x',
    boxWidth: boxOf(pitches.encoder),
    tokenWidth: pitches.encoder - 6,
    textAt: textOf(data.tokens),
    named: true,
    floor: -CAPTION,
  });
  const before = drawInputs(sheet, {
    part: 'decoder',
    columns: decoder,
    letter: 'y',
    boxWidth: boxOf(pitches.decoder),
    tokenWidth: pitches.decoder - 10,
    textAt: (position) => (position === 0 ? '<bos>' : target(position - 1)),
    named: false,
    floor: -CAPTION,
  });
  for (const [part, columns] of [
    ['encoder', encoder],
    ['decoder', decoder],
  ] as const) {
    const x = (columns[0]!.x + columns.at(-1)!.x) / 2;
    sheet.box({ key: `${part}-caption`, kind: 'note', part, x, y: -9, width: 60, height: 16, text: part });
  }

  const additive = a.attention === 'bahdanau';
  const drops = a.dropout > 0 && a.embedding > 0;
  const y = source.y - (additive ? CONTEXT_IN : 0);
  if (additive && drops) {
    const middle = source.y - 14;
    for (const [key, { x, part }] of [...source.vectors, ...before.vectors])
      sheet.dropout(`${part}-vector:${key}`, x, middle);
    sheet.name('dropout', middle, 1);
  }
  const both = {
    architecture: a,
    spaced: a.bidirectional,
    y,
    dropsBelow: drops && !additive,
    starts: false,
    leaves: false,
    mostLayers: 3,
  } satisfies Partial<StackPlan>;
  const encoded = drawStack(sheet, {
    ...both,
    part: 'encoder',
    columns: encoder,
    pitch: pitches.encoder,
    bidirectional: a.bidirectional,
    joined: a.attention !== 'none',
    below: source.vectors,
    named: true,
  });
  const entries = additive ? joinContext(sheet, before.vectors, y) : before.vectors;
  const decoded = drawStack(sheet, {
    ...both,
    part: 'decoder',
    columns: decoder,
    // Contexts pass between the cells.
    pitch: pitches.decoder - 12,
    bidirectional: false,
    joined: true,
    below: entries,
    named: false,
  });
  const initial = turnCorner(sheet, a, encoded, decoded, decoder[0]!.x - pitches.decoder / 2);
  const attended = attend(sheet, { a, encoded, decoded, decoder, pitch: pitches.decoder, initial, entries });
  const { outputs } = answerEveryStep(sheet, {
    part: 'decoder',
    columns: decoder,
    boxWidth: boxOf(pitches.decoder),
    tokenWidth: pitches.decoder - 10,
    below: attended.tops,
    y: attended.y,
    drops: a.dropout > 0,
    targetAt: (position) => (position === Ty - 1 ? '<eos>' : target(position)),
  });
  if (a.tie) drawTie(sheet, 'decoder', outputs.at(-1)!, before.vectors.get(decoder.at(-1)!.key)!);
  return sheet.finish(width);
}

/** As many columns in each half as there is room for, the rest of the room spread over them. */
function halves(Tx: number, Ty: number, to: number) {
  const room = to - GUTTER - CORNER;
  const slots = { encoder: slotsOf(Tx, ROOM.least, 'Tx'), decoder: slotsOf(Ty, ROOM.least, 'Ty') };
  const columnsIn = (half: readonly Omit<Column, 'x'>[]) =>
    half.reduce((sum, { step }) => sum + (step === null ? GAP : 1), 0);
  const used = ({ encoder, decoder } = slots) =>
    columnsIn(encoder) * ENCODER_PITCH + columnsIn(decoder) * DECODER_PITCH;
  for (let most = ROOM.least + 1; most <= ROOM.most; most++) {
    // The decoder's first: its steps have more to show.
    for (const wider of [
      { ...slots, decoder: slotsOf(Ty, most, 'Ty') },
      { ...slots, encoder: slotsOf(Tx, most, 'Tx') },
    ]) {
      const next = { encoder: longer(slots.encoder, wider.encoder), decoder: longer(slots.decoder, wider.decoder) };
      if (used(next) <= room) Object.assign(slots, next);
    }
  }
  const stretch = Math.min(1.3, room / used());
  const pitches = { encoder: ENCODER_PITCH * stretch, decoder: DECODER_PITCH * stretch };
  const place = (half: readonly Omit<Column, 'x'>[], from: number, pitch: number): Column[] => {
    let x = from;
    return half.map((slot) => {
      const wide = slot.step === null ? GAP * pitch : pitch;
      x += wide;
      return { ...slot, x: x - wide / 2 };
    });
  };
  const start = GUTTER + Math.max(0, room - used() * stretch) / 2;
  const corner = start + columnsIn(slots.encoder) * pitches.encoder + CORNER;
  return {
    encoder: place(slots.encoder, start, pitches.encoder),
    decoder: place(slots.decoder, corner, pitches.decoder),
    pitches,
  };
}

function longer<T>(a: readonly T[], b: readonly T[]): T[] {
  return [...(b.length > a.length ? b : a)];
}

/** Bahdanau: the context comes in beside the embedding, in one vector. */
function joinContext(sheet: Sheet, vectors: ReadonlyMap<string, Box>, y: number): Map<string, Box> {
  const joined = new Map<string, Box>();
  for (const [key, vector] of vectors) {
    const { x, step } = vector;
    const at = { x, y: y + 7, width: 38, height: 14, step };
    const concat = sheet.box({
      ...at,
      key: `decoder-input:${key}`,
      row: 'decoder-input',
      kind: 'concat',
      part: 'decoder',
    });
    sheet.edge('up', vector, concat, line([x, topOf(vector)], [x, bottomOf(concat) + TIP]));
    joined.set(key, concat);
  }
  return joined;
}

/** What the encoder ended with, as the state that the decoder starts from. */
function turnCorner(sheet: Sheet, a: Architecture, encoded: Stack, decoded: Stack, right: number): Box {
  const cells = [encoded, decoded].flatMap(({ rows }) =>
    rows.flatMap(({ forward, backward }) => [...forward, ...(backward ?? [])]),
  );
  const extent = { top: Math.min(...cells.map(topOf)), bottom: Math.max(...cells.map(bottomOf)) };
  const x = right - 22 - INITIAL.width / 2;
  const initial = drawInitial(sheet, { architecture: a, part: 'decoder', x, stack: decoded, from: null, extent });
  const ends = lastOfEach(encoded);
  const roof = encoded.y - 12;
  const last = ends.at(-1)!;
  if (last.kind === 'cell') {
    const y = last.y + stateShift('h', a);
    sheet.edge('h', last, initial, line([rightOf(last), y], [leftOf(initial) - TIP, y]));
  } else {
    const down = initial.x - 14;
    sheet.edge('h', last, initial, elbow([rightOf(last), last.y], [down, last.y], [down, topOf(initial) - TIP]));
  }
  const first = ends.length > 1 ? ends[0]! : null;
  if (first) {
    const down = initial.x - 2;
    const out = leftOf(first) - 9;
    const y = first.y + (first.kind === 'cell' ? stateShift('h', a) : 0);
    sheet.edge(
      'h',
      first,
      initial,
      elbow([leftOf(first), y], [out, y], [out, roof], [down, roof], [down, topOf(initial) - TIP]),
    );
  }
  return initial;
}

interface Attending extends Omit<AttentionRows, 'kind'> {
  readonly a: Architecture;
}

/** What the output layer reads: the decoder's outputs, or Luong's attentional vectors. */
function attend(sheet: Sheet, { a, ...rows }: Attending): Pick<Stack, 'tops' | 'y'> {
  if (a.attention === 'none') return { tops: rows.decoded.tops, y: Math.min(rows.decoded.y, rows.encoded.y) };
  return drawAttention(sheet, { ...rows, kind: a.attention });
}
