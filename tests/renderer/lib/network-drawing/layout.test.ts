import { describe, expect, it } from 'vitest';
import { architectureSchema } from '../../../../src/engine/model/spec.ts';
import { layOut } from '../../../../src/renderer/lib/network-drawing/layout.ts';

const architecture = (more: object = {}) =>
  architectureSchema.parse({
    task: 'language-model',
    cell: 'gru',
    layers: 2,
    hidden: 16,
    embedding: 8,
    dropout: 0,
    tie: false,
    ...more,
  });
const steps = (n: number, width = 720) => layOut(architecture(), n, width).columns.map((column) => column.step);

describe('columns', () => {
  it('are the first steps, a gap and the last, as many as there is room for', () => {
    expect(steps(64)).toEqual(['1', '2', '3', '4', '5', null, 'T']);
    expect(steps(64, 480)).toEqual(['1', '2', null, 'T']);
    expect(steps(64, 2000)).toEqual(['1', '2', '3', '4', '5', '6', null, 'T']);
  });
  it('are all steps when they fit', () => {
    expect(steps(1)).toEqual(['1']);
    expect(steps(6)).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(steps(7)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(steps(8)).toEqual(['1', '2', '3', '4', '5', null, 'T']);
  });
  it('stand at the tokens they read', () => {
    expect(layOut(architecture(), 64, 720).columns.map((column) => column.position)).toEqual([0, 1, 2, 3, 4, null, 63]);
  });
  it('stay inside the drawing and apart', () => {
    for (const width of [480, 700, 1400]) {
      for (const tie of [false, true]) {
        const drawn = layOut(architecture({ tie, embedding: 16 }), 64, width);
        const xs = drawn.columns.map((column) => column.x);
        expect(drawn.startX - 8).toBeGreaterThanOrEqual(drawn.gutter - 24);
        expect(xs.at(-1)! + drawn.boxWidth / 2).toBeLessThanOrEqual(width);
        if (drawn.tie) expect(drawn.tie.x + 14).toBeLessThanOrEqual(width);
        xs.slice(1).forEach((x, i) => expect(x - xs[i]!).toBeGreaterThanOrEqual(drawn.tokenWidth));
      }
    }
  });
});

describe('rows', () => {
  const kinds = (layers: number) =>
    layOut(architecture({ layers }), 8, 720).rows.map((row) => (row.layer === null ? row.kind : row.layer));
  it('go from the target down to the input, the highest layer first', () => {
    expect(kinds(2)).toEqual(['target', 'prediction', 'output', 2, 1, 'embedding', 'input']);
    expect(kinds(4)).toEqual(['target', 'prediction', 'output', 4, 3, 2, 1, 'embedding', 'input']);
    expect(kinds(16)).toEqual(['target', 'prediction', 'output', 16, 'more-layers', 2, 1, 'embedding', 'input']);
  });
  it('do not overlap', () => {
    const { rows, height } = layOut(architecture({ layers: 4 }), 8, 720);
    rows.slice(1).forEach((row, i) => {
      expect(row.y - row.height / 2).toBeGreaterThanOrEqual(rows[i]!.y + rows[i]!.height / 2);
    });
    expect(rows.at(-1)!.y + rows.at(-1)!.height / 2).toBeLessThanOrEqual(height);
  });
});

describe('connections', () => {
  const count = (kind: string, more: object) =>
    layOut(architecture(more), 3, 720).connections.filter((one) => one.kind === kind).length;
  it('carry h, and in an LSTM c, from the start through every step and out', () => {
    expect(count('h', { layers: 2 })).toBe(2 * 4);
    expect(count('c', { layers: 2 })).toBe(0);
    expect(count('c', { layers: 2, cell: 'lstm' })).toBe(2 * 4);
  });
  it('lead upward at every step', () => {
    // input → embedding → 2 layers → output → prediction
    expect(count('up', { layers: 2 })).toBe(3 * 5);
  });
  it('have keys of their own that stay when the number of steps changes', () => {
    const keys = (T: number) => layOut(architecture(), T, 720).connections.map((one) => one.key);
    expect(new Set(keys(64)).size).toBe(keys(64).length);
    expect(keys(64)).toEqual(keys(128));
  });
});

describe('dropout and tying', () => {
  const drops = (more: object) => layOut(architecture({ dropout: 0.5, ...more }), 3, 720).dropouts.length;
  it('is marked after the embedding, between layers and before the output', () => {
    expect(drops({ layers: 1 })).toBe(2);
    expect(drops({ layers: 3 })).toBe(4);
    expect(drops({ layers: 3, embedding: 0 })).toBe(3);
    expect(drops({ dropout: 0 })).toBe(0);
  });
  it('ties the output to the embedding', () => {
    expect(layOut(architecture(), 3, 720).tie).toBeNull();
    expect(layOut(architecture({ tie: true, embedding: 16 }), 3, 720).tie).not.toBeNull();
  });
});
