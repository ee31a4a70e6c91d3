/** How long a training step takes, measured once for each network, batch and device, in an engine process. */
import type { Device, RunPlan } from '../../api/types.ts';
import { nearestCase, timesTheWork, type StepSizes } from '../../engine/speed-cases.ts';
import type { RunConfig } from '../../engine/training/config.ts';
import type { DeviceList } from './devices.ts';
import { EngineFailure, type EngineProcesses } from './engine-processes.ts';

export interface SpeedQuestion extends StepSizes {
  readonly device: string;
  readonly threads: number | null;
  readonly precision: RunConfig['precision'];
}

export interface Speed {
  /** null: not measured yet, or it cannot be measured now. */
  readonly secondsPerStep: number | null;
  readonly speedFrom: RunPlan['speedFrom'];
  readonly device: string;
  readonly deviceDetail: string;
  /** Why `auto` takes it; null where it was asked for. */
  readonly deviceReason: string | null;
  readonly precision: Device['precision'];
  /** Why this cannot run on the device, for the person; null if it can. */
  readonly problem: string | null;
}

type Measured = Pick<Speed, 'secondsPerStep' | 'speedFrom' | 'problem'>;

interface Measurement {
  readonly key: string;
  /** null when it was given up. */
  readonly speed: Promise<Measured | null>;
  cancel(): void;
}

export class SpeedEstimates {
  readonly #engines: EngineProcesses;
  readonly #devices: DeviceList;
  readonly #isTraining: () => boolean;
  readonly #measured = new Map<string, Measured>();
  #measuring: Measurement | null = null;

  /** @param isTraining measuring beside a training run would be wrong and slow it down: not done then */
  constructor(engines: EngineProcesses, devices: DeviceList, isTraining: () => boolean) {
    this.#engines = engines;
    this.#devices = devices;
    this.#isTraining = isTraining;
  }

  /**
   * What is known; if nothing is, starts measuring (giving up what was being measured), and waits only when asked again. What cannot be
   * measured is estimated from the device's speed test.
   */
  async of(question: SpeedQuestion): Promise<Speed> {
    const { device, why } = await this.#devices.choose(question.device, question);
    const meant = { ...question, device: device ?? question.device };
    const about = await this.#about(meant.device, question.device === 'auto' ? why : null);
    const key = JSON.stringify(asked(meant));
    const known = this.#measured.get(key);
    if (known) return { ...about, ...known };
    if (this.#measuring?.key === key)
      return { ...about, ...((await this.#measuring.speed) ?? (await this.#guess(meant))) };
    this.#measuring?.cancel();
    this.#measuring = this.#isTraining() ? null : this.#measure(key, meant);
    return this.#measuring ? about : { ...about, ...(await this.#guess(meant)) };
  }

  /** The device that is meant while nothing is known of the network's sizes. */
  async unmeasured({ device: name }: Pick<SpeedQuestion, 'device'>): Promise<Speed> {
    const { device, why } = await this.#devices.choose(name, null);
    return this.#about(device ?? name, name === 'auto' ? why : null);
  }

  async #about(device: string, deviceReason: string | null): Promise<Speed> {
    const found = (await this.#devices.list()).find(({ name }) => name === device);
    const { detail: deviceDetail = '', precision = 'float32' } = found ?? {};
    return {
      ...{ secondsPerStep: null, speedFrom: null, problem: null },
      device,
      deviceDetail,
      deviceReason,
      precision,
    };
  }

  /** From the device's speed test, as if the time of a step were proportional to its work. */
  async #guess(question: SpeedQuestion): Promise<Measured> {
    const speed = (await this.#devices.list()).find(({ name }) => name === question.device)?.speed;
    const which = nearestCase(question);
    const seconds = speed?.[which] ?? null;
    if (seconds === null) return { secondsPerStep: null, speedFrom: null, problem: null };
    return { secondsPerStep: seconds * timesTheWork(question, which), speedFrom: 'speed-test', problem: null };
  }

  #measure(key: string, question: SpeedQuestion): Measurement {
    const abort = new AbortController();
    const command = { type: 'estimate', ...asked(question) } as const;
    const speed = this.#engines
      .runSoon(command, { signal: abort.signal })
      .then(
        ({ secondsPerStep }): Measured => ({ secondsPerStep, speedFrom: 'network', problem: null }),
        (error: unknown): Measured => {
          if (!(error instanceof EngineFailure) || error.kind === 'lost') throw error;
          return { secondsPerStep: null, speedFrom: null, problem: error.kind === 'input' ? error.message : null };
        },
      )
      .then(
        (found) => {
          this.#measured.set(key, found);
          return found;
        },
        () => null, // given up, or the process died: ask again to try again
      );
    const measuring = { key, speed, cancel: () => abort.abort() };
    void speed.finally(() => {
      if (this.#measuring === measuring) this.#measuring = null;
    });
    return measuring;
  }
}

function asked(question: SpeedQuestion): SpeedQuestion {
  const { architecture, sizes, batch, steps, targetSteps, device, threads, precision } = question;
  return { architecture, sizes, batch, steps, targetSteps, device, threads, precision };
}
