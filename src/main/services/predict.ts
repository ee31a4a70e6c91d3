/** What a trained run answers. */
import type { PredictionRequest } from '../../api/types.ts';
import type { Prediction } from '../../engine/inference/prediction.ts';
import type { RunCheckpoints } from './checkpoint-files.ts';
import type { DeviceList } from './devices.ts';
import { EngineFailure, type EngineProcesses } from './engine-processes.ts';
import { badInput, conflict } from './errors.ts';
import { noModel } from './generate.ts';
import type { Runs } from './runs.ts';

export class Predict {
  readonly #runs: Runs;
  readonly #checkpoints: RunCheckpoints;
  readonly #devices: DeviceList;
  readonly #engines: EngineProcesses;

  constructor(runs: Runs, checkpoints: RunCheckpoints, devices: DeviceList, engines: EngineProcesses) {
    this.#runs = runs;
    this.#checkpoints = checkpoints;
    this.#devices = devices;
    this.#engines = engines;
  }

  /**
   * Asks the run's best checkpoint, else its last.
   * @throws ServiceError NOT_FOUND, CONFLICT while there is no checkpoint, BAD_INPUT for what the network cannot read
   */
  async predict(runId: string, input: PredictionRequest, signal?: AbortSignal): Promise<Prediction> {
    const run = this.#runs.record(runId);
    if (run.config.architecture.task === 'language-model')
      throw badInput(`"${run.name}" is a language model, which goes on with a text: generate with it instead.`);
    const checkpointPath = this.#checkpoints.model(run);
    if (checkpointPath === null) throw conflict(noModel(run.name));
    const device = await this.#devices.deviceFor(run.device, run.config.device);
    try {
      const { prediction } = await this.#engines.runSoon(
        { type: 'predict', checkpointPath, input, device },
        { signal },
      );
      return prediction;
    } catch (error) {
      throw error instanceof EngineFailure && error.kind === 'input' ? badInput(error.message, error) : error;
    }
  }
}
