import { renderToString } from 'katex';
import { describe, expect, it } from 'vitest';
import { architectureSchema, type Architecture } from '../../../../src/engine/model/spec.ts';
import {
  cellEquations,
  inputEquations,
  outputEquations,
  type Equations,
} from '../../../../src/renderer/lib/network-drawing/equations.ts';
import { fingerprint, shortToken } from '../../../../src/renderer/lib/network-drawing/tokens.ts';

const architecture = (more: Partial<Architecture>) =>
  architectureSchema.parse({
    task: 'language-model',
    cell: 'lstm',
    layers: 2,
    hidden: 1024,
    embedding: 128,
    dropout: 0.2,
    tie: false,
    ...more,
  });

/** Throws on TeX that KaTeX cannot typeset. */
function typesets({ lines, symbols }: Equations): void {
  renderToString(String.raw`\begin{aligned}${lines.join(String.raw`\\`)}\end{aligned}`, { throwOnError: true });
  for (const { tex } of symbols) renderToString(tex, { throwOnError: true });
}

const every: Partial<Architecture>[] = [
  { cell: 'lstm' },
  { cell: 'gru' },
  { cell: 'gru', reset: 'before' },
  { cell: 'rnn' },
  { cell: 'rnn', activation: 'relu' },
  { cell: 'rnn', activation: 'sigmoid', embedding: 0 },
  { tie: true, embedding: 1024 },
];

describe('equations', () => {
  it('can all be typeset, with and without a place and a vocabulary', () => {
    for (const more of every) {
      const a = architecture(more);
      for (const V of [65, null]) {
        typesets(cellEquations(a, V));
        typesets(cellEquations(a, V, { step: '3', layer: 2 }));
        typesets(cellEquations(a, V, { step: 'T', layer: 1 }));
        typesets(inputEquations(a, V, '3'));
        typesets(outputEquations(a, V, 'T'));
      }
    }
  });

  it('have one line a gate and a state', () => {
    const lines = (more: Partial<Architecture>) => cellEquations(architecture(more), 65).lines.length;
    expect([lines({ cell: 'rnn' }), lines({ cell: 'gru' }), lines({ cell: 'lstm' })]).toEqual([1, 4, 6]);
  });

  it('give the sizes of this model', () => {
    const tex = cellEquations(architecture({}), 65).symbols.map((symbol) => symbol.tex);
    expect(tex).toContain(String.raw`W_{ii},W_{if},W_{ig},W_{io} \in \mathbb{R}^{1{,}024\times 128}`);
    expect(tex).toContain(String.raw`W_{hi},W_{hf},W_{hg},W_{ho} \in \mathbb{R}^{1{,}024\times 1{,}024}`);
    const oneHot = cellEquations(architecture({ embedding: 0 }), 65).symbols.map((symbol) => symbol.tex);
    expect(oneHot).toContain(String.raw`x_{t} \in \mathbb{R}^{65}`);
  });

  it('read the step before and the layer below', () => {
    const a = architecture({ cell: 'rnn' });
    expect(cellEquations(a, 65, { step: '3', layer: 2 }).lines).toEqual([
      String.raw`h_{3}^{(2)} &= \tanh(W_{ih} h_{3}^{(1)} + W_{hh} h_{2}^{(2)} + b)`,
    ]);
    expect(cellEquations(a, 65, { step: 'T', layer: 1 }).lines).toEqual([
      String.raw`h_{T}^{(1)} &= \tanh(W_{ih} e_{T} + W_{hh} h_{T-1}^{(1)} + b)`,
    ]);
  });

  it('apply the reset of a GRU where the cell does', () => {
    const candidate = (reset: Architecture['reset']) =>
      cellEquations(architecture({ cell: 'gru', reset }), 65).lines[2];
    expect(candidate('after')).toContain(String.raw`r_{t} \odot (W_{hn} h_{t-1} + b_{hn})`);
    expect(candidate('before')).toContain(String.raw`W_{hn}(r_{t} \odot h_{t-1})`);
  });
});

describe('tokens', () => {
  it('are cut to the room there is, by characters, and show what cannot be seen', () => {
    expect(shortToken('traveller', 6)).toBe('trave…');
    expect(shortToken('time', 6)).toBe('time');
    expect(shortToken('a\n', 6)).toBe('a⏎');
    expect(shortToken('😀😀😀', 2)).toBe('😀…');
  });
  it('have a fingerprint of their own', () => {
    expect(fingerprint('a', 6)).toEqual(fingerprint('a', 6));
    expect(fingerprint('a', 6)).not.toEqual(fingerprint('b', 6));
    for (const value of fingerprint('abc', 50)) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
    }
  });
});
