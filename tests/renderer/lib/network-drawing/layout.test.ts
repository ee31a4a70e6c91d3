import { describe, expect, it } from 'vitest';
import { shapeOf } from '../../../../src/engine/model/spec.ts';
import {
  bottomOf,
  leftOf,
  rightOf,
  topOf,
  type Box,
  type Drawing,
} from '../../../../src/renderer/lib/network-drawing/drawing.ts';
import { layOut } from '../../../../src/renderer/lib/network-drawing/layout.ts';
import { architecture, data, every } from './examples.ts';

const overlap = (a: Box, b: Box) =>
  leftOf(a) < rightOf(b) && leftOf(b) < rightOf(a) && topOf(a) < bottomOf(b) && topOf(b) < bottomOf(a);
const stepsOf = (drawn: Drawing, row: string) => drawn.boxes.filter((box) => box.row === row).map((box) => box.step);

describe.each(every)('%s', (_name, a) => {
  const sizes = [
    [1, 480],
    [2, 720],
    [6, 720],
    [500, 480],
    [500, 1400],
  ] as const;
  const all = sizes.map(([steps, width]) => [steps, layOut(a, data(a.task, steps), width)] as const);

  it('has no two boxes over each other, and all inside', () => {
    const found: string[] = [];
    for (const [steps, { boxes, width, height }] of all) {
      boxes.forEach((one, i) => {
        for (const other of boxes.slice(i + 1)) {
          if (overlap(one, other)) found.push(`${steps}: ${one.key} on ${other.key}`);
        }
        const inside = leftOf(one) >= 90 && rightOf(one) <= width && topOf(one) >= -height && bottomOf(one) <= 0;
        if (!inside) found.push(`${steps}: ${one.key} outside`);
      });
    }
    expect(found).toEqual([]);
  });

  it('joins boxes that exist, by keys of their own', () => {
    for (const [, drawn] of all) {
      const keys = new Set(drawn.boxes.map(({ key }) => key));
      for (const list of [drawn.boxes, drawn.edges, drawn.names, drawn.dropouts]) {
        expect(new Set(list.map(({ key }) => key)).size).toBe(list.length);
      }
      const loose = drawn.edges.filter(({ from, to }) => !keys.has(from) || (to !== null && !keys.has(to)));
      expect(loose).toEqual([]);
      expect(drawn.edges.filter(({ path }) => path.includes('NaN'))).toEqual([]);
    }
  });

  it('keeps the first and the last step', () => {
    for (const [steps, drawn] of all) {
      for (const row of new Set(drawn.boxes.filter(({ kind }) => kind === 'cell').map((box) => box.row))) {
        const shown = stepsOf(drawn, row);
        const { part } = drawn.boxes.find((box) => box.row === row)!;
        expect(shown[0]).toBe('1');
        // What is written has as many steps as its target.
        const T = part === 'decoder' || a.task === 'conditional-generation' ? 7 : steps;
        if (shown.includes(null)) expect(shown.at(-1)).toMatch(/^T[xy]?$/);
        else expect(shown.at(-1)).toBe(String(T));
      }
    }
  });

  it('names its rows apart from each other', () => {
    const ys = layOut(a, data(a.task), 720)
      .names.map(({ y }) => y)
      .sort((one, other) => one - other);
    ys.slice(1).forEach((y, i) => expect(y - ys[i]!).toBeGreaterThanOrEqual(18));
  });

  it('leads from every input to a prediction', () => {
    const { boxes, edges } = layOut(a, data(a.task), 720);
    const reached = new Set(boxes.filter(({ letter }) => letter === 'ŷ').map(({ key }) => key));
    for (let grown = true; grown;) {
      const before = reached.size;
      for (const { from, to } of edges) if (to !== null && reached.has(to)) reached.add(from);
      grown = reached.size > before;
    }
    expect(boxes.filter(({ kind, key }) => kind === 'vector' && !reached.has(key))).toEqual([]);
  });
});

