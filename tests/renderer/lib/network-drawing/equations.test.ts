import { renderToString } from 'katex';
import { describe, expect, it } from 'vitest';
import { architectureSchema, type Architecture } from '../../../../src/engine/model/spec.ts';
import { cellEquations } from '../../../../src/renderer/lib/network-drawing/cell-equations.ts';
import {
  boxEquations,
  networkEquations,
  type Equations,
} from '../../../../src/renderer/lib/network-drawing/equations.ts';
import { layOut } from '../../../../src/renderer/lib/network-drawing/layout.ts';
import { fingerprint, shortToken } from '../../../../src/renderer/lib/network-drawing/tokens.ts';
import { architecture as usual, data, every } from './examples.ts';

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
const sizes = { inputs: 65, outputs: null, labels: null };
const unknown = { inputs: null, outputs: null, labels: null };

/** Throws on TeX that KaTeX cannot typeset. */
function typesets({ lines, symbols }: Equations): void {
  renderToString(String.raw`\begin{aligned}${lines.join(String.raw`\\`)}\end{aligned}`, { throwOnError: true });
  for (const { tex } of symbols) renderToString(tex, { throwOnError: true });
}

/** All lines and sizes of a network's equations. */
function written(...[task, more]: Parameters<typeof usual>): string[] {
  const all = networkEquations(usual(task, more), { inputs: 65, outputs: 17, labels: 5 });
  return all.flatMap(({ lines, symbols }) => [...lines, ...symbols.map(({ tex }) => tex)]);
}

