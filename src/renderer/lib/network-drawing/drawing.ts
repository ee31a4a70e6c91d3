/**
 * What a drawing of a network unrolled in time consists of. Pure geometry in pixels, x to the right and y downwards; 0 is the lower
 * edge, so every y is negative: a drawing grows upward, as the numbers go.
 */

export type BoxKind =
  /** An input, target or class in a pill; a letter with an index; an ellipsis; the state before the first step; small words. */
  | 'token'
  | 'symbol'
  | 'dots'
  | 'start'
  | 'note'
  /** What is computed. */
  | 'vector'
  | 'label'
  | 'initial'
  | 'cell'
  | 'concat'
  | 'sum'
  | 'norm'
  | 'pool'
  | 'context'
  | 'attentional'
  | 'hidden'
  | 'output';

/** Of an encoder–decoder the half; elsewhere the whole. */
export type Part = 'network' | 'encoder' | 'decoder';

export interface Box {
  /** Its own, and the same while settings change, so that what is drawn can move. */
  readonly key: string;
  readonly kind: BoxKind;
  /** Boxes of one row stand beside each other, and arrow keys go along them. */
  readonly row: string;
  readonly part: Part;
  /** Middle and size. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Time step in a formula: `1`, `2`, … or the name of the last; null where there is none. */
  readonly step: string | null;
  /** Recurrent or hidden layer, from 1; null elsewhere. */
  readonly layer: number | null;
  /** A cell that reads from right to left. */
  readonly backward: boolean;
  /** What a token says in full, null while not known; what a vector or output is about; the words of a note. */
  readonly text: string | null;
  /** A token: what is read, the target, or of classes the right one and the others. */
  readonly role: 'input' | 'target' | 'chosen' | 'other' | null;
  /** Letter of a symbol. */
  readonly letter: string;
}

export type EdgeKind = 'up' | 'h' | 'c' | 'residual' | 'pool' | 'attention' | 'query' | 'feedback' | 'tie';

export interface Edge {
  readonly key: string;
  /** `h` and `c` are states handed on, `up` is what is computed from what stands below. */
  readonly kind: EdgeKind;
  /** Keys of the boxes it joins; `to` is null where a state leaves the drawing. */
  readonly from: string;
  readonly to: string | null;
  /** SVG path. */
  readonly path: string;
  readonly arrow: boolean;
}

/** Units dropped on the way up. */
export interface Dropout {
  readonly key: string;
  readonly x: number;
  readonly y: number;
}

/** What a row is, to be named at the left. */
export type RowKind =
  | 'target'
  | 'prediction'
  | 'output'
  | 'attentional'
  | 'context'
  | 'pool'
  | 'norm'
  | 'sum'
  | 'concat'
  | 'backward'
  | 'cell'
  | 'hidden'
  | 'more-layers'
  | 'dropout'
  | 'vector'
  | 'input';

export interface RowName {
  readonly key: string;
  readonly kind: RowKind;
  readonly layer: number | null;
  readonly y: number;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
  readonly dropouts: readonly Dropout[];
  readonly names: readonly RowName[];
}

/** Room for the rows' names at the left. */
export const GUTTER = 140;
const TOP = 8;
const BOTTOM = 8;

type Placed = Pick<Box, 'key' | 'kind' | 'x' | 'y' | 'width' | 'height'>;

/** Collects what is drawn. */
export class Sheet {
  readonly #boxes: Box[] = [];
  readonly #edges: Edge[] = [];
  readonly #dropouts: Dropout[] = [];
  readonly #names: RowName[] = [];

  box(box: Placed & Partial<Box>): Box {
    const whole = { row: box.key, part: 'network', step: null, layer: null, backward: false, text: null } as const;
    const made: Box = { ...whole, role: null, letter: '', ...box };
    this.#boxes.push(made);
    return made;
  }

  edge(kind: EdgeKind, from: Box, to: Box | null, path: string, arrow = true): void {
    const key = `${from.key}/${to?.key ?? 'on'}/${kind}`;
    this.#edges.push({ key, kind, from: from.key, to: to?.key ?? null, path, arrow });
  }

  dropout(key: string, x: number, y: number): void {
    this.#dropouts.push({ key, x, y });
  }

  name(kind: RowKind, y: number, layer: number | null = null, key: string = kind): void {
    this.#names.push({ key: layer === null ? key : `${key}-${layer}`, kind, layer, y });
  }

  finish(width: number): Drawing {
    const top = Math.min(...this.#boxes.map(topOf));
    return {
      width,
      height: BOTTOM + TOP - top,
      boxes: this.#boxes,
      edges: this.#edges,
      dropouts: this.#dropouts,
      names: this.#names,
    };
  }
}

export function topOf({ y, height }: Pick<Box, 'y' | 'height'>): number {
  return y - height / 2;
}
export function bottomOf({ y, height }: Pick<Box, 'y' | 'height'>): number {
  return y + height / 2;
}
export function leftOf({ x, width }: Pick<Box, 'x' | 'width'>): number {
  return x - width / 2;
}
export function rightOf({ x, width }: Pick<Box, 'x' | 'width'>): number {
  return x + width / 2;
}

/** Where the top edge of a finished drawing is. */
export function topEdge({ height }: Pick<Drawing, 'height'>): number {
  return BOTTOM - height;
}
