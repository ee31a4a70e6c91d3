/** The terms of a cell: all typeset, all explained, all in the drawing. */
import { renderToString } from 'katex';
import { describe, expect, it } from 'vitest';
import { architectureSchema, type Architecture } from '../../../../../src/engine/model/spec.ts';
import {
  cellFacts,
  cellParameters,
  cellPlaces,
  type CellKind,
} from '../../../../../src/renderer/screens/inside/equations/cell.ts';
import { cellTerms } from '../../../../../src/renderer/screens/inside/equations/cell-terms.ts';
import { pictureOf } from '../../../../../src/renderer/screens/inside/equations/pictures/index.ts';
import { nearest } from '../../../../../src/renderer/screens/inside/equations/pictures/nearest.ts';
import { walk } from '../../../../../src/renderer/screens/inside/equations/steps/walk.ts';
import { createReferenceKernels } from '../../../../../src/engine/kernels/reference/index.ts';
import { LanguageModel } from '../../../../../src/engine/model/language-model.ts';

const cells: readonly CellKind[] = ['rnn_tanh', 'rnn_relu', 'rnn_sigmoid', 'lstm', 'gru', 'gru_before'];
const facts = (kind: CellKind) => ({ kind, units: 256, inputs: 64, reads: 'embedding' }) as const;
const architecture = (more: Partial<Architecture>) =>
  architectureSchema.parse({
    ...{ task: 'language-model', cell: 'lstm', layers: 2, hidden: 20, embedding: 12, dropout: 0, tie: false },
    ...more,
  });
const sizes = { inputs: 65, outputs: 40, labels: null };
const marked = (lines: readonly string[]) =>
  new Set(lines.flatMap((line) => [...line.matchAll(/\\htmlData\{term=([\w-]+)\}/g)].map((match) => match[1]!)));

describe.each(cells)('%s', (kind) => {
  const { lines, rows } = cellTerms(facts(kind));
  const terms = marked(lines);
  const picture = pictureOf(kind);

  it('can be typeset with its terms marked', () => {
    const html = renderToString(String.raw`\begin{aligned}${lines.join(String.raw`\\`)}\end{aligned}`, {
      throwOnError: true,
      output: 'html',
      trust: ({ command }) => command === '\\htmlData',
      strict: (code: string) => (code === 'htmlExtension' ? 'ignore' : 'error'),
    });
    for (const term of terms) expect(html).toContain(`data-term="${term}"`);
    for (const { symbol, shape } of rows) renderToString(symbol + shape, { throwOnError: true });
  });

  it('every letter of the formulas is explained with its shape, and nothing else', () => {
    const composed = ['keep', 'write', 'squash', 'reset', 'old-part', 'rest', 'new-part'];
    const letters = [...terms].filter((term) => !composed.includes(term));
    expect(rows.map(({ term }) => term).sort()).toEqual(letters.sort());
  });

  it('every term has a place in the drawing, and the drawing no term that there is not', () => {
    const drawn = new Set([...picture.lines, ...picture.nodes].flatMap((part) => part.terms as readonly string[]));
    for (const term of terms) expect(drawn, term).toContain(term);
    const optional = ['b-in', 'b-n', 'b-hn', 'rest']; // of one of the two GRUs
    for (const term of drawn) if (!optional.includes(term)) expect(terms, term).toContain(term);
  });

  it('all parts are within the drawing, apart from each other, and reached by arrow keys', () => {
    const { nodes, width, height } = picture;
    for (const { x, y } of nodes) expect(x > 0 && x < width && y > 0 && y < height).toBe(true);
    nodes.forEach((a, i) =>
      nodes.slice(i + 1).forEach((b) => expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(24)),
    );
    const reached = new Set([0]);
    for (const at of reached) {
      for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']) {
        const next = nearest(nodes, at, key);
        if (next !== null) reached.add(next);
      }
    }
    expect(reached.size).toBe(nodes.length);
  });

  it('a step has a place for every value that it shows', () => {
    const places = new Set(picture.nodes.flatMap(({ value }) => (value ? [value.of] : [])));
    for (const { shown } of walk(kind)) for (const term of Object.keys(shown)) expect(places, term).toContain(term);
  });
});

describe('the cells of a network', () => {
  it('are as large as the model makes them', () => {
    for (const cell of ['rnn', 'gru', 'lstm'] as const) {
      for (const reset of ['after', 'before'] as const) {
        const a = architecture({ cell, reset });
        const model = new LanguageModel(createReferenceKernels(), a, 65, { B: 1, T: 1, training: false });
        cellPlaces(a).forEach((place, l) => {
          const names = [
            'weight_ih',
            'weight_hh',
            'bias_ih',
            ...(cell === 'gru' && reset === 'before' ? [] : ['bias_hh']),
          ];
          const count = names.reduce((sum, name) => sum + model.parameters.get(`rnn.${name}_l${l}`).value.size, 0);
          expect(cellParameters(cellFacts(a, sizes, place))).toBe(count);
        });
      }
    }
  });

  it('read what stands below them', () => {
    const of = (more: Partial<Architecture>, at: number) => {
      const a = architecture(more);
      const { inputs, units, reads } = cellFacts(a, sizes, cellPlaces(a)[at]!);
      return [inputs, units, reads];
    };
    expect(of({}, 0)).toEqual([12, 20, 'embedding']);
    expect(of({ embedding: 0 }, 0)).toEqual([65, 20, 'one-hot']);
    expect(of({}, 1)).toEqual([20, 20, 'below']);
    const pair = { task: 'translation', bidirectional: true, decoderHidden: 30 } as const;
    expect(of(pair, 1)).toEqual([40, 20, 'below']);
    expect(of(pair, 2)).toEqual([12, 30, 'embedding']);
    expect(of({ ...pair, attention: 'bahdanau' }, 2)).toEqual([52, 30, 'context']);
    expect(cellPlaces(architecture({ task: 'standard', input: 'numbers', embedding: 0 }))).toEqual([]);
  });
});
