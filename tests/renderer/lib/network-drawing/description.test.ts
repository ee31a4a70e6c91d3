import { describe, expect, it } from 'vitest';
import { directionsOf, type Architecture } from '../../../../src/engine/model/spec.ts';
import { inWords, titleOf } from '../../../../src/renderer/lib/network-drawing/description.ts';
import type { RowKind } from '../../../../src/renderer/lib/network-drawing/drawing.ts';
import { layOut } from '../../../../src/renderer/lib/network-drawing/layout.ts';
import { neighbour } from '../../../../src/renderer/lib/network-drawing/navigation.ts';
import { boxName, rowWords } from '../../../../src/renderer/lib/network-drawing/words.ts';
import { architecture, data, every } from './examples.ts';

/** What the text alternative says of each row. */
const said: Readonly<Record<RowKind, (a: Architecture) => RegExp>> = {
  target: () => /predicts/,
  prediction: () => /predicts/,
  output: () => /linear layer/,
  attentional: () => /attentional vector/,
  context: (a) => (a.attention === 'luong' ? /Luong.*context vector/ : /Bahdanau.*context vector/),
  pool: (a) =>
    ({ last: /final states of both directions/, mean: /mean over time/, max: /maximum over time/ })[a.pooling],
  norm: () => /Layer normalisation/,
  sum: () => /Residual connections/,
  concat: () => /concatenation/,
  backward: () => /right to left/,
  cell: (a) => new RegExp(`${a.hidden} (LSTM|GRU|RNN) units`),
  hidden: (a) => new RegExp(`hidden layers? of ${a.hidden} units`),
  'more-layers': (a) => new RegExp(`${a.layers} (hidden )?layers`),
  dropout: (a) => new RegExp(`Dropout of ${a.dropout}.*${a.dropoutKind === 'variational' ? 'one mask' : ''}`),
  vector: (a) => (a.input === 'numbers' ? /values|columns/ : a.embedding > 0 ? /embedding of \d+ numbers/ : /one-hot/),
  input: () => /The cat sat|0\.1 0\.2|French|width height depth/,
};

describe('the text alternative', () => {
  it.each(every)('says what is drawn: %s', (_name, a) => {
    const words = `${titleOf(a)}. ${inWords(a, data(a.task))}`;
    for (const row of layOut(a, data(a.task), 720).names) expect(words).toMatch(said[row.kind](a));
    expect(words).not.toMatch(/undefined|null|NaN/);
    if (directionsOf(a) === 2) expect(words).toMatch(/bidirectional/);
    if (a.tie) expect(words).toMatch(/tied/);
    if (a.task === 'translation') expect(words).toMatch(/decoder’s initial state/);
  });
  it('does without data', () => {
    for (const [, a] of every) {
      const words = inWords(a, { steps: 5, tokens: [], targets: [], labels: null, columns: null });
      expect(words).not.toMatch(/undefined|null|NaN/);
    }
  });
});

describe('names', () => {
  const sizes = [
    { inputs: 8000, outputs: 17, labels: 5 },
    { inputs: null, outputs: null, labels: null },
  ];
  it('are there for every row and box', () => {
    for (const [, a] of every) {
      const drawn = layOut(a, data(a.task), 720);
      for (const size of sizes) {
        for (const row of drawn.names) {
          const { name, detail = '' } = rowWords(row, a, size);
          expect(name).not.toBe('');
          expect(`${name} ${detail}`).not.toMatch(/undefined|null|NaN/);
        }
      }
      for (const box of drawn.boxes) expect(boxName(box, a)).not.toMatch(/undefined|null|NaN/);
    }
  });
  it('give the sizes of this model', () => {
    const detail = (...[task, more]: Parameters<typeof architecture>) =>
      rowWords({ key: '', kind: 'output', layer: null, y: 0 }, architecture(task, more), sizes[0]!).detail;
    expect(detail('tagging', { hidden: 100, bidirectional: true })).toBe('200 → 17');
    expect(detail('forecasting', { hidden: 64, horizon: 20 })).toBe('64 → 340');
    expect(detail('translation', { attention: 'luong', attentionSize: 50 })).toBe('50 → 17');
  });
});

describe('arrow keys', () => {
  const { boxes } = layOut(architecture('tagging', { layers: 2, bidirectional: true }), data('tagging'), 720);
  const parts = boxes.filter(({ kind }) => ['vector', 'cell', 'concat', 'output'].includes(kind));
  const at = (key: string) => parts.find((box) => box.key === key)!;
  it('go along a row and from row to row', () => {
    expect(neighbour(parts, at('network-cell-1:t2'), 'ArrowRight')!.key).toBe('network-cell-1:t3');
    expect(neighbour(parts, at('network-cell-1:t2'), 'ArrowLeft')!.key).toBe('network-cell-1:t1');
    expect(neighbour(parts, at('network-cell-1:t2'), 'ArrowUp')!.key).toBe('network-backward-1:t2');
    expect(neighbour(parts, at('network-cell-1:t2'), 'ArrowDown')!.key).toBe('network-vector:t2');
    expect(neighbour(parts, at('network-cell-1:t1'), 'ArrowLeft')).toBeNull();
    expect(neighbour(parts, at('network-cell-1:t1'), 'Enter')).toBeNull();
  });
  it('reach every box from the first', () => {
    for (const [, a] of every) {
      const all = layOut(a, data(a.task), 720).boxes.filter(
        ({ kind }) => !['token', 'symbol', 'dots', 'start', 'note'].includes(kind),
      );
      const reached = new Set([all[0]!]);
      for (const box of reached) {
        for (const key of ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']) {
          const next = neighbour(all, box, key);
          if (next) reached.add(next);
        }
      }
      expect(all.filter((box) => !reached.has(box)).map(({ key }) => key)).toEqual([]);
    }
  });
});
