/**
 * Looks at a network while it trains: its gradient through time, the spectral radii of its recurrent matrices, how
 * its weights are distributed, and how far each step moves them. It changes nothing that
 * training computes, and takes at most a hundredth of its time, or a quarter of a second where that is more.
 */
import type { Kernels } from '../kernels/kernels.ts';
import type { NamedArray } from '../model/parameters.ts';
import type { StepMetrics } from '../protocol.ts';
import type { Learner, Turn } from '../training/learner.ts';
import type { RunConfig } from '../training/config.ts';
import { DeviceSpectrum } from './device-spectrum.ts';
import { gatesOf } from './gates.ts';
import { GradientFlows } from './gradient-flow.ts';
import { histogram } from './histogram.ts';
import type { LiveLook, UpdateRatio } from './looks/live.ts';
import { layersOf, recurrentMatrixOf } from './stacks.ts';

/** Of the training time, as long as each look takes as long as the one before. The first one is made in any case. */
const mostOfTheTime = 0.01;
/** Looks lie apart by this share of the steps so far at least: many where much happens, at the beginning, and not too many in all. */
const apart = 1 / 64;
/** A run of a few seconds is looked at too: so many seconds may go into looks in any case, but these lie further apart. */
const atLeast = { seconds: 0.25, apart: 1 / 4 };
/** Sequences looked back over. */
const sequences = 4;
/** More lags than a picture has room for are thinned out. */
const mostLags = 256;
/** Weights are read back to be compared: of a larger network they would take too much memory. */
const mostParameters = 32_000_000;
const bins = 48;
/** Radii of larger blocks take longer than several training steps. */
const widestBlock = 512;
/** k = 2¹² gives a radius to within n^(1/k) - 1, which of 512 units is 0.15 %: enough for a curve, and half the work. */
const squarings = 12;

export class LiveLooks {
  readonly #kernels: Kernels;
  readonly #config: RunConfig;
  readonly #learner: Learner;
  readonly #clock: () => number;
  /** Seconds: all looks together, and the last one. */
  #spent = 0;
  #lastTook = 0;
  #lastStep = 0;

  /** @param clock seconds, monotonic */
  constructor(kernels: Kernels, config: RunConfig, learner: Learner, clock: () => number) {
    this.#kernels = kernels;
    this.#config = config;
    this.#learner = learner;
    this.#clock = clock;
  }

  /** @param step about to be made @param elapsed seconds of training so far */
  isDue(step: number, elapsed: number): boolean {
    if (this.#lastStep === 0) return true;
    const since = step - this.#lastStep;
    const seconds = this.#spent + this.#lastTook;
    if (seconds <= mostOfTheTime * elapsed) return since >= Math.max(1, apart * this.#lastStep);
    return seconds <= atLeast.seconds && since >= Math.max(1, atLeast.apart * this.#lastStep);
  }

  /**
   * Makes a step by `trainStep`, and looks at it.
   * @throws what `trainStep` throws, and what `turn` throws to abandon the look
   */
  async lookAt(trainStep: () => Promise<StepMetrics>, turn: Turn): Promise<LiveLook> {
    const began = this.#clock();
    const before = await this.#weights();
    const ready = this.#clock();
    const { step, gradNorm } = await trainStep();
    const made = this.#clock();
    const flows = await this.#flows(turn);
    const after = before && (await this.#weights());
    const updates = before && after ? updateRatios(before, after) : [];
    const histograms = (after ?? []).map(({ name, data }) => ({ name, ...histogram(data, bins) }));
    const radii = after ? await this.#radii(after, turn) : [];
    this.#count(ready - began + (this.#clock() - made));
    this.#lastStep = step;
    return { step, gradNorm, ...flows, updates, radii, histograms };
  }

  /** The first look is longer than the others, which find its code compiled: it does not keep a short run from a second one. */
  #count(took: number): void {
    const isFirst = this.#lastStep === 0;
    this.#lastTook = isFirst ? 0 : took;
    this.#spent += isFirst ? Math.min(took, atLeast.seconds / 2) : took;
  }

  async #weights(): Promise<NamedArray[] | null> {
    const { parameters } = this.#learner;
    return parameters.count > mostParameters ? null : parameters.read(parameters.values);
  }

  async #radii(weights: readonly NamedArray[], turn: Turn): Promise<LiveLook['radii']> {
    const { architecture } = this.#config;
    const found: LiveLook['radii'][number][] = [];
    for (const { H, ...at } of layersOf(architecture)) {
      const name = recurrentMatrixOf(at);
      const matrix = weights.find((one) => one.name === name);
      if (!matrix || H > widestBlock) continue;
      const spectrum = new DeviceSpectrum(this.#kernels, H, squarings);
      try {
        for (const [g, gate] of gatesOf(architecture).entries()) {
          const radius = await spectrum.radius(matrix.data.slice(g * H * H, (g + 1) * H * H));
          found.push({ ...at, name, gate, radius });
          await turn();
        }
      } finally {
        spectrum.dispose();
      }
    }
    return found;
  }

  /** Memory for it is taken and given back each time, so that training has all there is. */
  async #flows(turn: Turn): Promise<Pick<LiveLook, 'lags' | 'flows'>> {
    const { architecture } = this.#config;
    if (architecture.task === 'standard') return { lags: new Int32Array(0), flows: [] };
    const { sizes, parameters } = this.#learner;
    const flows = new GradientFlows(this.#kernels, architecture, sizes, parameters, this.#learner.heldOut(sequences));
    try {
      const found = await flows.measure(turn);
      const lags = thinned(Math.max(...found.map(({ norms }) => norms.length)));
      return {
        lags,
        flows: found.map((flow) => ({ ...flow, norms: Float64Array.from(lags, (lag) => flow.norms[lag] ?? NaN) })),
      };
    } finally {
      flows.dispose();
    }
  }
}

/** At most `mostLags` of the lags 0 … count-1, evenly apart, the first and the last among them. */
function thinned(count: number): Int32Array {
  const kept = Math.min(count, mostLags);
  return Int32Array.from({ length: kept }, (_, i) => Math.round((i * (count - 1)) / Math.max(1, kept - 1)));
}

/** ‖after - before‖ / ‖before‖ of each parameter. */
export function updateRatios(before: readonly NamedArray[], after: readonly NamedArray[]): UpdateRatio[] {
  return before.map(({ name, data }, k) => {
    const now = after[k]!.data;
    let moved = 0;
    let all = 0;
    for (let i = 0; i < data.length; i++) {
      moved += (now[i]! - data[i]!) ** 2;
      all += data[i]! ** 2;
    }
    return { name, ratio: all === 0 ? 0 : Math.sqrt(moved / all) };
  });
}