describe('equations', () => {
  it('can all be typeset, of every network and of every box, with sizes known or not', () => {
    const done = new Set<string>();
    const once = (one: Equations) => {
      const key = JSON.stringify([one.lines, one.symbols]);
      if (!done.has(key)) typesets(one);
      done.add(key);
    };
    for (const [, a] of every) {
      for (const size of [sizes, unknown]) {
        networkEquations(a, size).forEach(once);
        for (const box of layOut(a, data(a.task), 480).boxes) {
          const one = boxEquations(a, size, box);
          if (one) once(one);
        }
      }
    }
    expect(done.size).toBeGreaterThan(100);
  });

  it('have titles of their own', () => {
    for (const [, a] of every) {
      const titles = networkEquations(a, sizes).map(({ title }) => title);
      expect(new Set(titles).size).toBe(titles.length);
    }
  });

  it('have one line a gate and a state', () => {
    const lines = (more: Partial<Architecture>) => cellEquations(architecture(more), sizes).lines.length;
    expect([lines({ cell: 'rnn' }), lines({ cell: 'gru' }), lines({ cell: 'lstm' })]).toEqual([1, 4, 6]);
  });

  it('give the sizes of this model', () => {
    const tex = cellEquations(architecture({}), sizes).symbols.map((symbol) => symbol.tex);
    expect(tex).toContain(String.raw`W_{ii},W_{if},W_{ig},W_{io} \in \mathbb{R}^{1{,}024\times 128}`);
    expect(tex).toContain(String.raw`W_{hi},W_{hf},W_{hg},W_{ho} \in \mathbb{R}^{1{,}024\times 1{,}024}`);
    const oneHot = cellEquations(architecture({ embedding: 0 }), sizes).symbols.map((symbol) => symbol.tex);
    expect(oneHot).toContain(String.raw`x_{t} \in \mathbb{R}^{65}`);
  });

  it('read the step before and the layer below', () => {
    const a = architecture({ cell: 'rnn' });
    expect(cellEquations(a, sizes, { step: '3', layer: 2 }).lines).toEqual([
      String.raw`h_{3}^{(2)} &= \tanh(W_{ih} h_{3}^{(1)} + W_{hh} h_{2}^{(2)} + b)`,
    ]);
    expect(cellEquations(a, sizes, { step: 'T', layer: 1 }).lines).toEqual([
      String.raw`h_{T}^{(1)} &= \tanh(W_{ih} e_{T} + W_{hh} h_{T-1}^{(1)} + b)`,
    ]);
  });

  it('read the step after from right to left, and both directions of the layer below', () => {
    const a = usual('tagging', { cell: 'rnn', layers: 2, hidden: 10 });
    const { lines, symbols } = cellEquations(a, sizes, { step: '3', layer: 2, backward: true });
    expect(lines).toEqual([
      String.raw`\overleftarrow{h}_{3}^{(2)} &= \tanh(W_{ih} h_{3}^{(1)} + W_{hh} \overleftarrow{h}_{4}^{(2)} + b)`,
    ]);
    expect(symbols.map(({ tex }) => tex)).toContain(String.raw`W_{ih} \in \mathbb{R}^{10\times 20}`);
  });

  it('apply the reset of a GRU where the cell does', () => {
    const candidate = (reset: Architecture['reset']) =>
      cellEquations(architecture({ cell: 'gru', reset }), sizes).lines[2];
    expect(candidate('after')).toContain(String.raw`r_{t} \odot (W_{hn} h_{t-1} + b_{hn})`);
    expect(candidate('before')).toContain(String.raw`W_{hn}(r_{t} \odot h_{t-1})`);
  });

  it('score as Luong and Bahdanau do, with the shapes of the parameters', () => {
    const sizesOf = { hidden: 10, decoderHidden: 30, attentionSize: 7, bidirectional: true } as const;
    const luong = written('translation', { ...sizesOf, attention: 'luong' });
    expect(luong).toContain(String.raw`e_{t s} &= d_{t}^\top W_a h_s`);
    expect(luong).toContain(String.raw`W_a \in \mathbb{R}^{30\times 20}`);
    expect(luong).toContain(String.raw`W_c \in \mathbb{R}^{7\times 50}`);
    expect(luong).toContain(String.raw`W_y \in \mathbb{R}^{17\times 7}`);
    const dot = written('translation', { hidden: 10, decoderHidden: 20, attention: 'luong', score: 'dot' });
    expect(dot).toContain(String.raw`e_{t s} &= d_{t}^\top h_s`);
    const bahdanau = written('translation', { ...sizesOf, attention: 'bahdanau' });
    expect(bahdanau).toContain(String.raw`e_{t s} &= v^\top \tanh(W_1 h_s + W_2 s_{t-1})`);
    expect(bahdanau).toContain(String.raw`W_1 \in \mathbb{R}^{7\times 20}`);
    expect(bahdanau).toContain(String.raw`W_2 \in \mathbb{R}^{7\times 30}`);
    expect(bahdanau).toContain(String.raw`W_0 \in \mathbb{R}^{30\times 20}`);
  });

  it('have the loss of the task', () => {
    expect(written('tagging')).toContain(String.raw`\ell_{t} &= -\log \hat y_{t}[\text{target}_{t}]`);
    expect(written('binary')).toContain(String.raw`\ell &= -\big(y \log \hat y + (1 - y) \log(1 - \hat y)\big)`);
    expect(written('multilabel')).toContain(
      String.raw`\ell &= -\frac{1}{17} \sum_k \big(y_{k} \log \hat y_{k} + (1 - y_{k}) \log(1 - \hat y_{k})\big)`,
    );
    expect(written('regression')).toContain(String.raw`\ell &= (\hat y - y)^2`);
    expect(written('forecasting', { horizon: 2 })).toContain(
      String.raw`\ell &= \frac{1}{34} \sum_k (\hat y_{k} - y_{k})^2`,
    );
  });

  it('pool as chosen, and add and normalise only where there is something to', () => {
    expect(written('classification', { pooling: 'last' })).toContain(
      String.raw`p &= [\,\overrightarrow{h}_{T}\,;\,\overleftarrow{h}_{1}\,]`,
    );
    expect(written('classification', { pooling: 'mean' })).toContain(String.raw`p &= \frac{1}{T} \sum_{t=1}^{T} h_{t}`);
    const both = written('tagging', { layers: 2, residual: true, layerNorm: true });
    expect(both).toContain(String.raw`z_{t}^{(l)} &= \operatorname{norm}(h_{t}^{(l)} + z_{t}^{(l-1)})`);
    expect(written('tagging', { layerNorm: true })).toContain(
      String.raw`z_{t}^{(l)} &= \operatorname{norm}(h_{t}^{(l)})`,
    );
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
