/** What looking inside finds, made up: in the shapes of real networks. */
import type { Look, Looked } from '../../../src/engine/inside/look.ts';
import { gatesOf } from '../../../src/engine/inside/gates.ts';
import type { CellStep } from '../../../src/engine/inside/looks/cell-step.ts';
import type { LiveLook } from '../../../src/engine/inside/looks/live.ts';
import type { ThroughTime } from '../../../src/engine/inside/looks/through-time.ts';
import { layersOf, recurrentMatrixOf } from '../../../src/engine/inside/stacks.ts';
import { random } from './fake-data.ts';
import { confusion, neuronMatches, neurons, predictions } from './fake-reading.ts';
import { embedding, weights } from './fake-weights.ts';
import type { Run } from '../../../src/api/types.ts';

export function lookedAt(look: Look, run: Run): Looked {
  const step = run.checkpointStep ?? run.step;
  switch (look.picture) {
    case 'through-time':
      return throughTime(run, step, look.steps, look.sequences);
    case 'neurons':
      return neurons(look, run, step);
    case 'neuron-matches':
      return neuronMatches(look, step);
    case 'predictions':
      return predictions(look, run, step);
    case 'confusion':
      return confusion(look, run, step);
    case 'weights':
      return weights(run, step, look.parameter);
    case 'embedding':
      return embedding(step, look.parameter);
    case 'cell-step':
      return cellStep(run, step, look.layer);
  }
}

/** Lines that fall by about a tenth to a third at each step, the encoder's after the decoder's. */
function throughTime(run: Run, step: number, lags: number, sequences: number): ThroughTime {
  const { architecture, training } = run.config;
  const layers = layersOf(architecture);
  return {
    ...{ picture: 'through-time', step, readFrom: 'valid', sequences },
    lossOf: architecture.pooling === 'last' ? 'last-step' : 'pooled',
    flows: layers.map(({ part, layer, direction }, k) => ({
      ...{ part, layer, direction },
      norms: Float64Array.from({ length: lags }, (_, lag) =>
        part === 'encoder' && lag < lags / 3
          ? NaN
          : 0.2 * 0.6 ** k * (0.72 + 0.03 * k) ** (lag ** 0.85) * (1 + 0.15 * Math.sin(lag * 1.7 + k)),
      ),
    })),
    ...{ gradNorm: 2 * (training.clip ?? 1), clip: training.clip },
    radii: layers.flatMap((at) =>
      gatesOf(architecture).map((gate, g) => ({
        ...{ name: recurrentMatrixOf(at), part: at.part, layer: at.layer, direction: at.direction, gate },
        ...{ radius: 0.8 + 0.15 * g + 0.02 * at.layer, norm: 1.9 + 0.3 * g },
      })),
    ),
  };
}

/** As training goes on the gradient comes to reach further, and steps become smaller. */
export function liveLooks(run: Run): LiveLook[] {
  const { architecture, training } = run.config;
  const steps = [1];
  while (steps.at(-1)! < run.step) steps.push(Math.ceil(steps.at(-1)! * 1.09 + 1));
  const lags = Int32Array.from({ length: training.steps }, (_, lag) => lag);
  const layers = layersOf(architecture);
  return steps.map((step, i) => ({
    ...{ step, gradNorm: 3 * 0.97 ** i, lags },
    flows: layers.map(({ part, layer, direction }, k) => ({
      ...{ part, layer, direction },
      norms: Float64Array.from(lags, (lag) => 0.2 * 0.6 ** k * (0.4 + (0.4 * i) / steps.length + 0.03 * k) ** lag),
    })),
    updates: layers.flatMap((at, k) =>
      ['ih', 'hh'].map((kind) => ({
        name: recurrentMatrixOf(at).replace('hh', kind),
        ratio: 0.02 * 0.95 ** i * (k + 1) * (kind === 'hh' ? 1 : 0.4) + 1e-4,
      })),
    ),
    radii: layers.flatMap((at) =>
      gatesOf(architecture).map((gate, g) => ({
        ...{ name: recurrentMatrixOf(at), part: at.part, layer: at.layer, direction: at.direction, gate },
        radius: 0.6 + (0.2 + 0.15 * g) * (1 - 0.9 ** i) + 0.01 * Math.sin(i + g),
      })),
    ),
    histograms: weights(run, step, null).summaries.map(({ name, count }) => {
      const reach = 0.2 + 0.5 * (1 - 0.93 ** i);
      const bell = (bin: number) => Math.exp(-(((bin - 23.5 + 4 * (1 - 0.9 ** i)) / (4 + 0.1 * i)) ** 2));
      return {
        name,
        min: -reach,
        max: 1.2 * reach,
        counts: Int32Array.from({ length: 48 }, (_, b) => (count / 9) * bell(b)),
      };
    }),
  }));
}

/** Numbers as they come out of a network that was trained a little. */
function cellStep(run: Run, step: number, layer: number): CellStep {
  const { architecture } = run.config;
  const layers = layersOf(architecture);
  const { H } = layers[layer]!;
  const I = architecture.embedding || 40;
  const G = gatesOf(architecture).length;
  const draw = random(7 + layer);
  const numbers = (count: number, size: number) => Float64Array.from({ length: count }, () => size * (2 * draw() - 1));
  return {
    ...{ picture: 'cell-step', step, readFrom: 'valid', layers, lossOf: 'this-step', H, I },
    pieces: [...'I do not mean to ask you to accept anything without reasonable grou'],
    ...{ x: numbers(I, 1), h: numbers(H, 0.9), hNext: numbers(H, 0.9), dh: numbers(H, 0.05) },
    c: architecture.cell === 'lstm' ? numbers(H, 2) : null,
    ...{ weightIh: numbers(G * H * I, 0.4), weightHh: numbers(G * H * H, 0.3) },
    ...{ biasIh: numbers(G * H, 0.1), biasHh: architecture.reset === 'before' ? null : numbers(G * H, 0.1) },
  };
}