describe('columns', () => {
  const steps = (n: number, width = 720) =>
    stepsOf(layOut(architecture('language-model'), data('language-model', n), width), 'network-vector');
  it('are the first steps, a gap and the last, as many as there is room for', () => {
    expect(steps(64)).toEqual(['1', '2', '3', '4', '5', null, 'T']);
    expect(steps(64, 480)).toEqual(['1', '2', null, 'T']);
    expect(steps(64, 2000)).toEqual(['1', '2', '3', '4', '5', '6', null, 'T']);
  });
  it('are all steps when they fit', () => {
    expect(steps(1)).toEqual(['1']);
    expect(steps(7)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(steps(8)).toEqual(['1', '2', '3', '4', '5', null, 'T']);
  });
  it('keep their keys when the number of steps changes', () => {
    const keys = (n: number) =>
      layOut(architecture('language-model'), data('language-model', n), 720).edges.map((e) => e.key);
    expect(keys(64)).toEqual(keys(128));
  });
});

describe('layers', () => {
  const layers = (count: number, bidirectional: boolean) => {
    const { boxes } = layOut(architecture('tagging', { layers: count, bidirectional }), data('tagging'), 720);
    return [...new Set(boxes.filter(({ kind }) => kind === 'cell').map(({ layer }) => layer))];
  };
  it('are all drawn while they are few, else the first ones and the last', () => {
    expect(layers(4, false)).toEqual([1, 2, 3, 4]);
    expect(layers(16, false)).toEqual([1, 2, 16]);
    expect(layers(3, true)).toEqual([1, 2, 3]);
    expect(layers(16, true)).toEqual([1, 16]);
  });
});

describe('what is drawn', () => {
  const count = (drawn: Drawing, kind: string) =>
    [...drawn.boxes, ...drawn.edges].filter((one) => one.kind === kind).length;
  const draw = (...[task, more]: Parameters<typeof architecture>) => layOut(architecture(task, more), data(task), 1400);

  it('carries h, and in an LSTM c, from the start through every step; a language model’s go on', () => {
    expect(count(draw('language-model', { layers: 2, cell: 'gru' }), 'h')).toBe(2 * 7);
    expect(count(draw('language-model', { layers: 2, cell: 'lstm' }), 'c')).toBe(2 * 7);
    expect(count(draw('tagging', { bidirectional: true, cell: 'gru' }), 'h')).toBe(2 * 6);
  });
  it('marks dropout after the embedding, between layers and before the output', () => {
    const rows = (more: object) =>
      draw('language-model', { dropout: 0.5, ...more }).names.filter(({ kind }) => kind === 'dropout').length;
    expect([rows({ layers: 1, embedding: 8 }), rows({ layers: 3, embedding: 8 }), rows({ layers: 3 })]).toEqual([
      2, 4, 3,
    ]);
    expect(draw('standard', { layers: 2, dropout: 0.5 }).dropouts.length).toBe(2);
  });
  it('goes around every layer above the first with residual connections', () => {
    expect(count(draw('tagging', { layers: 3, residual: true }), 'residual')).toBe(2 * 6);
  });
  it('pools all steps, or the last of each direction', () => {
    const pools = (more: object) => draw('classification', more).edges.filter(({ kind }) => kind === 'pool').length;
    expect(pools({ pooling: 'mean' })).toBe(6);
    expect(pools({ pooling: 'last', bidirectional: true })).toBe(2);
    expect(pools({ pooling: 'last', bidirectional: false })).toBe(0);
  });
  it('looks from every decoder step at every state of the encoder', () => {
    for (const attention of ['luong', 'bahdanau'] as const) {
      const drawn = draw('translation', { attention });
      const contexts = count(drawn, 'context');
      const encoded = stepsOf(drawn, 'encoder-vector').filter((step) => step !== null).length;
      expect(count(drawn, 'attention')).toBe(contexts * encoded);
      expect(count(drawn, 'query')).toBe(contexts);
      expect(count(drawn, 'attentional')).toBe(attention === 'luong' ? contexts : 0);
    }
    expect(count(draw('translation', { attention: 'none' }), 'attention')).toBe(0);
  });
  it('enters Bahdanau’s context under the cell, Luong’s above it', () => {
    const entry = (attention: 'luong' | 'bahdanau') => {
      const { boxes, edges } = draw('translation', { attention });
      const edge = edges.find(({ from }) => from === 'decoder-context:t1')!;
      return boxes.find(({ key }) => key === edge.to)!.y - boxes.find(({ key }) => key === 'decoder-cell-1:t1')!.y;
    };
    expect(entry('luong')).toBeLessThan(0);
    expect(entry('bahdanau')).toBeGreaterThan(0);
  });
  it('turns the corner from the encoder to every layer of the decoder', () => {
    const { edges } = draw('translation', { layers: 3, bidirectional: true });
    expect(edges.filter(({ to }) => to === 'decoder-initial').length).toBe(2);
    expect(edges.filter(({ from }) => from === 'decoder-initial').filter(({ kind }) => kind === 'h').length).toBe(3);
  });
  it('feeds outputs back where a text is generated', () => {
    const drawn = draw('conditional-generation');
    const inputs = drawn.boxes.filter(({ row }) => row === 'network-token').map(({ text }) => text);
    const outputs = drawn.boxes.filter(({ row }) => row === 'network-target').map(({ text }) => text);
    expect([inputs[0], outputs.at(-1)]).toEqual(['<bos>', '<eos>']);
    expect(count(drawn, 'feedback')).toBeGreaterThan(1);
    expect(drawn.boxes.find(({ key }) => key === 'label-token')!.text).toBe('French');
  });
  it('keeps the right class among those that are shown', () => {
    const chosen = draw('classification')
      .boxes.filter(({ role }) => role === 'chosen')
      .map(({ text }) => text);
    expect(chosen).toEqual(['German']);
  });
  it('shows columns of numbers by their names', () => {
    const texts = draw('standard', { predicts: 'value' }).boxes.map(({ text }) => text);
    for (const name of ['width', 'height', 'depth', 'price', 'rent']) expect(texts).toContain(name);
  });
  it('ties the output to the embedding', () => {
    expect(count(draw('language-model', { tie: true, embedding: 128 }), 'tie')).toBe(1);
    expect(every.filter(([, a]) => shapeOf(a) === 'one-to-one' && a.tie)).toEqual([]);
  });
});
