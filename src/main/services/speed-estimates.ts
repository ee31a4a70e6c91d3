/** How long a training step takes, measured once for each network, batch and device, in an engine process. */
import type { Device } from '../../api/types.ts';
import type { Architecture } from '../../engine/model/spec.ts';
import type { DataSizes } from '../../engine/model/task-model.ts';
import type { DeviceList } from './devices.ts';
import { EngineFailure, type EngineProcesses } from './engine-processes.ts';

export interface SpeedQuestion {
  readonly architecture: Architecture;
  readonly sizes: DataSizes;
  readonly batch: number;
  /** Steps of a sequence, and of an encoder–decoder's target. */
  readonly steps: number;
  readonly targetSteps: number;
  readonly device: string;
  readonly threads: number | null;
}

export interface Speed {
  /** null: not measured yet, or it cannot be measured now. */
  readonly secondsPerStep: number | null;
  readonly device: string;
  readonly deviceDetail: string;
  readonly precision: Device['precision'];
  /** Why this cannot run on the device, for the person; null if it can. */
  readonly problem: string | null;
}

interface Measurement {
  readonly key: string;
  /** null when it was given up. */
  readonly speed: Promise<Speed | null>;
  cancel(): void;
}

export class SpeedEstimates {
  readonly #engines: EngineProcesses;
  readonly #devices: DeviceList;
  readonly #isTraining: () => boolean;
  readonly #measured = new Map<string, Speed>();
  #measuring: Measurement | null = null;

  /** @param isTraining measuring beside a training run would be wrong and slow it down: not done then */
  constructor(engines: EngineProcesses, devices: DeviceList, isTraining: () => boolean) {
    this.#engines = engines;
    this.#devices = devices;
    this.#isTraining = isTraining;
  }

  /** What is known; if nothing is, starts measuring (giving up what was being measured), and waits only when asked again. */
  async of(question: SpeedQuestion): Promise<Speed> {
    const key = JSON.stringify(asked(question));
    const known = this.#measured.get(key);
    if (known) return known;
    if (this.#measuring?.key === key) return (await this.#measuring.speed) ?? this.unmeasured(question);
    this.#measuring?.cancel();
    this.#measuring = this.#isTraining() ? null : this.#measure(key, question);
    return this.unmeasured(question);
  }

  /** The device that is meant; nothing is measured. */
  async unmeasured({ device }: Pick<SpeedQuestion, 'device'>): Promise<Speed> {
    const devices = await this.#devices.list();
    const found = devices.find((one) => (device === 'auto' ? one.preferred : one.name === device));
    const { name = device, detail: deviceDetail = '', precision = 'float32' } = found ?? {};
    return { secondsPerStep: null, device: name, deviceDetail, precision, problem: null };
  }

  #measure(key: string, question: SpeedQuestion): Measurement {
    const abort = new AbortController();
    const command = { type: 'estimate', ...asked(question) } as const;
    const speed = this.#engines
      .runSoon(command, { signal: abort.signal })
      .then(
        async ({ secondsPerStep, device }) => ({
          ...(await this.unmeasured({ ...question, device })),
          secondsPerStep,
        }),
        async (error: unknown) => {
          if (!(error instanceof EngineFailure)) throw error;
          return { ...(await this.unmeasured(question)), problem: error.kind === 'input' ? error.message : null };
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

function asked({ architecture, sizes, batch, steps, targetSteps, device, threads }: SpeedQuestion): SpeedQuestion {
  return { architecture, sizes, batch, steps, targetSteps, device, threads };
}
