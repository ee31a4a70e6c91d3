/** Made-up weights: a network drawn anew, with one direction that grew, and an embedding of four groups of words. */
import { gatesOf } from '../../../src/engine/inside/gates.ts';
import { neighbours, type Embedding } from '../../../src/engine/inside/looks/embedding.ts';
import type { Weights } from '../../../src/engine/inside/looks/weights.ts';
import type { Run } from '../../../src/api/types.ts';
import { random } from './fake-data.ts';

const H = 48;

export function weights(run: Run, step: number, parameter: string | null): Weights {
  const { architecture } = run.config;
  const gates = gatesOf(architecture);
  const names = ['emb.weight'];
  for (let l = 0; l < architecture.layers; l++) {
    names.push(...['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((name) => `rnn.${name}_l${l}`));
  }
  names.push('out.weight', 'out.bias');
  const spread = 0.1 + step / 40_000;
  const draw = random(step);
  const bell = () => spread * (draw() + draw() + draw() + draw() - 2);
  const numbers = Array.from({ length: 61 }, (_, i) =>
    Math.round(4000 * Math.exp(-(((i - 30) / 9) ** 2)) * (0.9 + 0.2 * draw())),
  );
  return {
    ...{ picture: 'weights', step },
    summaries: names.map((name) => {
      const shape = name.includes('bias') ? [gates.length * H] : [gates.length * H, H];
      const count = shape.reduce((a, b) => a * b);
      return {
        name,
        shape,
        count,
        mean: 0.002,
        std: spread,
        min: -4 * spread,
        max: 4 * spread,
        norm: spread * Math.sqrt(count),
      };
    }),
    detail:
      parameter === null
        ? null
        : {
            name: parameter,
            edges: Float64Array.from({ length: 62 }, (_, i) => -4 * spread + (8 * spread * i) / 61),
            counts: Float64Array.from(numbers),
            singular: parameter.includes('bias')
              ? null
              : Float64Array.from({ length: H }, (_, i) => (3 + step / 2000) * 0.93 ** i),
            blocks: parameter.includes('weight_hh')
              ? gates.map((gate) => ({
                  gate,
                  re: Float64Array.from({ length: H }, () => 3 * bell()),
                  im: Float64Array.from({ length: H }, () => 3 * bell()),
                }))
              : [],
            leftOut: null,
          },
  };
}

const groups = [
  'he she they we you it I who one someone',
  'was is were are be been had has have do',
  'time machine traveller laboratory lamp fire table hand door room',
  'slowly suddenly presently again still then now once perhaps almost',
].map((words) => words.split(' '));

export function embedding(step: number, parameter: string | null): Embedding {
  const tokens = groups.flat();
  const draw = random(3);
  const points = Float32Array.from({ length: 2 * tokens.length }, (_, i) => {
    const group = Math.floor(i / 2 / 10);
    return (i % 2 === 0 ? (group % 2) * 6 : Math.floor(group / 2) * 5) + 2.4 * draw();
  });
  const others = (id: number) => Array.from({ length: 9 }, (_, n) => Math.floor(id / 10) * 10 + ((id + 1 + n) % 10));
  return {
    ...{ picture: 'embedding', step, parameter: parameter ?? 'emb.weight', parameters: ['emb.weight'], tokens, points },
    ...{ vocabulary: tokens.length, width: 64 },
    nearest: Int32Array.from(tokens.flatMap((_, id) => [...others(id), (id + 10) % tokens.length])),
    cosines: Float32Array.from(tokens.flatMap(() => Array.from({ length: neighbours }, (_, n) => 0.93 - 0.07 * n))),
  };
}
