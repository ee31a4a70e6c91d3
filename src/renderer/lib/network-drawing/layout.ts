/** Where everything stands in the drawing of a network: from what it is and what it reads to boxes and edges. Pure. */
import { shapeOf, type Architecture } from '../../../engine/model/spec.ts';
import { layOutAligned } from './aligned.ts';
import type { Drawing } from './drawing.ts';
import { layOutEncoderDecoder, narrowestEncoderDecoder } from './encoder-decoder.ts';
import { layOutManyToOne } from './many-to-one.ts';
import { layOutStandard } from './standard.ts';

/** What the network is drawn on: the first example, or the beginning of the text. */
export interface NetworkData {
  /** T; of an encoder–decoder the source's. Where texts are written, the known target decides how many steps it takes. */
  readonly steps: number;
  /** Tokens or values that are read; of conditional generation the label. May end before the last step. */
  readonly tokens: readonly string[];
  /** What is to be predicted: a tag a step, a class, values, or the tokens to write. */
  readonly targets: readonly string[];
  /** Names of classes, where there are classes. */
  readonly labels: readonly string[] | null;
  /** Names of the columns of numbers, where there are numbers. */
  readonly columns: Columns | null;
}

export interface Columns {
  readonly inputs: readonly string[];
  readonly targets: readonly string[];
}

/** @param width of the drawing in pixels; narrower than `narrowest` it is drawn as wide as that */
export function layOut(a: Architecture, data: NetworkData, width: number): Drawing {
  const wide = Math.max(width, narrowest(a));
  switch (shapeOf(a)) {
    case 'one-to-one':
      return layOutStandard(a, data, wide);
    case 'many-to-one':
      return layOutManyToOne(a, data, wide);
    case 'one-to-many':
    case 'many-to-many-aligned':
      return layOutAligned(a, data, wide);
    case 'many-to-many-unaligned':
      return layOutEncoderDecoder(a, data, wide);
  }
}

/** Width under which a drawing is no longer readable. */
function narrowest(a: Architecture): number {
  if (a.task === 'translation') return narrowestEncoderDecoder(a);
  return a.task === 'conditional-generation' ? 600 : 480;
}
